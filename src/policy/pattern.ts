/** IAM's patterns for actions and resource ARNs: writing a literal, matching, and comparing two patterns. */
import {
  compileGlob,
  type Glob,
  matchGlob,
  type Resolved,
  splitGlob,
  substitute,
  type Variable,
} from './glob.ts';
import { createMemo } from './memo.ts';
import { findWord } from './words.ts';

declare const kind: unique symbol;
/** A resource pattern as a policy writes it. Made by `escapeLiteral`, or by `asPattern` from text we or a policy wrote. */
export type Pattern = string & { readonly [kind]: 'pattern' };

/** Marks text as a pattern: only for a policy's own text and for patterns our code builds, never for a logged name. */
export const asPattern = (text: string): Pattern => text as Pattern;

/**
 * The pattern that matches exactly this text (an ARN from a log). `*`, `?` and `$` become `${*}`, `${?}`, `${$}`,
 * which need Version 2012-10-17. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 * `$` is escaped only before `{`, where it would otherwise start a variable.
 */
export const escapeLiteral = (text: string): Pattern =>
  (text.includes('*') || text.includes('?') || text.includes('${')
    ? text.replace(/[*?]|\$(?=\{)/g, (char) => `\${${char}}`)
    : text) as Pattern;

const ACTION_OPTIONS = { variables: false, wildcards: true } as const;
const ARN_FIELDS = 6;
const COLON = 0x3a;

/** The same few thousand patterns are matched against millions of events; the bound is for hostile input only. */
const REMEMBERED = 25_000;
const compiled = {
  actions: createMemo<Glob>(REMEMBERED, () => 0),
  current: createMemo<Glob>(REMEMBERED, () => 0),
  old: createMemo<Glob>(REMEMBERED, () => 0),
};

export const compileAction = (pattern: string): Glob =>
  compiled.actions(pattern, () => compileGlob(pattern.toLowerCase(), ACTION_OPTIONS));

/** Whether text of a pattern language holds a `*` or `?`; in a resource pattern it may still be an escape. */
export const hasWildcard = (text: string): boolean => text.includes('*') || text.includes('?');

/** True for a resource pattern that matches its own text alone, in every Version: a whole name without `*`, `?` and `$`. */
export function isPlainName(pattern: string): boolean {
  if (hasWildcard(pattern) || pattern.includes('$')) return false;
  if (!pattern.startsWith('arn:')) return true;
  let fields = 1;
  for (let at = pattern.indexOf(':'); at >= 0 && fields < ARN_FIELDS; at = pattern.indexOf(':', at + 1))
    fields += 1;
  return fields >= ARN_FIELDS;
}

/**
 * An ARN with fewer than six fields is completed with `*`; a `*` at a field's end reaches beyond its colon.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export const compileResource = (pattern: string, variables: boolean): Glob =>
  (variables ? compiled.current : compiled.old)(pattern, () => completeResource(pattern, variables));

function completeResource(pattern: string, variables: boolean): Glob {
  const glob = compileGlob(pattern, { variables, wildcards: true });
  if (!pattern.startsWith('arn:')) return glob;
  const missing = ARN_FIELDS - splitGlob(glob, ARN_FIELDS).length;
  if (missing <= 0) return glob;
  const star = compileGlob('*', ACTION_OPTIONS);
  return Array.from({ length: missing }).reduce<Glob>((so) => [...so, COLON, ...star], glob);
}

/** `s3:get*` against `s3:GetObject`: case does not count. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchGlob(compileAction(pattern), action.toLowerCase());

const NO_VALUES: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * A resource pattern against one literal ARN (or `*`, the resource of a request that names none). Case counts.
 * A variable without a value in `variables` (keys in lower case) makes the pattern match nothing.
 */
export function matchesResource(
  pattern: Pattern,
  arn: string,
  variables: ReadonlyMap<string, readonly string[]> = NO_VALUES,
): boolean {
  if (pattern === '*') return true;
  if (isPlainName(pattern)) return pattern === arn;
  const glob = substitute(compileResource(pattern, true), (variable) =>
    resolveVariable(variable, variables, false),
  );
  return typeof glob !== 'string' && matchGlob(glob, arn);
}

/** A variable's value in a request context. A key with several values cannot be a variable: it has no value. */
export function resolveVariable(
  variable: Variable,
  context: ReadonlyMap<string, readonly string[]>,
  othersUnknown: boolean,
): Resolved {
  const values = context.get(variable.key);
  if (values?.length === 1) return { text: values[0]! };
  if (values === undefined && othersUnknown) return 'unknown';
  return variable.fallback === undefined ? 'absent' : { text: variable.fallback };
}

/** True when every ARN that `inner` matches is matched by `outer`, for all values of their variables. Exact without variables. */
export function patternCovers(outer: Pattern, inner: Pattern): boolean {
  if (outer === '*' || outer === inner) return true;
  return (
    findWord({ within: [[compileResource(inner, true)]], outside: [compileResource(outer, true)] }).found ===
    'none'
  );
}

/** True when some ARN is matched by both; a variable counts as any text. */
export function intersects(a: Pattern, b: Pattern): boolean {
  return (
    findWord({ within: [[compileResource(a, true)], [compileResource(b, true)]], outside: [] }).found !==
    'none'
  );
}
