/** The commutative pieces the ledger is made of: adding in any order gives the same value. */
import type { Distinct } from './usage.ts';

const SAMPLES = 3;
const DISTINCT = 20;

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** count, first, last and the earliest samples (ties broken by id). */
export interface SeenBuilder {
  add(count: number, first: number, last: number, ids: readonly string[], times?: readonly number[]): void;
  merge(other: SeenBuilder): void;
  value(): {
    readonly count: number;
    readonly firstSeen: number;
    readonly lastSeen: number;
    readonly sampleIds: readonly string[];
  };
}

type Sample = { readonly time: number; readonly id: string };
const NO_SAMPLES: readonly Sample[] = [];
const NO_VALUES: readonly string[] = [];

export const createSeen = (): SeenBuilder => new SeenState();

/** A class, as there are many and closures would take more than what they hold. */
class SeenState implements SeenBuilder {
  #count = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #samples = NO_SAMPLES;

  merge(other: SeenState): void {
    this.add(other.#count, other.#first, other.#last, []);
    for (const { time, id } of other.#samples) this.#sample(time, id);
  }

  add(more: number, first: number, last: number, ids: readonly string[], times?: readonly number[]): void {
    this.#count += more;
    if (first < this.#first) this.#first = first;
    if (last > this.#last) this.#last = last;
    for (let index = 0; index < ids.length; index += 1) this.#sample(times?.[index] ?? first, ids[index]!);
  }

  #sample(time: number, id: string): void {
    const known = this.#samples;
    if (known.length === 0) {
      this.#samples = [{ time, id }];
      return;
    }
    const worst = known[known.length - 1]!;
    const late = time > worst.time || (time === worst.time && id >= worst.id);
    if (known.length === SAMPLES && late) return;
    if (known.some((one) => one.id === id && one.time === time)) return;
    const all = [...known, { time, id }];
    if (!late) all.sort((a, b) => a.time - b.time || byCodeUnit(a.id, b.id));
    this.#samples = all.length > SAMPLES ? all.slice(0, SAMPLES) : all;
  }

  value() {
    const sampleIds = this.#samples.map((one) => one.id);
    return { count: this.#count, firstSeen: this.#first, lastSeen: this.#last, sampleIds };
  }
}

/** The smallest values seen, and whether there were more than fit: the same whatever the order. */
export interface DistinctBuilder {
  add(value: string | undefined): void;
  merge(other: DistinctBuilder): void;
  value(): Distinct;
}

export const createDistinct = (limit = DISTINCT): DistinctBuilder => new DistinctState(limit);

/** A plain list: most hold one or two values, where a Set takes five times the memory. */
class DistinctState implements DistinctBuilder {
  readonly #limit: number;
  #kept = NO_VALUES as string[];
  #more = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  merge(other: DistinctState): void {
    for (const value of other.#kept) this.add(value);
    this.#more ||= other.#more;
  }

  add(value: string | undefined): void {
    const kept = this.#kept;
    if (value === undefined || kept.includes(value)) return;
    if (kept.length === 0) this.#kept = [value];
    else if (kept.length < this.#limit) kept.push(value);
    else {
      this.#more = true;
      let largest = 0;
      for (let index = 1; index < kept.length; index += 1) if (kept[index]! > kept[largest]!) largest = index;
      if (value < kept[largest]!) kept[largest] = value;
    }
  }

  value(): Distinct {
    return { values: [...this.#kept].sort(byCodeUnit), more: this.#more };
  }
}

/** A set that mostly holds one value, which then takes no Set. */
export class FewValues<T extends string | number> {
  #first: T | undefined;
  #others: Set<T> | undefined;

  add(value: T): void {
    if (this.#first === undefined) this.#first = value;
    else if (this.#first !== value) {
      this.#others ??= new Set();
      this.#others.add(value);
    }
  }

  values(): T[] {
    return this.#first === undefined ? [] : [this.#first, ...(this.#others ?? [])];
  }
}
