/** Line differences by Myers' greedy algorithm: the shortest edit script. https://doi.org/10.1007/BF01840446 */

export interface Edit {
  readonly op: ' ' | '-' | '+';
  readonly line: string;
  /** 0-based line of the old and the new text at which the edit stands. */
  readonly old: number;
  readonly new: number;
}

/** Past this many differing lines a shortest script costs too much; then all of the old is replaced by all of the new. */
const LIMIT = 4_000;

/** Edits that turn `before` into `after`, in order. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const edits: Edit[] = [];
  const push = (op: Edit['op'], line: string, old: number, next: number): void => {
    edits.push({ op, line, old, new: next });
  };
  for (let at = 0; at < start; at++) push(' ', before[at]!, at, at);
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  const numbers = new Map<string, number>();
  for (const [op, x, y] of script(numbered(a, numbers), numbered(b, numbers)))
    push(op, op === '+' ? b[y]! : a[x]!, start + x, start + y);
  for (let at = end; at > 0; at--)
    push(' ', before[before.length - at]!, before.length - at, after.length - at);
  return edits;
}

type Step = readonly [op: Edit['op'], x: number, y: number];

/** The same number for the same line: numbers compare at once. */
function numbered(lines: readonly string[], numbers: Map<string, number>): Int32Array {
  const own = new Int32Array(lines.length);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    let number = numbers.get(line);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(line, number);
    }
    own[at] = number;
  }
  return own;
}

function replaced(a: number, b: number): readonly Step[] {
  return [
    ...Array.from({ length: a }, (_, x): Step => ['-', x, 0]),
    ...Array.from({ length: b }, (_, y): Step => ['+', a, y]),
  ];
}

function script(a: Int32Array, b: Int32Array): readonly Step[] {
  if (a.length === 0 || b.length === 0) return replaced(a.length, b.length);
  const max = Math.min(a.length + b.length, LIMIT);
  const offset = max + 1;
  const furthest = new Int32Array(2 * max + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= max; d++) {
    trace.push(furthest.slice(offset - d - 1, offset + d + 2));
    // Beyond either text there is nothing to find.
    const last = d - 2 * Math.max(0, d - a.length);
    for (let k = 2 * Math.max(0, d - b.length) - d; k <= last; k += 2) {
      const down = k === -d || (k !== d && furthest[offset + k - 1]! < furthest[offset + k + 1]!);
      let x = down ? furthest[offset + k + 1]! : furthest[offset + k - 1]! + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      furthest[offset + k] = x;
      if (x >= a.length && y >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return replaced(a.length, b.length);
}

function walkBack(trace: readonly Int32Array[], endX: number, endY: number): readonly Step[] {
  const steps: Step[] = [];
  let x = endX;
  let y = endY;
  for (let d = trace.length - 1; d >= 0; d--) {
    const row = trace[d]!;
    const at = (k: number): number => row[k + d + 1]!;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(fromK);
    const fromY = d === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) steps.push([' ', --x, --y]);
    if (d === 0) break;
    if (down) steps.push(['+', x, --y]);
    else steps.push(['-', --x, y]);
  }
  return steps.reverse();
}
