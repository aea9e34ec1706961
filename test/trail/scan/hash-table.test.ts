import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHashSet } from '../../../src/trail/scan/hash-set.ts';
import { createSharedBits, createTable, SHARED_BYTES } from '../../../src/trail/scan/hash-table.ts';

const word = fc.integer({ min: 0, max: 40 });

describe('a set of hashes', () => {
  it('is a set, but that the low bit of the high word does not count', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word)), (pairs) => {
        const [mine, theirs] = [createHashSet(), new Set<string>()];
        for (const [low, high, hour] of pairs) {
          const key = `${low} ${high | 1} ${hour}`;
          expect(mine.add(low, high, hour * 3600)).toBe(!theirs.has(key));
          theirs.add(key);
        }
        expect(mine.forgotten).toBe(0);
      }),
    );
  });

  it('holds many, through its growth', () => {
    const set = createHashSet();
    for (let id = 0; id < 20_000; id++) expect(set.add(id * 2_654_435_761, id * 2, id)).toBe(true);
    for (let id = 0; id < 20_000; id++) expect(set.add(id * 2_654_435_761, id * 2, id)).toBe(false);
  });

  it('remembers the last ones where it is bounded, is exact up to the bound, and counts what it let go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(word, { maxLength: 200 }), (most, ids) => {
        const set = createHashSet(most);
        const order: number[] = [];
        let distinct = 0;
        for (const id of ids) {
          const fresh = set.add(id, id * 2, id * 3600);
          // What came among the last `most` new ones is never new.
          if (order.slice(-most).includes(id)) expect(fresh).toBe(false);
          if (!order.includes(id)) expect(fresh).toBe(true);
          if (fresh) {
            order.push(id);
            distinct++;
          }
        }
        if (distinct < 2 * most) expect(set.forgotten).toBe(0);
        expect(distinct - set.forgotten).toBeLessThanOrEqual(2 * most);
      }),
    );
  });
});

describe('createTable', () => {
  it('is a map, through its growth, and empty when it was cleared', () => {
    const any = fc.tuple(word, word, fc.integer({ min: 0, max: 2 ** 31 }));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 100 }), (entries) => {
        const [mine, theirs] = [createTable(2), new Map<string, number>()];
        for (const [low, high, value] of entries) {
          const key = `${low} ${high}`;
          expect(mine.get(low - 20, high)).toBe(theirs.get(key) ?? -1);
          if (theirs.has(key)) continue;
          theirs.set(key, value);
          mine.put(low - 20, high, value);
        }
        for (const [low, high] of entries)
          expect(mine.get(low - 20, high)).toBe(theirs.get(`${low} ${high}`));
        mine.clear();
        for (const [low, high] of entries) expect(mine.get(low - 20, high)).toBe(-1);
      }),
    );
  });
});

describe('createSharedBits', () => {
  it('gives the bit that was put under a key, or nothing, to whoever shares the memory', () => {
    const memory = new SharedArrayBuffer(SHARED_BYTES);
    const [mine, theirs] = [createSharedBits(memory), createSharedBits(memory)];
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const known = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, fc.boolean()), { minLength: 1 }), (entries) => {
        for (const [low, high, bit] of entries) {
          // The lowest two bits of the high word are not told apart.
          const key = `${low} ${high >>> 2}`;
          if (known.has(key)) continue;
          expect(theirs.get(low, high)).toBe(-1);
          known.set(key, bit ? 1 : 0);
          mine.put(low, high, bit ? 1 : 0);
          expect(theirs.get(low, high)).toBe(bit ? 1 : 0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets go what there is no room for, and never gives the bit of another key', () => {
    const bits = createSharedBits(new SharedArrayBuffer(SHARED_BYTES));
    for (let high = 0; high < 40; high += 4) bits.put(7, high, (high >> 2) & 1);
    const found = Array.from({ length: 10 }, (_, index) => bits.get(7, index * 4));
    found.forEach((bit, index) => {
      expect([-1, index & 1]).toContain(bit);
    });
    expect(found.filter((bit) => bit >= 0)).toHaveLength(4);
    // The last one always finds a place.
    expect(found.at(-1)).toBe(1);
  });
});
