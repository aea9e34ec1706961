/**
 * Evaluates one condition of a statement against a request context, three-valued: a log does not show every key.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
import rows from './data/operators.json' with { type: 'json' };
import type { Condition } from './document.ts';
import {
  compileGlob,
  type Glob,
  matchGlob,
  type Resolved,
  splitGlob,
  substitute,
  type Variable,
} from './glob.ts';
import { parseDate, parseIp, parseIpRange, parseNumber } from './scalars.ts';

export type Truth = 'true' | 'false' | 'unknown';

export interface Operator {
  readonly type: 'string' | 'numeric' | 'date' | 'bool' | 'binary' | 'ip' | 'arn' | 'null';
  readonly match: string;
  readonly negated: boolean;
  /** `each`: ForAllValues, `some`: ForAnyValue, `plain`: neither. */
  readonly set: 'plain' | 'each' | 'some';
  readonly ifExists: boolean;
}

const table = new Map(rows.map((row) => [row.operator.toLowerCase(), row]));

/** Reads an operator with its prefix and suffix; undefined for one AWS does not have. Case does not count. */
export function operatorOf(written: string): Operator | undefined {
  const match = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/.exec(written.toLowerCase());
  const row = match && table.get(match[2]!);
  if (!match || !row) return undefined;
  const ifExists = match[3] !== undefined;
  if (row.type === 'null' && (ifExists || match[1] !== undefined)) return undefined;
  return {
    type: row.type as Operator['type'],
    match: row.match,
    negated: row.negated,
    set: match[1] === 'forallvalues' ? 'each' : match[1] === 'foranyvalue' ? 'some' : 'plain',
    ifExists,
  };
}

/** Whether one context value meets one policy value. `unknown` where AWS does not say how such a value compares. */
export type ValueTest = (value: string, resolve: (variable: Variable) => Resolved) => Truth;

export interface CompiledCondition {
  readonly operator: Operator;
  /** Lower case. */
  readonly key: string;
  readonly tests: readonly ValueTest[];
  /** The Null operator's policy values. */
  readonly wantsAbsent: readonly boolean[];
}

/** Compiles a condition. `variables` is false before Version 2012-10-17. */
export function compileCondition(condition: Condition, variables: boolean): CompiledCondition {
  const operator = operatorOf(condition.operator);
  if (!operator) throw new Error(`not a condition operator: ${condition.operator}`);
  return {
    operator,
    key: condition.key.toLowerCase(),
    tests:
      operator.type === 'null' ? [] : condition.values.map((value) => valueTest(operator, value, variables)),
    wantsAbsent:
      operator.type === 'null' ? condition.values.map((value) => value.toLowerCase() === 'true') : [],
  };
}

/** `values` undefined: the key is not in the request. An empty list counts the same. */
export function testCondition(
  condition: CompiledCondition,
  values: readonly string[] | undefined,
  resolve: (variable: Variable) => Resolved,
): Truth {
  const { operator } = condition;
  const absent = values === undefined || values.length === 0;
  if (operator.type === 'null') return truth(condition.wantsAbsent.includes(absent));
  if (absent) {
    if (operator.ifExists || operator.set === 'each') return 'true';
    return truth(operator.negated && operator.set === 'plain');
  }
  const met = (value: string): Truth => anyOf(condition.tests.map((test) => test(value, resolve)));
  const held = values.map((value) => (operator.negated ? not(met(value)) : met(value)));
  if (operator.set === 'each') return allOf(held);
  // Without a set operator AWS expects one value; a negated operator then denies every match, not just one.
  return operator.set === 'plain' && operator.negated ? allOf(held) : anyOf(held);
}

const truth = (value: boolean): Truth => (value ? 'true' : 'false');
export const not = (one: Truth): Truth => (one === 'unknown' ? one : one === 'true' ? 'false' : 'true');
export const anyOf = (all: readonly Truth[]): Truth =>
  all.includes('true') ? 'true' : all.includes('unknown') ? 'unknown' : 'false';
export const allOf = (all: readonly Truth[]): Truth =>
  all.includes('false') ? 'false' : all.includes('unknown') ? 'unknown' : 'true';

export function valueTest(operator: Operator, written: string, variables: boolean): ValueTest {
  switch (operator.type) {
    case 'string':
      return stringTest(operator.match, written, variables);
    case 'arn':
      return arnTest(written, variables);
    case 'numeric':
      return orderTest(operator.match, parseNumber(written), parseNumber);
    case 'date':
      return orderTest(operator.match, parseDate(written), parseDate);
    case 'bool':
      return (value) => truth(isBool(written) && value.toLowerCase() === written.toLowerCase());
    case 'ip': {
      const range = parseIpRange(written);
      return (value) => {
        const address = parseIp(value);
        if (!range || !address || address.bits !== range.bits) return 'false';
        return truth(range.first <= address.value && address.value <= range.last);
      };
    }
    default:
      return (value) => truth(value === written);
  }
}

const isBool = (text: string): boolean => /^(true|false)$/i.test(text);

function orderTest(
  match: string,
  wanted: number | undefined,
  read: (text: string) => number | undefined,
): ValueTest {
  return (text) => {
    const value = read(text);
    if (value === undefined || wanted === undefined) return 'false';
    if (match === '<') return truth(value < wanted);
    if (match === '<=') return truth(value <= wanted);
    if (match === '>') return truth(value > wanted);
    if (match === '>=') return truth(value >= wanted);
    return truth(value === wanted);
  };
}

/** The glob a string operator's value stands for; with ignored case in lower case. */
export function stringGlob(match: string, written: string, variables: boolean): Glob {
  const text = match === 'equals-ignore-case' ? lowerOutsideVariables(written) : written;
  return compileGlob(text, { variables, wildcards: match === 'like' });
}

/** Keys of variables compare without case anyway, but a default must fold with the rest: so fold it all. */
const lowerOutsideVariables = (text: string): string => text.toLowerCase();

function stringTest(match: string, written: string, variables: boolean): ValueTest {
  const glob = stringGlob(match, written, variables);
  const fold = match === 'equals-ignore-case';
  return (value, resolve) => {
    const concrete = substitute(glob, (variable) => {
      const so = resolve(variable);
      return typeof so === 'string' || !fold ? so : { text: so.text.toLowerCase() };
    });
    if (typeof concrete === 'string') return concrete === 'unknown' ? 'unknown' : 'false';
    return truth(matchGlob(concrete, fold ? value.toLowerCase() : value));
  };
}

/** ArnEquals and ArnLike are one: the six fields compare one by one, each with wildcards. */
function arnTest(written: string, variables: boolean): ValueTest {
  const glob = compileGlob(written, { variables, wildcards: true });
  return (value, resolve) => {
    const concrete = substitute(glob, resolve);
    if (typeof concrete === 'string') return concrete === 'unknown' ? 'unknown' : 'false';
    const fields = splitGlob(concrete, 6);
    const parts = splitText(value, 6);
    if (parts.length < 6 || parts[0] !== 'arn') return 'false';
    // AWS does not document what a value that is no ARN (`*`) means here.
    if (fields.length < 6) return 'unknown';
    return truth(fields.every((field, at) => matchGlob(field, parts[at]!)));
  };
}

function splitText(text: string, parts: number): string[] {
  const all = text.split(':');
  return all.length <= parts ? all : [...all.slice(0, parts - 1), all.slice(parts - 1).join(':')];
}
