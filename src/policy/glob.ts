/**
 * A wildcard pattern as a flat list of tokens: a code unit (>= 0), a wildcard, or a policy variable. Everything that
 * compares patterns works on this form, so that an escape (`${*}`) and a wildcard (`*`) can never be confused.
 */
export type Glob = readonly number[];

/** `?`: one character of any kind. */
export const ANY = -1;
/** `*`: any run of characters, also across `/` and `:`. */
export const STAR = -2;
/** `?` and `*` that stop at `:`, for operators that compare ARNs field by field. Only for `findWord`. */
export const FIELD_ANY = -3;
export const FIELD_STAR = -4;
/** Added to a lower-case letter: any letter that folds to it. Only for `findWord`. */
export const FOLD = 0x1_0000;
/** Variables are interned as numbers from here downwards. */
const FIRST_VARIABLE = -16;

export interface Variable {
  /** Condition key, lower case. */
  readonly key: string;
  /** From `${key, 'default'}`. */
  readonly fallback?: string;
}

const variables: Variable[] = [];
const variableIds = new Map<string, number>();

function internVariable(variable: Variable): number {
  const name = JSON.stringify([variable.key, variable.fallback ?? null]);
  const known = variableIds.get(name);
  if (known !== undefined) return known;
  variables.push(variable);
  const id = FIRST_VARIABLE - (variables.length - 1);
  variableIds.set(name, id);
  return id;
}

export const isVariable = (token: number): boolean => token <= FIRST_VARIABLE;
export const variableOf = (token: number): Variable => variables[FIRST_VARIABLE - token]!;

export interface GlobOptions {
  /** False for a policy older than Version 2012-10-17, where `${` is two ordinary characters. */
  readonly variables: boolean;
  /** False where `*` and `?` are ordinary characters (StringEquals); `${*}` still is an escape. */
  readonly wildcards: boolean;
}

/** Compiles the written form. Adjacent wildcards are put in one order (`?` before `*`, one `*`): same language. */
export function compileGlob(text: string, options: GlobOptions): Glob {
  const tokens: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (options.wildcards && unit === 0x2a) tokens.push(STAR);
    else if (options.wildcards && unit === 0x3f) tokens.push(ANY);
    else if (options.variables && unit === 0x24 && text.charCodeAt(at + 1) === 0x7b) {
      const end = text.indexOf('}', at + 2);
      const variable = end < 0 ? undefined : readVariable(text.slice(at + 2, end));
      if (variable === undefined) tokens.push(unit);
      else {
        tokens.push(typeof variable === 'string' ? variable.charCodeAt(0) : internVariable(variable));
        at = end;
      }
    } else tokens.push(unit);
  }
  return normalise(tokens);
}

/** The inside of `${...}`: an escape, a variable with an optional default, or nothing that IAM knows. */
function readVariable(inside: string): Variable | string | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return inside;
  const match = /^\s*([A-Za-z0-9_.-]+:[^,{}$*?\s]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inside);
  if (!match) return undefined;
  const key = match[1]!.toLowerCase();
  return match[2] === undefined ? { key } : { key, fallback: match[2] };
}

function normalise(tokens: readonly number[]): Glob {
  const out: number[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at] !== STAR && tokens[at] !== ANY) {
      out.push(tokens[at]!);
      continue;
    }
    let star = false;
    for (; at < tokens.length && (tokens[at] === STAR || tokens[at] === ANY); at += 1)
      if (tokens[at] === STAR) star = true;
      else out.push(ANY);
    if (star) out.push(STAR);
    at -= 1;
  }
  return out;
}

/** What a variable stands for in a request: its characters, nothing (the pattern cannot match), or not known. */
export type Resolved = { readonly text: string } | 'absent' | 'unknown';

/** Puts the request's values in place of variables, as literal characters. */
export function substitute(
  glob: Glob,
  resolve: (variable: Variable) => Resolved,
): Glob | 'absent' | 'unknown' {
  if (!glob.some(isVariable)) return glob;
  const out: number[] = [];
  let unknown = false;
  for (const token of glob) {
    if (!isVariable(token)) {
      out.push(token);
      continue;
    }
    const value = resolve(variableOf(token));
    if (value === 'absent') return 'absent';
    if (value === 'unknown') unknown = true;
    else for (let at = 0; at < value.text.length; at += 1) out.push(value.text.charCodeAt(at));
  }
  return unknown ? 'unknown' : out;
}

/**
 * Matches a glob without variables. Remembers only the last star, so the time is at most |glob| x |text|, whatever
 * the text: a hostile name cannot make it slow.
 */
export function matchGlob(glob: Glob, text: string): boolean {
  let at = 0;
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < text.length) {
    const wanted = glob[token];
    if (wanted === STAR) {
      starToken = token;
      starAt = at;
      token += 1;
    } else if (wanted !== undefined && (wanted === ANY || wanted === text.charCodeAt(at))) {
      token += 1;
      at += 1;
    } else if (starToken >= 0) {
      starAt += 1;
      at = starAt;
      token = starToken + 1;
    } else return false;
  }
  while (glob[token] === STAR) token += 1;
  return token === glob.length;
}

/** Splits at `:` tokens, at most `parts` parts; colons inside variables are not tokens and do not split. */
export function splitGlob(glob: Glob, parts: number): Glob[] {
  const out: number[][] = [[]];
  for (const token of glob)
    if (token === 0x3a && out.length < parts) out.push([]);
    else out[out.length - 1]!.push(token);
  return out;
}
