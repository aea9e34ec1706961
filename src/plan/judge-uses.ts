/** The uses that count for an action, and what casts doubt on calling it unused. */
import type { PrincipalUsage, UsageEntry } from '../usage/usage.ts';
import type { PrefixesOf } from './judge-advisor.ts';

export interface Uses {
  /** Uses of the action that prove it was needed and are trusted to be granted. */
  of(action: string): readonly UsageEntry[];
  /** Uses seen on fewer days than asked for. */
  setAside(action: string): readonly UsageEntry[];
  /** Why the action may have been used although no use is proven, or undefined. */
  doubt(action: string): string | undefined;
}

/** Proof of use: AWS evaluated and passed it. Throttled and invalid calls prove nothing either way. */
export const isUse = (entry: UsageEntry): boolean =>
  entry.level !== 'possible' && entry.succeeded + entry.failed > 0;

export function usesOf(usage: PrincipalUsage, minDaysSeen: number, prefixesOf: PrefixesOf): Uses {
  const used = group(usage.entries.filter((one) => isUse(one) && one.days.length >= minDaysSeen));
  const rare = group(usage.entries.filter((one) => isUse(one) && one.days.length < minDaysSeen));
  const doubts = new Map<string, string>();
  const unmapped = new Map<string, string>();
  for (const one of usage.hidden)
    doubts.set(one.action.toLowerCase(), `${one.eventName} may have needed it on ${one.through}`);
  for (const one of usage.entries) {
    if (isUse(one) || doubts.has(one.action.toLowerCase())) continue;
    const call = one.eventNames[0] ?? 'a call';
    const why =
      one.level === 'possible'
        ? `${call} may need it, and its record cannot tell`
        : `${call} was tried and ended in an error that does not tell whether it was allowed`;
    doubts.set(one.action.toLowerCase(), why);
  }
  for (const one of usage.unmapped)
    for (const prefix of prefixesOf(one.eventSource))
      if (!unmapped.has(prefix))
        unmapped.set(prefix, `${one.eventName} of this service was called and it is not known what it needs`);
  return {
    of: (action) => used.get(action.toLowerCase()) ?? [],
    setAside: (action) => rare.get(action.toLowerCase()) ?? [],
    doubt: (action) =>
      doubts.get(action.toLowerCase()) ?? unmapped.get(action.slice(0, action.indexOf(':')).toLowerCase()),
  };
}

function group(entries: readonly UsageEntry[]): ReadonlyMap<string, readonly UsageEntry[]> {
  const map = new Map<string, UsageEntry[]>();
  for (const entry of entries) {
    const key = entry.action.toLowerCase();
    const known = map.get(key);
    if (known) known.push(entry);
    else map.set(key, [entry]);
  }
  return map;
}
