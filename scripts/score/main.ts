/** `npm run score`: how well the map holds against AWS's own words, an independent truth table and real records. */
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
async function main(args: readonly string[], root: string): Promise<void> {
  const folder = sharedFolder(root);
  if (!hasShared(folder)) {
    console.log('SKIPPED: score needs the shared folder with truth/ and logs/ beside the repository');
    return;
  }
  const limit = args.includes('--all') ? Number.POSITIVE_INFINITY : 20;
  const catalogue = await loadCatalogue();
  const resolver = createResolver(catalogue);
  const events: TrailEvent[] = [];
  for (const record of readRecords(folder)) {
    const decoded = decode(record);
    if (decoded.ok) events.push(decoded.event);
  }
  const parts = [
    () => scoreTruth(readTruth(folder), resolver, catalogue, limit),
    () => scoreLogs(events, resolver, limit),
    () => scoreHidden(events, resolver, limit),
    () => scoreConcrete(events, resolver, catalogue, limit),
    () => scoreDenials(events, resolver, limit),
    () => scoreSpeed(events, catalogue, root),
  ];
  for (const part of parts) console.log(`${part().join('\n')}\n`);
}

await main(process.argv.slice(2), process.cwd());
