/** `npm run score`: how well the map holds against AWS's own words, an independent truth table and real records. */
import { performance } from 'node:perf_hooks';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { scoreDenials } from './denials.ts';
import { scoreLogs } from './logs.ts';
import { scoreConcrete, scoreHidden } from './resources.ts';
import { hasShared, readRecords, readTruth, sharedFolder } from './shared.ts';
import { scoreSpeed } from './speed.ts';
import { scoreTruth } from './truth.ts';

/** Prints the scores; `--all` lists every miss instead of the first ones. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const folder = sharedFolder(root);
  if (!hasShared(folder)) {
    console.log('SKIPPED: score needs the shared folder with truth/ and logs/ beside the repository');
    return 0;
  }
  const limit = args.includes('--all') ? Number.POSITIVE_INFINITY : 20;
  const before = performance.now();
  const catalogue = await loadCatalogue();
  const resolver = createResolver(catalogue);
  const loading = performance.now() - before;
  const events: TrailEvent[] = [];
  for (const record of readRecords(folder)) {
    const decoded = decode(record);
    if (decoded.ok) events.push(decoded.event);
  }
  const parts = [
    scoreTruth(readTruth(folder), resolver, catalogue, limit),
    scoreLogs(events, resolver, limit),
    scoreHidden(events, resolver, limit),
    scoreConcrete(events, resolver, catalogue, limit),
    scoreDenials(events, resolver, limit),
    scoreSpeed(events, catalogue, loading),
  ];
  for (const lines of parts) console.log(`${lines.join('\n')}\n`);
  return 0;
}
