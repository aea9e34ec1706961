/** The ids of all records of a run, as 64-bit hashes: 8 bytes an entry, no object an id. */
const MAX_LOAD = 0.6;
const FIRST_SLOTS = 1 << 4;
/** Seconds of records that share a part, and how many parts there are: 42 days, after which hours share. */
const HOUR = 3600;
/** Words an entry up to which a part is made larger than it need be: where each grows by itself they are up to seven. */
const MOST_WORDS = 8;
const PARTS = 1 << 10;

export interface HashSet {
  /** Adds an entry of a time, in seconds, which is part of what it is; false when it was there already. */
  add(low: number, high: number, seconds: number): boolean;
  /** Entries that were let go to stay within the bound. */
  readonly forgotten: number;
}

/**
 * It holds two generations of at most `most` entries each: when the newer is full it becomes the older one, and the
 * older one is let go. Copies of a record lie near each other, so that the last `most` entries are what matters. The bound
 * is exact up to `most` entries in all.
 */
export function createHashSet(most = Number.POSITIVE_INFINITY): HashSet {
  let young = createGeneration();
  let old: Generation | undefined;
  let forgotten = 0;
  return {
    add: (low, high, seconds) => {
      // 0/0 marks a free slot, so no entry may be that.
      const odd = (high | 1) >>> 0;
      const part = (seconds / HOUR) & (PARTS - 1);
      if (old?.has(part, low >>> 0, odd) || !young.add(part, low >>> 0, odd)) return false;
      if (young.size() >= most) {
        forgotten += old?.size() ?? 0;
        old = young;
        young = createGeneration();
      }
      return true;
    },
    get forgotten() {
      return forgotten;
    },
  };
}

interface Generation {
  has(part: number, low: number, high: number): boolean;
  add(part: number, low: number, high: number): boolean;
  size(): number;
}

/**
 * In parts by time: records of an hour come together, and a part of an hour stays in the processor's cache, where one
 * table for all would be waited for at every record.
 */
function createGeneration(): Generation {
  const parts: { slots: Uint32Array; size: number }[] = [];
  for (let part = 0; part < PARTS; part++) parts.push({ slots: EMPTY, size: 0 });
  let [size, used, words] = [0, 0, 0];
  /** Hours are much alike: the next one begins as large as they are in the middle, while all together stay small. */
  const larger = (part: { readonly slots: Uint32Array }): Uint32Array => {
    const usual = part.slots === EMPTY ? slotsFor(size / ++used) : 0;
    const slots = words + usual <= size * MOST_WORDS ? grown(part.slots, usual) : grown(part.slots);
    words += slots.length - part.slots.length;
    return slots;
  };
  return {
    has: (number, low, high) => {
      const { slots } = parts[number]!;
      return slots[slotOf(slots, low, high) + 1] !== 0;
    },
    add: (number, low, high) => {
      const part = parts[number]!;
      const at = slotOf(part.slots, low, high);
      if (part.slots[at + 1] !== 0) return false;
      size++;
      const grows = ++part.size * 2 > part.slots.length * MAX_LOAD;
      if (grows) part.slots = larger(part);
      put(part.slots, grows ? slotOf(part.slots, low, high) : at, low, high);
      return true;
    },
    size: () => size,
  };
}

/** One free slot, which is never written to. */
const EMPTY = new Uint32Array(2);

/** Where the entry is, or the free slot where it belongs. */
function slotOf(slots: Uint32Array, low: number, high: number): number {
  const last = slots.length - 2;
  let at = (low << 1) & last;
  while (slots[at + 1] !== 0 && (slots[at] !== low || slots[at + 1] !== high)) at = (at + 2) & last;
  return at;
}

function put(slots: Uint32Array, at: number, low: number, high: number): void {
  slots[at] = low;
  slots[at + 1] = high;
}

/** Words of slots for so many entries: a power of two. */
const slotsFor = (entries: number): number =>
  2 ** Math.ceil(Math.log2(Math.max(1, (entries * 2) / MAX_LOAD)));

function grown(full: Uint32Array, least = 0): Uint32Array {
  const slots = new Uint32Array(Math.max(FIRST_SLOTS * 2, full.length * 2, least));
  for (let at = 0; at < full.length; at += 2)
    if (full[at + 1] !== 0) put(slots, slotOf(slots, full[at]!, full[at + 1]!), full[at]!, full[at + 1]!);
  return slots;
}
