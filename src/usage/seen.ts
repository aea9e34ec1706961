/** The commutative pieces the ledger is made of: adding in any order gives the same value. */
import type { Distinct } from './usage.ts';

const SAMPLES = 3;
const DISTINCT = 20;

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** count, first, last and the earliest samples (ties broken by id). */
export interface SeenBuilder {
  add(count: number, first: number, last: number, ids: readonly string[], times?: readonly number[]): void;
  value(): {
    readonly count: number;
    readonly firstSeen: number;
    readonly lastSeen: number;
    readonly sampleIds: readonly string[];
  };
}

export function createSeen(): SeenBuilder {
  let count = 0;
  let firstSeen = Number.POSITIVE_INFINITY;
  let lastSeen = Number.NEGATIVE_INFINITY;
  let samples: { readonly time: number; readonly id: string }[] = [];
  return {
    add: (more, first, last, ids, times) => {
      count += more;
      if (first < firstSeen) firstSeen = first;
      if (last > lastSeen) lastSeen = last;
      for (const [index, id] of ids.entries()) {
        const time = times?.[index] ?? first;
        const worst = samples.at(-1);
        if (
          samples.length === SAMPLES &&
          worst &&
          (time > worst.time || (time === worst.time && id >= worst.id))
        )
          continue;
        if (samples.some((one) => one.id === id && one.time === time)) continue;
        samples.push({ time, id });
        samples.sort((a, b) => a.time - b.time || byCodeUnit(a.id, b.id));
        samples = samples.slice(0, SAMPLES);
      }
    },
    value: () => ({ count, firstSeen, lastSeen, sampleIds: samples.map((one) => one.id) }),
  };
}

/** The smallest values seen, and whether there were more than fit: the same whatever the order. */
export interface DistinctBuilder {
  add(value: string | undefined): void;
  value(): Distinct;
}

export function createDistinct(limit = DISTINCT): DistinctBuilder {
  const kept = new Set<string>();
  let more = false;
  let largest = '';
  return {
    add: (value) => {
      if (value === undefined || kept.has(value)) return;
      if (kept.size < limit) {
        kept.add(value);
        if (value > largest) largest = value;
        return;
      }
      more = true;
      if (value > largest) return;
      kept.delete(largest);
      kept.add(value);
      largest = [...kept].sort(byCodeUnit).at(-1)!;
    },
    value: () => ({ values: [...kept].sort(byCodeUnit), more }),
  };
}
