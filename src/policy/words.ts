/**
 * Decides whether a word exists that given globs match and other globs do not: the one question behind inclusion,
 * intersection and counterexamples. Searches the product of the globs' position automata, shortest words first.
 *
 * Invariants. Letters that no live position asks for behave alike, so one of them stands for all. A variable of the
 * first `within` group is a letter of its own, which only `*` and the same variable accept: a word found missing for
 * that letter is missing for every value. In the other `within` groups a variable counts as any text, which can only
 * add words. So `none` is always right; a found word that holds a variable is a candidate to be tried.
 */
import { ANY, FIELD_ANY, FIELD_STAR, FOLD, type Glob, isVariable, STAR } from './glob.ts';

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

interface Machine {
  /** Positions of wildcards; those of the `field` masks do not take a colon. */
  readonly stars: bigint;
  readonly wild: bigint;
  readonly fieldStars: bigint;
  readonly fieldWild: bigint;
  readonly letters: ReadonlyMap<number, bigint>;
  readonly accept: bigint;
  /** Reached: everything that follows is accepted. */
  readonly sink: bigint;
  /** What a variable letter does: nothing special, or jump anywhere ahead. */
  readonly jumps: boolean;
}

const COLON = 0x3a;

function build(glob: Glob, symbolic: boolean): Machine {
  const masks = new Map<number, bigint>();
  const add = (token: number, bit: bigint): void => {
    masks.set(token, (masks.get(token) ?? 0n) | bit);
  };
  for (const [at, token] of glob.entries()) {
    const bit = 1n << BigInt(at);
    if (!symbolic && isVariable(token)) add(STAR, bit);
    else if (token >= FOLD) for (const letter of unfold(token - FOLD)) add(letter, bit);
    else add(token, bit);
  }
  const take = (token: number): bigint => {
    const mask = masks.get(token) ?? 0n;
    masks.delete(token);
    return mask;
  };
  const accept = 1n << BigInt(glob.length);
  const stars = take(STAR);
  return {
    stars,
    wild: take(ANY),
    fieldStars: take(FIELD_STAR),
    fieldWild: take(FIELD_ANY),
    letters: masks,
    accept,
    sink: stars & (accept >> 1n),
    jumps: !symbolic,
  };
}

let folds: Map<number, number[]> | undefined;

/** Every letter whose lower case is this one: a few have more than two forms. */
function unfold(lower: number): readonly number[] {
  if (!folds) {
    folds = new Map();
    for (let letter = 0; letter < 0xffff; letter += 1) {
      const text = String.fromCharCode(letter).toLowerCase();
      const to = text.charCodeAt(0);
      if (text.length !== 1 || to === letter) continue;
      folds.set(to, [...(folds.get(to) ?? []), letter]);
    }
  }
  return [lower, ...(folds.get(lower) ?? [])];
}

/** Adds the positions reached by letting stars match nothing; runs of stars can follow each other here. */
function close(machine: Machine, state: bigint): bigint {
  const stars = machine.stars | machine.fieldStars;
  let now = state;
  for (;;) {
    const next = now | ((now & stars) << 1n);
    if (next === now) return now;
    now = next;
  }
}

function step(machine: Machine, state: bigint, letter: number): bigint {
  if (state === 0n) return 0n;
  if (isVariable(letter)) {
    if (machine.jumps) return (machine.accept << 1n) - (state & -state);
    return close(machine, ((state & (machine.letters.get(letter) ?? 0n)) << 1n) | (state & machine.stars));
  }
  const inField = letter !== COLON;
  const moves = (machine.letters.get(letter) ?? 0n) | machine.wild | (inField ? machine.fieldWild : 0n);
  const stays = machine.stars | (inField ? machine.fieldStars : 0n);
  return close(machine, ((state & moves) << 1n) | (state & stays));
}

interface Node {
  readonly states: readonly bigint[];
  readonly parent: Node | undefined;
  readonly letter: number;
}

export function findWord(question: WordQuestion): WordAnswer {
  const groups = question.within;
  const outside = relevant(groups[0]!, question.outside);
  const machines: Machine[] = [];
  const groupEnds: number[] = [];
  for (const [index, group] of groups.entries()) {
    for (const glob of group) machines.push(build(glob, index === 0));
    groupEnds.push(machines.length);
  }
  const inside = machines.length;
  for (const glob of outside) machines.push(build(glob, true));

  /** undefined: no word that begins like this can answer the question. */
  const alive = (states: readonly bigint[]): boolean => {
    let from = 0;
    for (const end of groupEnds) {
      let live = false;
      for (let at = from; at < end; at += 1) live ||= states[at] !== 0n;
      if (!live) return false;
      from = end;
    }
    for (let at = inside; at < machines.length; at += 1)
      if ((states[at]! & machines[at]!.sink) !== 0n) return false;
    return true;
  };
  const accepts = (states: readonly bigint[]): boolean => {
    let from = 0;
    for (const end of groupEnds) {
      let yes = false;
      for (let at = from; at < end; at += 1) yes ||= (states[at]! & machines[at]!.accept) !== 0n;
      if (!yes) return false;
      from = end;
    }
    for (let at = inside; at < machines.length; at += 1)
      if ((states[at]! & machines[at]!.accept) !== 0n) return false;
    return true;
  };

  const start: Node = { states: machines.map((one) => close(one, 1n)), parent: undefined, letter: 0 };
  if (!alive(start.states)) return { found: 'none' };
  const seen = new Set([start.states.join()]);
  const queue: Node[] = [start];
  const limit = question.limit ?? DEFAULT_LIMIT;
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head]!;
    if (accepts(node.states)) return { found: 'word', word: spell(node) };
    if (seen.size > limit) return { found: 'unknown' };
    for (const letter of lettersAt(machines, node.states, inside, groupEnds[0]!)) {
      const states = node.states.map((state, at) => step(machines[at]!, state, letter));
      if (!alive(states)) continue;
      const key = states.join();
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ states, parent: node, letter });
    }
  }
  return { found: 'none' };
}

/** The letters some live position asks for, and one that none asks for (first: it gives the plainest words). */
function lettersAt(
  machines: readonly Machine[],
  states: readonly bigint[],
  inside: number,
  first: number,
): number[] {
  const wanted = new Set<number>();
  let open = false;
  for (const [at, machine] of machines.entries()) {
    const state = states[at]!;
    if (state === 0n) continue;
    if ((state & (machine.fieldWild | machine.fieldStars)) !== 0n) wanted.add(COLON);
    // A variable is a letter of the first group only: elsewhere it is either any text or never reached.
    for (const [letter, mask] of machine.letters)
      if ((state & mask) !== 0n && (at < first || !isVariable(letter))) wanted.add(letter);
    if (at < inside)
      open ||= (state & (machine.wild | machine.stars | machine.fieldWild | machine.fieldStars)) !== 0n;
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

/** Drops globs that can match no word of the first group: their literal beginning or end differs. */
function relevant(group: readonly Glob[], outside: readonly Glob[]): readonly Glob[] {
  return outside.filter((glob) =>
    group.some(
      (one) => fits(one, glob, (list, at) => list[at]) && fits(one, glob, (list, at) => list.at(-1 - at)),
    ),
  );
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
  const machines = globs.map((glob) => build(glob, true));
  const start: Node = { states: machines.map((one) => close(one, 1n)), parent: undefined, letter: 0 };
  const seen = new Set<string>();
  const cells = new Map<string, Cell>();
  const queue: Node[] = [start];
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head]!;
    if (node.parent) {
      const matches = node.states.map((state, at) => (state & machines[at]!.accept) !== 0n);
      const key = matches.map(Number).join('');
      if (!cells.has(key) && among(matches))
        cells.set(key, { word: String.fromCharCode(...spell(node)), matches });
    }
    if (seen.size > limit) return undefined;
    for (const letter of lettersAt(machines, node.states, machines.length, 0)) {
      const states = node.states.map((state, at) => step(machines[at]!, state, letter));
      const key = states.join();
      if (states.every((state) => state === 0n) || seen.has(key)) continue;
      seen.add(key);
      queue.push({ states, parent: node, letter });
    }
  }
  return [...cells.values()];
}
