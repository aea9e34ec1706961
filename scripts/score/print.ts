export const percent = (part: number, whole: number): string =>
  `${whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(2)} %`} (${part} of ${whole})`;

/** The first `limit` lines under a heading, with their number. */
export const list = (heading: string, lines: readonly string[], limit: number): readonly string[] => [
  `  ${heading}: ${lines.length}`,
  ...lines.slice(0, limit).map((line) => `    ${line}`),
  ...(lines.length > limit ? [`    ... ${lines.length - limit} more (--all)`] : []),
];

/** Counts equal keys, largest first. */
export function tally(keys: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([key, count]) => `${count} ${key}`);
}
