import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHashSet } from '../../../src/trail/scan/hash-table.ts';

const word = fc.integer({ min: 0, max: 40 });

describe('a set of hashes', () => {
  it('is a set, but that the low bit of the high word does not count', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word)), (pairs) => {
        const [mine, theirs] = [createHashSet(), new Set<string>()];
        for (const [low, high] of pairs) {
          const key = `${low} ${high | 1}`;
          expect(mine.add(low, high)).toBe(!theirs.has(key));
          theirs.add(key);
        }
        expect(mine.forgotten).toBe(0);
      }),
    );
  });

  it('holds many, through its growth', () => {
    const set = createHashSet();
    for (let id = 0; id < 20_000; id++) expect(set.add(id * 2_654_435_761, id * 2)).toBe(true);
    for (let id = 0; id < 20_000; id++) expect(set.add(id * 2_654_435_761, id * 2)).toBe(false);
  });

  it('remembers the last ones where it is bounded, is exact up to the bound, and counts what it let go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(word, { maxLength: 200 }), (most, ids) => {
        const set = createHashSet(most);
        const order: number[] = [];
        let distinct = 0;
        for (const id of ids) {
          const fresh = set.add(id, id * 2);
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
