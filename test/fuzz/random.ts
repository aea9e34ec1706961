/** A seeded source of choices: a finding can be had again from its seed alone. */
export interface Random {
  /** A whole number from 0 up to, but without, `below`. */
  nat(below: number): number;
  pick<T>(of: readonly T[]): T;
  chance(part: number): boolean;
}

/** Mulberry32: 32 bits of state are enough to choose mutations, and each input starts from a state of its own. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const nat = (below: number): number => (below <= 1 ? 0 : next() % below);
  return { nat, pick: (of) => of[nat(of.length)]!, chance: (part) => next() / 2 ** 32 < part };
}
