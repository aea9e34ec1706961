/** Each wildcard that the new policies hold because we wrote it, with what led to it. */
import type { Policy } from '../policy/document.ts';
import type { Generalisation } from './plan.ts';
import type { Written } from './synthesise-statement.ts';

const EXAMPLES = 3;
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function generalisationsOf(
  written: readonly Written[],
  after: readonly Policy[],
): readonly Generalisation[] {
  if (written.length === 0) return [];
  const standing = new Set<string>(
    after.flatMap((policy) => policy.statements.flatMap((one) => one.resource.patterns)),
  );
  const patterns = new Map<string, { rule: string; seen: Set<string>; actions: Set<string> }>();
  for (const { action, pattern } of written) {
    if (!standing.has(pattern.pattern)) continue;
    const entry = patterns.get(pattern.pattern) ?? {
      rule: pattern.rule ?? '',
      seen: new Set(),
      actions: new Set(),
    };
    patterns.set(pattern.pattern, entry);
    for (const arn of pattern.seen) entry.seen.add(arn);
    entry.actions.add(action);
  }
  return [...patterns]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([pattern, { rule, seen, actions }]) => ({
      pattern,
      rule,
      count: seen.size,
      examples: [...seen].sort(byCodeUnit).slice(0, EXAMPLES),
      actions: [...actions].sort(byCodeUnit),
    }));
}
