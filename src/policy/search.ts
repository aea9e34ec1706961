/**
 * Looks for a request of one action class that some statements allow and others do not: a search over which
 * statements apply, with resources and each context key decided by their own theories.
 */
import type { KeyConstraint } from './constraints.ts';
import { negate } from './constraints.ts';
import { type Glob, isVariable, STAR } from './glob.ts';
import { findValues, type KeyAnswer } from './keyspace.ts';
import { findWord, mayMeet, plainlyCovers, type WordAnswer } from './words.ts';

/** A statement as the search sees it: it applies where the resource is selected and every constraint holds. */
export interface Rule {
  readonly not: boolean;
  readonly resources: readonly Glob[];
  readonly constraints: readonly KeyConstraint[];
}

export interface Question {
  /** One must apply… */
  readonly allow: readonly Rule[];
  /** …none of these may… */
  readonly deny: readonly Rule[];
  /** …and the request must not be granted by these: none of `oldAllow` applies, or one of `oldDeny` does. */
  readonly oldAllow: readonly Rule[];
  readonly oldDeny: readonly Rule[];
}

export interface Found {
  /** May hold variables. */
  readonly resource: Glob;
  readonly context: ReadonlyMap<string, readonly string[]>;
}

export interface SearchOptions {
  readonly many: (key: string) => boolean;
  /** Called for each candidate; true: it is real, stop. */
  readonly isReal: (found: Found) => boolean;
  /** Most branches for one question. */
  readonly limit: number;
}

/** `none`: proven. `maybe`: something could not be decided, or a candidate was not real. */
export type SearchAnswer = 'real' | 'none' | 'maybe';

const codes = (text: string): Glob => [...text].map((char) => (char === '*' ? STAR : char.charCodeAt(0)));
/** What a request's resource can be: an ARN, or a literal `*` where the action has no resource. */
const ARN = codes('arn:*:*:*:*:*');
const DOMAIN: readonly Glob[] = [[0x2a], ARN];

/** After so many questions about words that were too large, no more are asked: policies can be made to hurt. */
const UNDECIDED = 10;
/** Most branches for all questions together. */
const ALL_BRANCHES = 100_000;

/** Where the search stands: all of it must hold. */
interface State {
  readonly within: readonly (readonly Glob[])[];
  readonly outside: readonly Glob[];
  readonly keys: ReadonlyMap<string, readonly KeyConstraint[]>;
}

export function createSearch(options: SearchOptions): (question: Question) => SearchAnswer {
  const valueMemo = new Map<string, KeyAnswer>();
  const globIds = new Map<Glob, number>();
  const wordMemo = new Map<string, WordAnswer>();
  let undecided = 0;
  let allBranches = 0;

  const values = (key: string, constraints: readonly KeyConstraint[]): KeyAnswer => {
    const id = [...new Set(constraints.map((one) => one.id))].sort().join('\u0000');
    const known = valueMemo.get(id);
    if (known) return known;
    const answer = findValues(
      constraints.map((one) => one.constraint),
      options.many(key),
    );
    valueMemo.set(id, answer);
    return answer;
  };
  const globId = (glob: Glob): number => {
    const known = globIds.get(glob) ?? globIds.size;
    globIds.set(glob, known);
    return known;
  };
  const word = (state: Pick<State, 'within' | 'outside'>): WordAnswer => {
    const outside = [...new Set(state.outside.map(globId))].sort((a, b) => a - b);
    const within = state.within.map((group) => group.map(globId).join('.'));
    const id = `${within.join('|')}/${outside.join('.')}`;
    const known = wordMemo.get(id);
    if (known) return known;
    // The same glob cannot both match and not match, whatever its variables stand for.
    const refused = new Set(state.outside);
    const possible = state.within.map((group) => group.filter((glob) => !refused.has(glob)));
    const answer: WordAnswer =
      undecided < UNDECIDED ? anyChoice(possible, state.outside) : { found: 'unknown' };
    if (answer.found === 'unknown') undecided += 1;
    wordMemo.set(id, answer);
    return answer;
  };

  const withConstraints = (state: State, constraints: readonly KeyConstraint[]): State | undefined => {
    if (constraints.length === 0) return state;
    const keys = new Map(state.keys);
    for (const one of constraints) {
      const now = keys.get(one.key) ?? [];
      if (now.some((other) => other.id === one.id)) continue;
      const next = [...now, one];
      if (values(one.key, next).found === 'none') return undefined;
      keys.set(one.key, next);
    }
    return { ...state, keys };
  };
  const inResource = (state: State, rule: Rule): State =>
    rule.not
      ? { ...state, outside: [...state.outside, ...near(state, rule)] }
      : { ...state, within: [...state.within, near(state, rule)] };
  const offResource = (state: State, rule: Rule): State =>
    rule.not
      ? { ...state, within: [...state.within, near(state, rule)] }
      : { ...state, outside: [...state.outside, ...near(state, rule)] };
  const possible = (state: State): boolean => word(state).found !== 'none';
  /** Whether some resource of the state is one of the rule's. */
  const meets = (state: State, rule: Rule): boolean =>
    (!rule.not && coversAll(rule, state)) || possible(inResource({ ...state, outside: [] }, rule));

  return (question) => {
    let branches = 0;
    let doubt = false;

    /** Extends the state so that no rule of `avoid` applies; true when a real candidate was found. */
    const explore = (state: State, avoid: readonly Rule[]): boolean => {
      branches += 1;
      allBranches += 1;
      if (branches > options.limit || allBranches > ALL_BRANCHES) {
        doubt = true;
        return false;
      }
      let now = state;
      const open: Rule[] = [];
      for (const rule of avoid) {
        // A rule whose constraints cannot hold here, or whose resources are elsewhere, is avoided already.
        if (rule.constraints.length > 0 && !withConstraints(now, rule.constraints)) continue;
        if (!meets(now, rule)) continue;
        if (!rule.constraints.every((one) => now.keys.get(one.key)?.some((other) => other.id === one.id)))
          open.push(rule);
        else if (!rule.not && coversAll(rule, now)) return false;
        else now = offResource(now, rule);
      }
      const answer = word(now);
      if (answer.found === 'none') return false;
      if (answer.found === 'unknown') doubt = true;
      const [rule] = open.sort((a, b) => a.constraints.length - b.constraints.length);
      if (!rule) return settle(now, answer);
      const rest = open.slice(1);
      if (explore(offResource(now, rule), rest)) return true;
      for (const constraint of rule.constraints)
        for (const opposite of opposites(constraint)) {
          const next = withConstraints(now, opposite);
          if (next && explore(next, rest)) return true;
        }
      return false;
    };

    const settle = (state: State, answer: WordAnswer): boolean => {
      const context = new Map<string, readonly string[]>();
      for (const [key, constraints] of state.keys) {
        const found = values(key, constraints);
        if (found.found !== 'values') doubt = true;
        else if (found.values) context.set(key, found.values);
      }
      if (answer.found === 'word' && options.isReal({ resource: answer.word, context })) return true;
      doubt = true;
      return false;
    };

    const start = (rule: Rule, primary: readonly Glob[]): State | undefined => {
      const within =
        primary.length === 0 || isEverything(primary[0]!)
          ? [DOMAIN]
          : primary.every(isArnShaped)
            ? [primary]
            : [primary, DOMAIN];
      const outside = rule.not ? rule.resources : [];
      return withConstraints({ within, outside, keys: new Map() }, rule.constraints);
    };

    if (question.oldDeny.length === 0 && question.allow.every((rule) => insideOne(rule, question.oldAllow)))
      return 'none';
    for (const rule of question.allow)
      for (const primary of rule.not ? [[]] : rule.resources.map((glob) => [glob])) {
        const state = start(rule, primary);
        if (!state) continue;
        if (explore(state, [...question.deny, ...question.oldAllow])) return 'real';
        for (const denied of question.oldDeny) {
          const both = withConstraints(inResource(state, denied), denied.constraints);
          if (both && possible(both) && explore(both, question.deny)) return 'real';
        }
      }
    return doubt ? 'maybe' : 'none';
  };
}

/** A quick and sufficient test: each resource of the rule lies in one of an unconditional rule of the others. */
const insideOne = (rule: Rule, others: readonly Rule[]): boolean =>
  !rule.not &&
  rule.resources.every((inner) =>
    others.some(
      (other) =>
        !other.not &&
        other.constraints.length === 0 &&
        other.resources.some((outer) => outer === inner || plainlyCovers(outer, inner)),
    ),
  );

/** The rule's globs that may share a word with the state's. */
const near = (state: State, rule: Rule): readonly Glob[] =>
  rule.resources.filter((glob) =>
    state.within.every((group) => group.some((one) => one === glob || mayMeet(one, glob))),
  );

/** A quick and sufficient test: one glob of the rule takes in all that the state's first group allows. */
const coversAll = (rule: Rule, state: State): boolean =>
  state.within[0]!.every(
    (inner) => rule.resources.includes(inner) || rule.resources.some((outer) => plainlyCovers(outer, inner)),
  );

/** Most ways to pick one glob from each group before they are searched all at once. */
const CHOICES = 2_000;

/** A word for some pick of one glob from each group: many small searches instead of one that multiplies. */
function anyChoice(groups: State['within'], outside: readonly Glob[]): WordAnswer {
  const count = groups.reduce((product, group) => product * group.length, 1);
  if (count > CHOICES) return findWord({ within: variablesFirst(groups), outside });
  let picks: (readonly Glob[])[] = [[]];
  for (const group of groups)
    picks = picks
      .flatMap((pick) => group.map((glob) => (pick.includes(glob) ? pick : [...pick, glob])))
      .filter((pick) => pick.every((glob, at) => pick.slice(0, at).every((other) => mayMeet(glob, other))));
  let unknown = false;
  for (const pick of picks) {
    const answer = findWord({ within: variablesFirst(pick.map((glob) => [glob])), outside });
    if (answer.found === 'word') return answer;
    unknown ||= answer.found === 'unknown';
  }
  return { found: unknown ? 'unknown' : 'none' };
}

/** Only the first group's variables are kept apart, so it should be one that has some. */
function variablesFirst(within: State['within']): State['within'] {
  const first = within.findIndex((group) => group.some((glob) => glob.some(isVariable)));
  return first > 0 ? [within[first]!, ...within.slice(0, first), ...within.slice(first + 1)] : within;
}

/** The ways a constraint can fail: one list of constraints each. */
const opposites = (constraint: KeyConstraint): (readonly KeyConstraint[])[] =>
  constraint.constraint.form === 'never' ? [[]] : [negate(constraint)];

const isEverything = (glob: Glob): boolean => glob.length === 1 && glob[0] === STAR;

/** Five literal colons after `arn`: every word is an ARN. */
const isArnShaped = (glob: Glob): boolean =>
  glob[0] === 0x61 &&
  glob[1] === 0x72 &&
  glob[2] === 0x6e &&
  glob[3] === 0x3a &&
  glob.filter((token) => token === 0x3a).length >= 5;
