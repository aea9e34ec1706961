/**
 * Decides whether some set of values of one context key meets constraints, and finds one. Complete for strings, ARNs
 * and each scalar type alone; what it cannot reason on it takes as possible, so `none` is always right.
 */
import type { Constraint, Primitive, ScalarKind, ValueSet } from './constraints.ts';
import { type Glob, STAR } from './glob.ts';
import { findWord } from './words.ts';

export type KeyAnswer =
  /** The values; undefined: the key is absent. */
  | { readonly found: 'values'; readonly values: readonly string[] | undefined }
  | { readonly found: 'none' }
  | { readonly found: 'unknown' };

interface Wish {
  readonly set: ValueSet;
  readonly inside: boolean;
}

/** `many`: the key may have several values in a request (it is used with a set operator). */
export function findValues(constraints: readonly Constraint[], many: boolean): KeyAnswer {
  if (constraints.some((one) => one.form === 'never')) return { found: 'none' };
  if (constraints.every(holdsAbsent)) return { found: 'values', values: undefined };
  if (constraints.some((one) => one.form === 'absent')) return { found: 'none' };
  const every: Wish[] = [];
  const some: Wish[] = [];
  for (const one of constraints)
    if (one.form === 'every') every.push({ set: one.set, inside: !one.outside });
    else if (one.form === 'some') some.push({ set: one.set, inside: !one.outside });
  // A single value must meet every wish; several values share them out.
  const rounds = many && some.length > 0 ? some.map((one) => [one, ...every]) : [[...some, ...every]];
  const values: string[] = [];
  for (const wishes of rounds) {
    const value = findValue(wishes);
    if (value === 'none' || value === 'unknown') return { found: value };
    if (!values.includes(value.text)) values.push(value.text);
  }
  return { found: 'values', values };
}

function holdsAbsent(constraint: Constraint): boolean {
  return (
    constraint.form === 'absent' ||
    constraint.form === 'every' ||
    (constraint.form === 'some' && constraint.orAbsent)
  );
}

function findValue(wishes: readonly Wish[]): { text: string } | 'none' | 'unknown' {
  const kinds = new Set(wishes.flatMap((wish) => wish.set.primitives.map((one) => one.kind)));
  // One theory at a time: primitives of another kind count as opaque.
  const theory = kinds.has('glob') ? 'glob' : [...kinds].filter((kind) => kind !== 'opaque').sort()[0];
  const isOpaque = (one: Primitive): boolean => one.kind !== theory;
  const idOf = (wish: Wish, one: Primitive): string =>
    one.kind === 'opaque' ? one.id : `${wish.set.id}\n${wish.set.primitives.indexOf(one)}`;
  const refused = new Set<string>();
  for (const wish of wishes)
    if (!wish.inside) for (const one of wish.set.primitives) if (isOpaque(one)) refused.add(idOf(wish, one));
  const inside: Primitive[][] = [];
  const outside: Primitive[] = [];
  for (const { set, inside: wanted } of wishes) {
    const known = set.primitives.filter((one) => !isOpaque(one));
    if (!wanted) outside.push(...known);
    // An opaque primitive that nothing refuses may be the one that accepts.
    else if (!set.primitives.some((one) => isOpaque(one) && !refused.has(idOf({ set, inside: wanted }, one))))
      inside.push(known);
  }
  if (inside.some((group) => group.length === 0)) return 'none';
  return theory === undefined || theory === 'glob'
    ? findText(inside, outside)
    : findScalar(theory, inside, outside);
}

const globsOf = (primitives: readonly Primitive[]): Glob[] =>
  primitives.flatMap((one) => (one.kind === 'glob' ? [one.glob] : []));

function findText(
  inside: readonly Primitive[][],
  outside: readonly Primitive[],
): { text: string } | 'none' | 'unknown' {
  const within = inside.length === 0 ? [[[STAR]]] : inside.map(globsOf);
  const answer = findWord({ within, outside: globsOf(outside) });
  return answer.found === 'word' ? { text: String.fromCharCode(...answer.word) } : answer.found;
}

function findScalar(
  kind: ScalarKind,
  inside: readonly Primitive[][],
  outside: readonly Primitive[],
): { text: string } | 'none' {
  const holds = (one: Primitive, text: string): boolean => 'test' in one && one.test(text);
  const points = [...inside.flat(), ...outside].flatMap((one) => ('points' in one ? one.points : []));
  for (const text of candidates(kind, points))
    if (
      inside.every((group) => group.some((one) => holds(one, text))) &&
      !outside.some((one) => holds(one, text))
    )
      return { text };
  return 'none';
}

/** One value for every way the tests can come out: the points, what lies between them, and a value of no such type. */
function candidates(kind: ScalarKind, points: readonly (number | bigint | string)[]): string[] {
  switch (kind) {
    case 'bool':
      return ['true', 'false', 'neither'];
    case 'binary': {
      let other = 'AAAA';
      while (points.includes(other)) other += 'AAAA';
      return [...(points as readonly string[]), other];
    }
    case 'ip':
      return ipCandidates(points);
    default: {
      const write = kind === 'numeric' ? String : writeTime;
      return [...between(points as readonly number[]).map(write), 'not-a-value'];
    }
  }
}

/** Seconds since 1970 have no year limits, but need five digits to be told from a year. */
const writeTime = (time: number): string =>
  Math.abs(time) >= 1e7 ? (time / 1000).toFixed(3) : new Date(time).toISOString();

function between(points: readonly number[]): number[] {
  const sorted = [...new Set(points)].sort((a, b) => a - b);
  const out: number[] = [];
  for (const [at, point] of sorted.entries()) {
    const far = Math.max(1000, Math.abs(point));
    if (at === 0) out.push(point - far);
    const next = sorted[at + 1];
    out.push(point, next === undefined ? point + far : (point + next) / 2);
  }
  return out.length > 0 ? out : [0];
}

function ipCandidates(points: readonly (number | bigint | string)[]): string[] {
  const v4: bigint[] = [0n];
  const v6: bigint[] = [0n];
  let into = v4;
  for (const point of points) {
    if (point === 'v4') into = v4;
    else if (point === 'v6') into = v6;
    else into.push((point as bigint) - 1n, point as bigint, (point as bigint) + 1n);
  }
  const valid = (values: bigint[], bits: bigint) =>
    [...new Set(values)].filter((value) => value >= 0n && value < 1n << bits);
  return [
    ...valid(v4, 32n).map((value) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')),
    ...valid(v6, 128n).map((value) =>
      [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n]
        .map((shift) => ((value >> shift) & 0xffffn).toString(16))
        .join(':'),
    ),
    'not-an-address',
  ];
}
