import { performance } from 'node:perf_hooks';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { createResolver } from '../../src/permissions/resolver.ts';

/** Median of rounds over all real records, after a warm-up; single-threaded. */
export function scoreSpeed(
  events: readonly TrailEvent[],
  catalogue: Catalogue,
  loading: number,
): readonly string[] {
  const resolver = createResolver(catalogue);
  const rounds: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const before = performance.now();
    for (const event of events) resolver.resolve(event);
    rounds.push((1000 * (performance.now() - before)) / events.length);
  }
  const warm = rounds.slice(10).sort((a, b) => a - b);
  return [
    'speed',
    `  loading the catalogue and the tables: ${loading.toFixed(1)} ms (the tables' own modules were loaded before: see test/permissions/load.test.ts)`,
    `  resolving: ${warm[15]!.toFixed(2)} us an event (median of 30 rounds over ${events.length} records)`,
  ];
}
