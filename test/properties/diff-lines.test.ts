import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffLines } from '../../src/report/diff/lines.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { maxLength: 40 });

/** Length of the longest common subsequence, by the plain table. */
function common(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const next = [0];
    for (let at = 0; at < b.length; at++)
      next.push(one === b[at] ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!));
    row = next;
  }
  return row[b.length]!;
}

it('edits give both texts back, at the lines they name, and are as few as can be', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const edits = diffLines(before, after);
      expect(edits.filter((edit) => edit.op !== '+').map((edit) => edit.line)).toEqual(before);
      expect(edits.filter((edit) => edit.op !== '-').map((edit) => edit.line)).toEqual(after);
      for (const edit of edits) {
        if (edit.op !== '+') expect(before[edit.old]).toBe(edit.line);
        if (edit.op !== '-') expect(after[edit.new]).toBe(edit.line);
      }
      expect(edits.filter((edit) => edit.op === ' ')).toHaveLength(common(before, after));
    }),
    { numRuns: 2_000 },
  );
});
