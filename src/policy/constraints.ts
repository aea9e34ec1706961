/**
 * A condition as constraints on the set S of values that one context key has in a request (empty: the key is absent),
 * in a form that can be negated. Containment reasons on these; evaluation does not need them.
 */
import { operatorOf, stringGlob, type ValueTest, valueTest } from './conditions.ts';
import type { Condition } from './document.ts';
import {
  ANY,
  compileGlob,
  FIELD_ANY,
  FIELD_STAR,
  FOLD,
  type Glob,
  isVariable,
  matchGlob,
  STAR,
  splitGlob,
} from './glob.ts';
import { parseDate, parseIpRange, parseNumber } from './scalars.ts';

/** One policy value: what it accepts, in the form its theory can reason on. */
export type Primitive =
  | { readonly kind: 'glob'; readonly glob: Glob }
  | {
      readonly kind: ScalarKind;
      readonly test: (value: string) => boolean;
      readonly points: readonly Point[];
    }
  /** Not reasoned on (it holds a variable): only the same primitive is known to behave the same. */
  | { readonly kind: 'opaque'; readonly id: string };
export type ScalarKind = 'numeric' | 'date' | 'bool' | 'ip' | 'binary';
/** Where a scalar test changes: theories try these points and what lies between. */
export type Point = number | bigint | string;

/** What a condition's list of values accepts: the union of its primitives. */
export interface ValueSet {
  readonly id: string;
  readonly primitives: readonly Primitive[];
}

export type Constraint =
  /** Some value of S is (with `outside`: is not) in the set. */
  | { readonly form: 'some'; readonly set: ValueSet; readonly outside: boolean; readonly orAbsent: boolean }
  /** Every value of S is (is not) in the set; true when S is empty. */
  | { readonly form: 'every'; readonly set: ValueSet; readonly outside: boolean }
  | { readonly form: 'absent' }
  | { readonly form: 'present' }
  | { readonly form: 'never' };

export interface KeyConstraint {
  /** Lower case. */
  readonly key: string;
  readonly constraint: Constraint;
  /** Equal ids mean equal constraints. */
  readonly id: string;
}

const keyed = (key: string, constraint: Constraint): KeyConstraint => ({
  key,
  constraint,
  id: `${key}\n${constraint.form}\n${'set' in constraint ? `${constraint.outside}\n${constraint.set.id}` : ''}\n${'orAbsent' in constraint ? constraint.orAbsent : ''}`,
});

/** A condition as one constraint; undefined when it always holds. */
export function constraintOf(condition: Condition, variables: boolean): KeyConstraint | undefined {
  const operator = operatorOf(condition.operator)!;
  const key = condition.key.toLowerCase();
  if (operator.type === 'null') {
    const wants = new Set(condition.values.map((value) => value.toLowerCase() === 'true'));
    if (wants.size === 2) return undefined;
    if (wants.size === 0) return keyed(key, { form: 'never' });
    return keyed(key, { form: wants.has(true) ? 'absent' : 'present' });
  }
  const set = valueSet(condition, variables);
  const outside = operator.negated;
  if (operator.set === 'each' || (operator.set === 'plain' && operator.negated))
    return keyed(key, { form: 'every', set, outside });
  return keyed(key, { form: 'some', set, outside, orAbsent: operator.ifExists });
}

/** The constraints that together say the opposite. */
export function negate({ key, constraint }: KeyConstraint): KeyConstraint[] {
  switch (constraint.form) {
    case 'some': {
      const every = keyed(key, { form: 'every', set: constraint.set, outside: !constraint.outside });
      return constraint.orAbsent ? [every, keyed(key, { form: 'present' })] : [every];
    }
    case 'every':
      return [
        keyed(key, { form: 'some', set: constraint.set, outside: !constraint.outside, orAbsent: false }),
      ];
    case 'absent':
      return [keyed(key, { form: 'present' })];
    case 'present':
      return [keyed(key, { form: 'absent' })];
    case 'never':
      return [];
  }
}

function valueSet(condition: Condition, variables: boolean): ValueSet {
  const operator = operatorOf(condition.operator)!;
  const primitives = condition.values.flatMap((value): Primitive | readonly Primitive[] => {
    const opaque = (): Primitive => ({ kind: 'opaque', id: `${operator.type}\n${operator.match}\n${value}` });
    if (operator.type === 'string') {
      const glob = stringGlob(operator.match, value, variables);
      if (glob.some(isVariable)) return opaque();
      const fold = operator.match === 'equals-ignore-case';
      return { kind: 'glob', glob: fold ? glob.map((token) => (token < 0 ? token : token + FOLD)) : glob };
    }
    if (operator.type === 'arn') {
      const glob = arnGlob(compileGlob(value, { variables, wildcards: true }));
      return glob === 'nothing' ? [] : glob ? { kind: 'glob', glob } : opaque();
    }
    const test = valueTest(operator, value, variables);
    return { kind: operator.type as ScalarKind, test: accepts(test), points: pointsOf(operator.type, value) };
  });
  const { type, match } = operator;
  // Letters of a pattern without wildcards mean the same in every string operator but the one that folds case.
  const id = JSON.stringify([type, match, variables, [...new Set(condition.values)].sort()]);
  return { id, primitives };
}

const accepts = (test: ValueTest) => (value: string) => test(value, () => 'absent') === 'true';

/** An ARN operator's value as one glob over whole ARNs; undefined where its meaning is not documented. */
function arnGlob(glob: Glob): Glob | 'nothing' | undefined {
  if (glob.some(isVariable)) return undefined;
  const fields = splitGlob(glob, 6);
  if (fields.length < 6) return undefined;
  // Only ARNs compare, and those begin with `arn`.
  if (!matchGlob(fields[0]!, 'arn')) return 'nothing';
  const head = [...'arn'].map((char) => char.charCodeAt(0));
  const inField = (field: Glob): Glob =>
    field.map((token) => (token === STAR ? FIELD_STAR : token === ANY ? FIELD_ANY : token));
  return [head, ...fields.slice(1, 5).map(inField), fields[5]!].flatMap((field, at) =>
    at === 0 ? field : [0x3a, ...field],
  );
}

function pointsOf(type: string, value: string): readonly Point[] {
  if (type === 'numeric' || type === 'date') {
    const point = type === 'numeric' ? parseNumber(value) : parseDate(value);
    return point === undefined ? [] : [point];
  }
  if (type === 'ip') {
    const range = parseIpRange(value);
    return range ? [range.bits === 32 ? 'v4' : 'v6', range.first, range.last] : [];
  }
  return [value];
}
