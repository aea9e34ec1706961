/**
 * Decides whether a word exists that given globs match and other globs do not: the one question behind inclusion,
 * intersection and counterexamples. Searches the product of the globs' position automata, shortest words first.
 *
 * Invariants. Letters that no live position asks for behave alike, so one of them stands for all. A variable of the
 * first `within` group is a letter of its own, which only `*` and the same variable accept: a word found missing for
 * that letter is missing for every value. In the other `within` groups a variable counts as any text, which can only
 * add words. So `none` is always right; a found word that holds a variable is a candidate to be tried.
 */
import { ANY, type Glob, isVariable, STAR } from './glob.ts';

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
  readonly stars: bigint;
  readonly wild: bigint;
  readonly letters: ReadonlyMap<number, bigint>;
  readonly accept: bigint;
  /** Reached: everything that follows is accepted. */
  readonly sink: bigint;
  /** What a variable letter does: nothing special, or jump anywhere ahead. */
  readonly jumps: boolean;
}

function build(glob: Glob, symbolic: boolean): Machine {
  let stars = 0n;
  let wild = 0n;
  const letters = new Map<number, bigint>();
  for (const [at, token] of glob.entries()) {
    const bit = 1n << BigInt(at);
    if (token === STAR || (!symbolic && isVariable(token))) stars |= bit;
    else if (token === ANY) wild |= bit;
    else letters.set(token, (letters.get(token) ?? 0n) | bit);
  }
  const accept = 1n << BigInt(glob.length);
  const sink = glob.length > 0 && (stars & (accept >> 1n)) !== 0n ? accept >> 1n : 0n;
  return { stars, wild, letters, accept, sink, jumps: !symbolic };
}

/** Adds the positions reached by letting stars match nothing; runs of stars can follow each other here. */
function close(machine: Machine, state: bigint): bigint {
  let now = state;
  for (;;) {
    const next = now | ((now & machine.stars) << 1n);
    if (next === now) return now;
    now = next;
  }
}

function step(machine: Machine, state: bigint, letter: number): bigint {
  if (state === 0n) return 0n;
  if (isVariable(letter) && machine.jumps) {
    const low = state & -state;
    return (machine.accept << 1n) - low;
  }
  const wild = isVariable(letter) ? 0n : machine.wild;
  const moved = ((state & ((machine.letters.get(letter) ?? 0n) | wild)) << 1n) | (state & machine.stars);
  return close(machine, moved);
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
    // A variable is a letter of the first group only: elsewhere it is either any text or never reached.
    for (const [letter, mask] of machine.letters)
      if ((state & mask) !== 0n && (at < first || !isVariable(letter))) wanted.add(letter);
    if (at < inside) open ||= (state & (machine.wild | machine.stars)) !== 0n;
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
    if (left < 0 || right < 0) return true;
    if (left !== right) return false;
  }
}
