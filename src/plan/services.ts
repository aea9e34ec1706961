/** How much is granted, used and kept: per service and per access level. Counts catalogue actions, before Deny and boundary. */
import type { AccessLevel, Catalogue } from '../catalogue/catalogue.ts';
import type { Policy } from '../policy/document.ts';
import type { UsageEntry } from '../usage/usage.ts';
import type { Judgement, PlanInput } from './input.ts';
import type { Plan, ServiceSummary } from './plan.ts';
import { isoTime } from './summary.ts';

const LEVELS: readonly AccessLevel[] = ['List', 'Read', 'Write', 'Permissions management', 'Tagging'];
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Published actions that some Allow statement selects on some resource. */
export function allowedActions(policies: readonly Policy[], catalogue: Catalogue): ReadonlySet<string> {
  const allowed = new Set<string>();
  for (const { action, effect } of policies.flatMap((policy) => policy.statements)) {
    if (effect !== 'Allow') continue;
    const named = new Set(
      action.patterns.flatMap((pattern) => catalogue.expand(pattern)).map((one) => one.action),
    );
    if (!action.not) for (const one of named) allowed.add(one);
    else for (const { action: one } of catalogue.expand('*')) if (!named.has(one)) allowed.add(one);
  }
  return allowed;
}

export interface Granted {
  readonly before: ReadonlySet<string> | undefined;
  readonly after: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
}

/** What was used, in the catalogue's spelling. */
export const usedActions = (uses: readonly UsageEntry[], catalogue: Catalogue): ReadonlySet<string> =>
  new Set(uses.map((entry) => catalogue.action(entry.action)?.action ?? entry.action));

export function levelsOf({ before, after, used }: Granted, catalogue: Catalogue): Plan['levels'] {
  const count = (actions: Iterable<string>): ReadonlyMap<AccessLevel, number> => {
    const counts = new Map<AccessLevel, number>();
    for (const action of actions) {
      const level = catalogue.action(action)?.accessLevel;
      if (level) counts.set(level, (counts.get(level) ?? 0) + 1);
    }
    return counts;
  };
  const [old, fresh, use] = [count(before ?? []), count(after), count(used)];
  return LEVELS.map((level) => [level, old.get(level) ?? 0, fresh.get(level) ?? 0, use.get(level) ?? 0]);
}

export function servicesOf(
  input: PlanInput,
  { before, after, used }: Granted,
  judgements: readonly Judgement[],
): readonly ServiceSummary[] {
  const { catalogue, usage, lastAccessed } = input;
  const tally = (actions: Iterable<string>): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const action of actions) counts.set(serviceOf(action), (counts.get(serviceOf(action)) ?? 0) + 1);
    return counts;
  };
  const hidden = new Set(
    judgements.filter((one) => one.verdict === 'not-observable').map((one) => one.action),
  );
  const calls = new Map<string, number>();
  for (const [service, , count] of usage.serviceDays) calls.set(service, (calls.get(service) ?? 0) + count);
  const lastSeen = new Map<string, number>();
  for (const entry of usage.entries) {
    const service = serviceOf(entry.action);
    lastSeen.set(service, Math.max(lastSeen.get(service) ?? entry.lastSeen, entry.lastSeen));
  }
  const advisor = new Map(lastAccessed?.services.map((one) => [one.service, one.lastAuthenticated]));
  const [granted, uses, kept, notObservable] = [
    tally(before ?? []),
    tally(used),
    tally(after),
    tally(hidden),
  ];
  return [...new Set([...granted.keys(), ...uses.keys(), ...kept.keys()])].sort(byCodeUnit).map((service) => {
    const seen = lastSeen.get(service);
    const accessed = advisor.get(service);
    const keptCount = kept.get(service) ?? 0;
    const grantedCount = granted.get(service) ?? 0;
    return {
      service,
      name: catalogue.serviceName(service) ?? service,
      granted: grantedCount,
      used: uses.get(service) ?? 0,
      kept: keptCount,
      removed: Math.max(0, grantedCount - keptCount),
      notObservable: notObservable.get(service) ?? 0,
      calls: calls.get(service) ?? 0,
      ...(seen === undefined ? {} : { lastSeen: isoTime(seen) }),
      ...(accessed === undefined ? {} : { lastAccessed: isoTime(accessed) }),
    };
  });
}

const serviceOf = (action: string): string => action.slice(0, Math.max(0, action.indexOf(':'))).toLowerCase();
