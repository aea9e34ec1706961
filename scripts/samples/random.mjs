// A small seeded generator (mulberry32): the samples are the same bytes wherever they are made.
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (below) => Math.floor(next() * below);
  const hex = (length) => Array.from({ length }, () => '0123456789abcdef'[int(16)]).join('');
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (values) => values[int(values.length)],
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[int(4)]}${hex(3)}-${hex(12)}`,
    upper: (length) => Array.from({ length }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[int(32)]).join(''),
    mixed: (length) =>
      Array.from(
        { length },
        () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'[int(62)],
      ).join(''),
  };
}
