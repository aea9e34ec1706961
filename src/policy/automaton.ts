/** A glob as a deterministic automaton, built state by state as a search asks for it and kept for the next one. */
import { ANY, FIELD_ANY, FIELD_STAR, FOLD, type Glob, isVariable, STAR } from './glob.ts';

const COLON = 0x3a;
/** No word that goes on from here is matched. */
export const DEAD = 0;
export const START = 1;

/** Invariant: state `n` stands for the sorted glob positions `positions[n]`, which no other state stands for. */
export class Automaton {
  readonly #glob: Glob;
  readonly #symbolic: boolean;
  readonly #letters: ReadonlySet<number>;
  readonly #positions: (readonly number[])[] = [];
  readonly #ids = new Map<string, number>();
  readonly #steps: Map<number, number>[] = [];
  readonly #wanted: (readonly number[] | undefined)[] = [];

  /** `symbolic`: a variable is a letter of its own; otherwise it is any text. */
  constructor(glob: Glob, symbolic: boolean) {
    this.#glob = symbolic ? glob : glob.map((token) => (isVariable(token) ? STAR : token));
    this.#symbolic = symbolic;
    this.#letters = new Set(this.#glob.flatMap((token) => (token >= FOLD ? unfold(token - FOLD) : [token])));
    this.#state([]);
    this.#state(this.#closed([0]));
  }

  accepts(state: number): boolean {
    return this.#positions[state]!.at(-1) === this.#glob.length;
  }

  /** True where every word that goes on from here is matched. */
  acceptsAll(state: number): boolean {
    const last = this.#glob.length - 1;
    return this.#glob[last] === STAR && this.accepts(state);
  }

  step(state: number, letter: number): number {
    if (state === DEAD) return DEAD;
    // Letters the glob does not name all do the same, but for the colon and variables.
    const kind = this.#letters.has(letter) || letter === COLON || isVariable(letter) ? letter : OTHER;
    const known = this.#steps[state]!.get(kind);
    if (known !== undefined) return known;
    const next = this.#state(this.#moved(this.#positions[state]!, letter));
    this.#steps[state]!.set(kind, next);
    return next;
  }

  /** Letters that lead elsewhere than an unnamed letter does. Never includes one that stands for "any other". */
  wanted(state: number): readonly number[] {
    const known = this.#wanted[state];
    if (known) return known;
    const letters = new Set<number>();
    for (const at of this.#positions[state]!) {
      const token = this.#glob[at];
      if (token === FIELD_ANY || token === FIELD_STAR) letters.add(COLON);
      else if (token !== undefined && token >= FOLD)
        for (const letter of unfold(token - FOLD)) letters.add(letter);
      else if (token !== undefined && token !== STAR && token !== ANY) letters.add(token);
    }
    const list = [...letters];
    this.#wanted[state] = list;
    return list;
  }

  /** True where a letter nobody names leads on. */
  takesAny(state: number): boolean {
    return this.#positions[state]!.some((at) => isWildcard(this.#glob[at]));
  }

  #moved(positions: readonly number[], letter: number): readonly number[] {
    if (isVariable(letter) && !this.#symbolic) {
      // Any text may stand here: every position ahead can be reached.
      const first = positions[0]!;
      return Array.from({ length: this.#glob.length + 1 - first }, (_, at) => first + at);
    }
    const next: number[] = [];
    for (const at of positions) {
      const token = this.#glob[at];
      if (token === STAR || (token === FIELD_STAR && letter !== COLON && !isVariable(letter))) next.push(at);
      else if (token === letter || this.#takes(token, letter)) next.push(at + 1);
    }
    return this.#closed(next);
  }

  #takes(token: number | undefined, letter: number): boolean {
    if (token === undefined || isVariable(letter)) return false;
    if (token === ANY) return true;
    if (token === FIELD_ANY) return letter !== COLON;
    return token >= FOLD && unfold(token - FOLD).includes(letter);
  }

  /** Adds what is reached when stars match nothing. */
  #closed(positions: readonly number[]): readonly number[] {
    const all = new Set<number>();
    for (let at of positions) {
      all.add(at);
      while (this.#glob[at] === STAR || this.#glob[at] === FIELD_STAR) {
        at += 1;
        all.add(at);
      }
    }
    return [...all].sort((a, b) => a - b);
  }

  #state(positions: readonly number[]): number {
    const name = positions.join();
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#positions.length;
    this.#ids.set(name, id);
    this.#positions.push(positions);
    this.#steps.push(new Map());
    return id;
  }
}

const OTHER = -0xffff_ffff;
const isWildcard = (token: number | undefined): boolean =>
  token === STAR || token === ANY || token === FIELD_STAR || token === FIELD_ANY;

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

const symbolicOnes = new WeakMap<Glob, Automaton>();
const openOnes = new WeakMap<Glob, Automaton>();

export function automatonOf(glob: Glob, symbolic: boolean): Automaton {
  const cache = symbolic ? symbolicOnes : openOnes;
  const known = cache.get(glob) ?? new Automaton(glob, symbolic);
  cache.set(glob, known);
  return known;
}
