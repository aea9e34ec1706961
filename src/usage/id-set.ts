/**
 * A set of strings kept as 64-bit fingerprints in typed arrays: 12 bytes an entry where a Set of strings takes 100.
 * Two different strings collide with probability n^2 / 2^65, one in a million at six million entries. It holds a bounded
 * number: what comes when it is full is not remembered, so that of two copies met after that both count. That makes a
 * count larger, and never a use out of none.
 */
export interface IdSet {
  /** Adds; false when it was there already. */
  add(id: string): boolean;
  has(id: string): boolean;
  readonly size: number;
  /** Strings that were not remembered. */
  readonly unremembered: number;
}

const MAX_LOAD = 0.7;
/** Of all ids in 64 MB. */
const MOST = 5_800_000;

export function createIdSet(most = MOST): IdSet {
  let capacity = 1 << 10;
  let high = new Uint32Array(capacity);
  let low = new Uint32Array(capacity);
  let size = 0;
  let unremembered = 0;

  /** Slot of the fingerprint, or the free slot where it belongs. A free slot holds 0/0, which no fingerprint is. */
  const slot = (h: number, l: number): number => {
    let at = (h ^ l) & (capacity - 1);
    while ((high[at] !== 0 || low[at] !== 0) && (high[at] !== h || low[at] !== l))
      at = (at + 1) & (capacity - 1);
    return at;
  };
  const grow = (): void => {
    const [oldHigh, oldLow] = [high, low];
    capacity *= 2;
    high = new Uint32Array(capacity);
    low = new Uint32Array(capacity);
    for (let i = 0; i < oldHigh.length; i++) {
      if (oldHigh[i] === 0 && oldLow[i] === 0) continue;
      const at = slot(oldHigh[i]!, oldLow[i]!);
      high[at] = oldHigh[i]!;
      low[at] = oldLow[i]!;
    }
  };

  return {
    add: (id) => {
      const [h, l] = fingerprint(id);
      const at = slot(h, l);
      if (high[at] !== 0 || low[at] !== 0) return false;
      if (size >= most) {
        unremembered++;
        return true;
      }
      high[at] = h;
      low[at] = l;
      if (++size > capacity * MAX_LOAD) grow();
      return true;
    },
    has: (id) => {
      const [h, l] = fingerprint(id);
      const at = slot(h, l);
      return high[at] !== 0 || low[at] !== 0;
    },
    get size() {
      return size;
    },
    get unremembered() {
      return unremembered;
    },
  };
}

/** Two mixed 32-bit multiplicative hashes over the UTF-16 code units; never 0/0. */
function fingerprint(text: string): readonly [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0, (b | 1) >>> 0];
}
