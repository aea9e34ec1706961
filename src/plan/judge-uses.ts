/** The uses that count for an action, and what casts doubt on calling it unused. */
import type { PrincipalUsage, UsageEntry } from '../usage/usage.ts';
import type { PrefixesOf } from './judge-advisor.ts';
import { partsOf } from './replayable.ts';

export interface Uses {
  /** Uses of the action that prove it was needed and are trusted to be granted. */
  of(action: string): readonly UsageEntry[];
  /** Uses seen on fewer days than asked for. */
  setAside(action: string): readonly UsageEntry[];
  /** Why the action may have been used although no use is proven, or undefined. */
  doubt(action: string): string | undefined;
  /** Why it may have been used on other resources than those of its proven uses, or undefined. */
  elsewhere(action: string): string | undefined;
}

/** Proof of use: AWS evaluated and passed it. Throttled and invalid calls prove nothing either way. */
export const isUse = (entry: UsageEntry): boolean =>
  entry.level !== 'possible' && entry.succeeded + entry.failed > 0;

export function usesOf(usage: PrincipalUsage, minDaysSeen: number, prefixesOf: PrefixesOf): Uses {
  const used: Grouped = new Map();
  const rare: Grouped = new Map();
  const tried: Grouped = new Map();
  for (const one of usage.entries)
    enter(!isUse(one) ? tried : one.days.length >= minDaysSeen ? used : rare, one);
  const hidden = new Map<string, string>();
  for (const one of usage.hidden)
    hidden.set(one.action.toLowerCase(), `${one.eventName} may have needed it on ${one.through}`);
  const unmapped = new Map<string, string>();
  for (const one of usage.unmapped)
    for (const prefix of prefixesOf(one.eventSource))
      if (!unmapped.has(prefix))
        unmapped.set(prefix, `${one.eventName} of this service was called and it is not known what it needs`);
  return {
    of: (action) => used.get(action.toLowerCase()) ?? NONE,
    setAside: (action) => (rare.size === 0 ? NONE : (rare.get(action.toLowerCase()) ?? NONE)),
    doubt: (action) => {
      const key = action.toLowerCase();
      const first = tried.get(key)?.[0];
      return hidden.get(key) ?? (first && unproven(first)) ?? unmapped.get(key.slice(0, key.indexOf(':')));
    },
    elsewhere: (action) => {
      const key = action.toLowerCase();
      const others = tried.get(key);
      if (!others) return hidden.get(key);
      const proven = new Set((used.get(key) ?? NONE).map(nameOf));
      const other = others.find((one) => one.level !== 'possible' && !proven.has(nameOf(one)));
      return hidden.get(key) ?? (other && unproven(other));
    },
  };
}

const NONE: readonly UsageEntry[] = [];

const nameOf = ({ resource }: UsageEntry): string =>
  resource.kind === 'arn' ? resource.arn : (partsOf(resource)?.join(' ') ?? resource.kind);

function unproven(entry: UsageEntry): string {
  const call = entry.eventNames[0] ?? 'a call';
  return entry.level === 'possible'
    ? `${call} may need it, and its record cannot tell`
    : `${call} was tried and ended in an error that does not tell whether it was allowed`;
}

/** By action in lower case. */
type Grouped = Map<string, UsageEntry[]>;

function enter(map: Grouped, entry: UsageEntry): void {
  const key = entry.action.toLowerCase();
  const known = map.get(key);
  if (known) known.push(entry);
  else map.set(key, [entry]);
}
