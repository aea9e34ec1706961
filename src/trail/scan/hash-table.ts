/** Hash tables over typed arrays for keys that are 64-bit hashes already: 16 bytes an entry, no object a key. */
const MAX_LOAD = 0.6;

export interface Table {
  /** The value stored under a key, or -1. */
  get(low: number, high: number): number;
  /** Stores a value of at least 0 under a key that is not there yet. */
  put(low: number, high: number, value: number): void;
  clear(): void;
}

/** Words of a slot: the key's two, one more than the value (0 is free), and one to spare, so that no slot spans two lines. */
const WORDS = 4;

export function createTable(initial = 1 << 10): Table {
  let slots = new Uint32Array(initial * WORDS);
  let size = 0;

  const slotOf = (low: number, high: number): number => {
    const last = slots.length - WORDS;
    let at = Math.imul(low, WORDS) & last;
    while (slots[at + 2] !== 0 && (slots[at] !== low || slots[at + 1] !== high)) at = (at + WORDS) & last;
    return at;
  };
  const place = (low: number, high: number, stored: number): void => {
    const at = slotOf(low, high);
    slots[at] = low;
    slots[at + 1] = high;
    slots[at + 2] = stored;
  };

  return {
    get: (low, high) => slots[slotOf(low >>> 0, high >>> 0) + 2]! - 1,
    put: (low, high, value) => {
      if (++size * WORDS > slots.length * MAX_LOAD) {
        const full = slots;
        slots = new Uint32Array(full.length * 2);
        for (let at = 0; at < full.length; at += WORDS)
          if (full[at + 2] !== 0) place(full[at]!, full[at + 1]!, full[at + 2]!);
      }
      place(low >>> 0, high >>> 0, value + 1);
    },
    clear: () => {
      size = 0;
      slots = new Uint32Array(initial * WORDS);
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
