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

export interface HashSet {
  /** Adds; false when it was there already. */
  add(low: number, high: number): boolean;
  /** Reads where an entry with the low word would be, and gives what is there, so that the read is not left out. */
  touch(low: number): number;
}

/** 8 bytes an entry; for the ids of all records of a run. */
export function createHashSet(): HashSet {
  let capacity = 1 << 12;
  let words = new Uint32Array(capacity * 2);
  let size = 0;
  const insert = (into: Uint32Array, mask: number, low: number, high: number): boolean => {
    let at = (low & mask) * 2;
    while (into[at] !== 0 || into[at + 1] !== 0) {
      if (into[at] === low && into[at + 1] === high) return false;
      at = (at + 2) & (mask * 2 + 1);
    }
    into[at] = low;
    into[at + 1] = high;
    return true;
  };
  return {
    add: (low, high) => {
      // 0/0 marks a free slot, so no entry may be that.
      if (!insert(words, capacity - 1, low >>> 0, (high | 1) >>> 0)) return false;
      if (++size > capacity * MAX_LOAD) {
        const old = words;
        capacity *= 2;
        words = new Uint32Array(capacity * 2);
        for (let at = 0; at < old.length; at += 2)
          if (old[at] !== 0 || old[at + 1] !== 0) insert(words, capacity - 1, old[at]!, old[at + 1]!);
      }
      return true;
    },
    touch: (low) => words[((low >>> 0) & (capacity - 1)) * 2]!,
  };
}
