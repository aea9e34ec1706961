/**
 * Decides whether a word exists that given globs match and other globs do not: the one question behind inclusion,
 * intersection and counterexamples. Searches the product of the globs' position automata, shortest words first.
 *
 * Invariants. Letters that no live position asks for behave alike, so one of them stands for all. A variable of the
 * first `within` group is a letter of its own, which only `*` and the same variable accept: a word found missing for
 * that letter is missing for every value. In the other `within` groups a variable counts as any text, which can only
 * add words. So `none` is always right; a found word that holds a variable is a candidate to be tried.
 */
import { type Automaton, automatonOf, DEAD, START } from './automaton.ts';
import { ANY, FIELD_ANY, FIELD_STAR, FOLD, type Glob, isVariable, matchGlob, STAR } from './glob.ts';

export interface WordQuestion {
  /** For each group at least one glob must match. The first group is the one whose variables are kept apart. */
  readonly within: readonly (readonly Glob[])[];
  /** None of these may match. */
  readonly outside: readonly Glob[];
  /** Most automaton states to visit before giving up. */
  readonly limit?: number;
}
export type WordAnswer =
  | { readonly found: 'word'; readonly word: Glob }
  | { readonly found: 'none' }
  /** The limit was reached. */
  | { readonly found: 'unknown' };

const DEFAULT_LIMIT = 20_000;
/** Tried in this order for "a character nobody asks for": readable counterexamples. */
const FILLERS = [...'xyzabcdefghijklmnopqrstuvw0123456789XYZ-_'].map((char) => char.charCodeAt(0));

interface Node {
  readonly states: readonly number[];
  readonly parent: Node | undefined;
  readonly letter: number;
}

export function findWord(question: WordQuestion): WordAnswer {
  const [first, ...others] = question.within;
  const open = first!.filter((glob) => !question.outside.some((outer) => plainlyCovers(outer, glob)));
  if (open.length === 0) return { found: 'none' };
  const quick = plainWord(open, others, question.outside);
  if (quick) return { found: 'word', word: quick };
  const groups = [open, ...others];
  const machines: Automaton[] = [];
  const groupEnds: number[] = [];
  for (const [index, group] of groups.entries()) {
    for (const glob of group) machines.push(automatonOf(glob, index === 0));
    groupEnds.push(machines.length);
  }
  const inside = machines.length;
  for (const glob of relevant(open, question.outside)) machines.push(automatonOf(glob, true));

  /** Whether some machine of each group passes and no machine outside fails. */
  const holds = (
    states: readonly number[],
    passes: (machine: Automaton, state: number) => boolean,
    fails: (machine: Automaton, state: number) => boolean,
  ): boolean => {
    let from = 0;
    for (const end of groupEnds) {
      let yes = false;
      for (let at = from; at < end && !yes; at += 1) yes = passes(machines[at]!, states[at]!);
      if (!yes) return false;
      from = end;
    }
    for (let at = inside; at < machines.length; at += 1)
      if (states[at] !== DEAD && fails(machines[at]!, states[at]!)) return false;
    return true;
  };
  const walk = breadthFirst(
    machines,
    { inside, first: groupEnds[0]!, limit: question.limit ?? DEFAULT_LIMIT },
    (states) => holds(states, isLive, acceptsAll),
  );
  for (const node of walk) {
    if (node === 'limit') return { found: 'unknown' };
    if (holds(node.states, accepts, accepts)) return { found: 'word', word: spell(node) };
  }
  return { found: 'none' };
}

/**
 * Tries the plainest words of the first group, each star as nothing or as one filler, before the automata are asked:
 * where there is a word at all it is often one of these.
 */
function plainWord(
  first: readonly Glob[],
  others: WordQuestion['within'],
  outside: readonly Glob[],
): Glob | undefined {
  const plain = (glob: Glob): boolean => glob.every((token) => token < FOLD && token >= STAR);
  if (![first, ...others, outside].every((group) => group.every(plain))) return undefined;
  const filler = FILLERS[0]!;
  for (const glob of first)
    for (const star of [[], [filler]]) {
      const word = glob.flatMap((token) => (token === STAR ? star : token === ANY ? [filler] : [token]));
      const text = String.fromCharCode(...word);
      const matches = (other: Glob): boolean => matchGlob(other, text);
      if (others.every((group) => group.some(matches)) && !outside.some(matches)) return word;
    }
  return undefined;
}

const isLive = (_: Automaton, state: number): boolean => state !== DEAD;
const accepts = (machine: Automaton, state: number): boolean => machine.accepts(state);
const acceptsAll = (machine: Automaton, state: number): boolean => machine.acceptsAll(state);

interface Bounds {
  /** Machines before this one must not all die: a letter only others ask for leads nowhere new. */
  readonly inside: number;
  /** Machines before this one may ask for variables as letters. */
  readonly first: number;
  readonly limit: number;
}

/** Visits the reachable states of the product that `alive` admits, nearest first. */
function* breadthFirst(
  machines: readonly Automaton[],
  bounds: Bounds,
  alive: (states: readonly number[]) => boolean,
): Generator<Node | 'limit'> {
  const start: Node = { states: machines.map(() => START), parent: undefined, letter: 0 };
  if (!alive(start.states)) return;
  const seen = new Set([keyOf(start.states)]);
  const queue: Node[] = [start];
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head]!;
    yield node;
    if (seen.size > bounds.limit) {
      yield 'limit';
      return;
    }
    for (const letter of lettersAt(machines, node.states, bounds)) {
      const states = node.states.map((state, at) =>
        state === DEAD ? DEAD : machines[at]!.step(state, letter),
      );
      if (!alive(states)) continue;
      const key = keyOf(states);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ states, parent: node, letter });
    }
  }
}

/** Names the live states only: in a long list most are dead. */
function keyOf(states: readonly number[]): string {
  let key = '';
  for (let at = 0; at < states.length; at += 1) if (states[at] !== DEAD) key += `${at}.${states[at]} `;
  return key;
}

/** The letters some live machine asks for, and one that none asks for (first: it gives the plainest words). */
function lettersAt(machines: readonly Automaton[], states: readonly number[], bounds: Bounds): number[] {
  const wanted = new Set<number>();
  let open = false;
  for (let at = 0; at < machines.length; at += 1) {
    const state = states[at]!;
    if (state === DEAD) continue;
    const machine = machines[at]!;
    // A variable is a letter of the first group only: elsewhere it is either any text or never reached.
    for (const letter of machine.wanted(state))
      if (at < bounds.first || !isVariable(letter)) wanted.add(letter);
    if (at < bounds.inside) open ||= machine.takesAny(state);
  }
  const filler = open ? (FILLERS.find((one) => !wanted.has(one)) ?? unusedLetter(wanted)) : undefined;
  const sorted = [...wanted].sort((a, b) => b - a);
  return filler === undefined ? sorted : [filler, ...sorted];
}

function unusedLetter(wanted: ReadonlySet<number>): number {
  let letter = 0xa1;
  while (wanted.has(letter)) letter += 1;
  return letter;
}

function spell(node: Node): Glob {
  const word: number[] = [];
  for (let at: Node | undefined = node; at?.parent; at = at.parent) word.push(at.letter);
  return word.reverse();
}

/** Drops globs that can match no word of the first group. */
const relevant = (group: readonly Glob[], outside: readonly Glob[]): readonly Glob[] =>
  outside.filter((glob) => group.some((one) => mayMeet(one, glob)));

/** False where two globs plainly share no word: their literal beginnings or ends differ. */
export const mayMeet = (a: Glob, b: Glob): boolean =>
  fits(a, b, (list, at) => list[at]) && fits(a, b, (list, at) => list.at(-1 - at));

/**
 * A cheap sufficient test for inclusion: the outer glob matches the inner one's tokens, its stars taking any of them.
 * Left to the automata where fields matter.
 */
export function plainlyCovers(outer: Glob, inner: Glob): boolean {
  let at = 0;
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < inner.length) {
    const wanted = outer[token];
    const given = inner[at]!;
    if (given === FIELD_ANY || given === FIELD_STAR) return false;
    if (wanted === STAR) {
      starToken = token;
      starAt = at;
      token += 1;
    } else if (wanted !== undefined && (wanted === given || (wanted === ANY && given >= 0))) {
      token += 1;
      at += 1;
    } else if (starToken >= 0) {
      starAt += 1;
      at = starAt;
      token = starToken + 1;
    } else return false;
  }
  while (outer[token] === STAR) token += 1;
  return token === outer.length;
}

function fits(a: Glob, b: Glob, at: (list: Glob, index: number) => number | undefined): boolean {
  for (let index = 0; ; index += 1) {
    const left = at(a, index);
    const right = at(b, index);
    if (left === undefined || right === undefined) return left === right || (left ?? right)! < 0;
    if (left < 0 || right < 0 || left >= FOLD || right >= FOLD) return true;
    if (left !== right) return false;
  }
}

export interface Cell {
  readonly word: string;
  /** Which of the globs match the word. */
  readonly matches: readonly boolean[];
}

/**
 * One shortest non-empty word for each combination of the globs that can match together, where `among` holds for at
 * least one glob; undefined past the limit. Globs without variables.
 */
export function findCells(
  globs: readonly Glob[],
  among: (matches: readonly boolean[]) => boolean,
  limit = DEFAULT_LIMIT,
): readonly Cell[] | undefined {
  const machines = globs.map((glob) => automatonOf(glob, true));
  const cells = new Map<string, Cell>();
  const bounds = { inside: machines.length, first: 0, limit };
  for (const node of breadthFirst(machines, bounds, (states) => states.some((state) => state !== DEAD))) {
    if (node === 'limit') return undefined;
    if (!node.parent) continue;
    const matches = node.states.map((state, at) => machines[at]!.accepts(state));
    const key = matches.map(Number).join('');
    if (!cells.has(key) && among(matches))
      cells.set(key, { word: String.fromCharCode(...spell(node)), matches });
  }
  return [...cells.values()];
}
