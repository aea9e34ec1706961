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

const NO_VALUES: readonly string[] = [];
const NO_TIMES: readonly number[] = [];

export const createSeen = (): SeenBuilder => new SeenState();

/** A class, as there are many and closures would take more than what they hold. */
class SeenState implements SeenBuilder {
  #count = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  /** Of the earliest samples, in order. Lists of a caller are kept as they are, and never changed. */
  #ids = NO_VALUES;
  #times = NO_TIMES;

  merge(other: SeenState): void {
    this.add(other.#count, other.#first, other.#last, other.#ids, other.#times);
  }

  add(more: number, first: number, last: number, ids: readonly string[], times?: readonly number[]): void {
    this.#count += more;
    if (first < this.#first) this.#first = first;
    if (last > this.#last) this.#last = last;
    const alone = this.#ids.length === 0;
    if (alone && ids.length === 1) {
      this.#ids = ids;
      this.#times = times ?? [first];
    } else if (alone && times !== undefined && inOrder(ids, times)) {
      this.#ids = ids;
      this.#times = times;
    } else
      for (let index = 0; index < ids.length; index += 1) this.#sample(times?.[index] ?? first, ids[index]!);
  }

  #sample(time: number, id: string): void {
    const [ids, times] = [this.#ids, this.#times];
    let place = ids.length;
    while (place > 0 && isBefore(time, id, times[place - 1]!, ids[place - 1]!)) place -= 1;
    if (place === SAMPLES || (place > 0 && times[place - 1] === time && ids[place - 1] === id)) return;
    this.#ids = inserted(ids, place, id);
    this.#times = inserted(times, place, time);
  }

  value() {
    return { count: this.#count, firstSeen: this.#first, lastSeen: this.#last, sampleIds: [...this.#ids] };
  }
}

const isBefore = (time: number, id: string, otherTime: number, otherId: string): boolean =>
  time < otherTime || (time === otherTime && id < otherId);

function inOrder(ids: readonly string[], times: readonly number[]): boolean {
  if (ids.length > SAMPLES || times.length !== ids.length) return false;
  for (let index = 1; index < ids.length; index += 1)
    if (!isBefore(times[index - 1]!, ids[index - 1]!, times[index]!, ids[index]!)) return false;
  return true;
}

function inserted<T>(list: readonly T[], place: number, value: T): readonly T[] {
  const out = list.slice(0, place);
  out.push(value);
  for (let index = place; index < list.length && out.length < SAMPLES; index += 1) out.push(list[index]!);
  return out;
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

/** Distinct values of which mostly there is one, which then takes no builder. */
export type FewDistinct = undefined | string | DistinctBuilder;

export function withDistinct(kept: FewDistinct, value: string | undefined): FewDistinct {
  if (value === undefined || kept === value) return kept;
  if (kept === undefined) return value;
  if (typeof kept !== 'string') {
    kept.add(value);
    return kept;
  }
  const builder = createDistinct();
  builder.add(kept);
  builder.add(value);
  return builder;
}

export function merged(mine: FewDistinct, other: FewDistinct): FewDistinct {
  if (typeof other !== 'object') return withDistinct(mine, other);
  const builder = createDistinct();
  builder.merge(other);
  if (typeof mine === 'object') builder.merge(mine);
  else builder.add(mine);
  return builder;
}

export function distinctOf(kept: FewDistinct): Distinct {
  if (typeof kept === 'object') return kept.value();
  return { values: kept === undefined ? [] : [kept], more: false };
}

/** A set that mostly holds one value, which then takes no Set. */
export type Few<T extends string | number> = undefined | T | Set<T>;

export function withValue<T extends string | number>(few: Few<T>, value: T): Few<T> {
  if (few === undefined || few === value) return value;
  return few instanceof Set ? few.add(value) : new Set([few as T, value]);
}

export function valuesOf<T extends string | number>(few: Few<T>): T[] {
  if (few === undefined) return [];
  return few instanceof Set ? [...few] : [few];
}
