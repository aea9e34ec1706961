/** Hash tables over typed arrays for keys that are 64-bit hashes already: 12 bytes an entry, no object a key. */
const MAX_LOAD = 0.6;

export interface Table {
  /** The value stored under a key, or -1. */
  get(low: number, high: number): number;
  /** Stores a value of at least 0 under a key that is not there yet. */
  put(low: number, high: number, value: number): void;
  clear(): void;
}

export function createTable(initial = 1 << 10): Table {
  let capacity = initial;
  let lows = new Uint32Array(capacity);
  let highs = new Uint32Array(capacity);
  /** One more than the value: 0 is free. */
  let values = new Uint32Array(capacity);
  let size = 0;

  const slotOf = (low: number, high: number): number => {
    let at = low & (capacity - 1);
    while (values[at] !== 0 && (lows[at] !== low || highs[at] !== high)) at = (at + 1) & (capacity - 1);
    return at;
  };
  const place = (low: number, high: number, stored: number): void => {
    const at = slotOf(low, high);
    lows[at] = low;
    highs[at] = high;
    values[at] = stored;
  };
  const resize = (to: number): void => {
    const [oldLows, oldHighs, oldValues] = [lows, highs, values];
    capacity = to;
    lows = new Uint32Array(capacity);
    highs = new Uint32Array(capacity);
    values = new Uint32Array(capacity);
    for (let i = 0; i < oldValues.length; i++)
      if (oldValues[i] !== 0) place(oldLows[i]!, oldHighs[i]!, oldValues[i]!);
  };

  return {
    get: (low, high) => values[slotOf(low >>> 0, high >>> 0)]! - 1,
    put: (low, high, value) => {
      if (++size > capacity * MAX_LOAD) resize(capacity * 2);
      place(low >>> 0, high >>> 0, value + 1);
    },
    clear: () => {
      size = 0;
      values = new Uint32Array(0);
      resize(initial);
    },
  };
}

/** Slots that are looked at for a key. */
const NEAR = 4;
const SHARED_SLOTS = 1 << 17;
/** Bytes of a table for `createSharedBits`. */
export const SHARED_BYTES = SHARED_SLOTS * 8;

/**
 * A bit for each key, in memory that threads share, without locks: a slot is the key with the bit in place of its lowest
 * one, so that of two writers at once at worst nothing is found. What there is no room for is let go.
 */
export function createSharedBits(memory: SharedArrayBuffer): Pick<Table, 'get' | 'put'> {
  const words = new Uint32Array(memory);
  // 0/0 marks a free slot, so no key may be that.
  const keyOf = (high: number): number => ((high | 2) & ~1) >>> 0;
  const slotOf = (low: number, near: number): number => ((low + near) & (SHARED_SLOTS - 1)) * 2;
  return {
    get: (low, high) => {
      for (let near = 0; near < NEAR; near++) {
        const at = slotOf(low, near);
        const held = words[at + 1]!;
        if (words[at] === low >>> 0 && (held & ~1) >>> 0 === keyOf(high)) return held & 1;
      }
      return -1;
    },
    put: (low, high, bit) => {
      let at = slotOf(low, 0);
      for (let near = NEAR - 1; near >= 0; near--)
        if (words[slotOf(low, near) + 1] === 0) at = slotOf(low, near);
      words[at] = low;
      words[at + 1] = keyOf(high) | bit;
    },
  };
}

export interface HashSet {
  /** Adds; false when it was there already. */
  add(low: number, high: number): boolean;
  /** Reads where an entry with the low word would be, and gives what is there, so that the read is not left out. */
  touch(low: number): number;
  /** Entries that were let go to stay within the bound. */
  readonly forgotten: number;
}

/**
 * 8 bytes an entry; for the ids of all records of a run. It holds two generations of at most `most` entries each: when
 * the newer is full it becomes the older one, and the older one is let go. Copies of a record lie near each other, so
 * that the last `most` entries are what matters. The bound is exact up to `most` entries in all.
 */
export function createHashSet(most = Number.POSITIVE_INFINITY): HashSet {
  let young = createGeneration();
  let old: Generation | undefined;
  let forgotten = 0;
  return {
    add: (low, high) => {
      // 0/0 marks a free slot, so no entry may be that.
      const odd = (high | 1) >>> 0;
      if (old?.has(low >>> 0, odd) || !young.add(low >>> 0, odd)) return false;
      if (young.size() >= most) {
        forgotten += old?.size() ?? 0;
        old = young;
        young = createGeneration();
      }
      return true;
    },
    touch: (low) => young.touch(low >>> 0) ^ (old?.touch(low >>> 0) ?? 0),
    get forgotten() {
      return forgotten;
    },
  };
}

interface Generation {
  has(low: number, high: number): boolean;
  add(low: number, high: number): boolean;
  touch(low: number): number;
  size(): number;
}

function createGeneration(): Generation {
  let capacity = 1 << 12;
  let words = new Uint32Array(capacity * 2);
  let size = 0;
  /** Where the entry is, or the free slot where it belongs. */
  const slotOf = (low: number, high: number): number => {
    let at = (low & (capacity - 1)) * 2;
    while ((words[at] !== 0 || words[at + 1] !== 0) && (words[at] !== low || words[at + 1] !== high))
      at = (at + 2) & (capacity * 2 - 1);
    return at;
  };
  const put = (at: number, low: number, high: number): void => {
    words[at] = low;
    words[at + 1] = high;
  };
  return {
    has: (low, high) => words[slotOf(low, high) + 1] !== 0,
    add: (low, high) => {
      const at = slotOf(low, high);
      if (words[at + 1] !== 0) return false;
      put(at, low, high);
      if (++size > capacity * MAX_LOAD) {
        const full = words;
        capacity *= 2;
        words = new Uint32Array(capacity * 2);
        for (let from = 0; from < full.length; from += 2)
          if (full[from + 1] !== 0) put(slotOf(full[from]!, full[from + 1]!), full[from]!, full[from + 1]!);
      }
      return true;
    },
    touch: (low) => words[(low & (capacity - 1)) * 2]!,
    size: () => size,
  };
}
