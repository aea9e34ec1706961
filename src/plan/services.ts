/** How much is granted, used and kept: per service and per access level. Counts catalogue actions, before Deny and boundary. */
import type { AccessLevel, Catalogue, CatalogueAction } from '../catalogue/catalogue.ts';
import type { Policy, Selector } from '../policy/document.ts';
import { createMemo, type Memo } from '../policy/memo.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { actionsOf, selectorText } from './grants.ts';
import type { Judgement, PlanInput } from './input.ts';
import { isoTime } from './iso-time.ts';
import type { Plan, ServiceSummary } from './plan.ts';

const LEVELS: readonly AccessLevel[] = ['List', 'Read', 'Write', 'Permissions management', 'Tagging'];
const NONE: ReadonlyMap<string, number> = new Map();
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many actions, in all, by access level and by service. An action that AWS does not publish has no level. */
export interface Counted {
  readonly size: number;
  readonly levels: ReadonlyMap<AccessLevel, number>;
  readonly services: ReadonlyMap<string, number>;
}

const counts = new WeakMap<Catalogue, Memo<Counted>>();
/** Most characters of patterns whose counts are remembered. */
const REMEMBERED = 4_000_000;

/** Published actions that some Allow statement selects on some resource. */
export function allowedActions(policies: readonly Policy[], catalogue: Catalogue): Counted {
  let known = counts.get(catalogue);
  if (!known) {
    known = createMemo(REMEMBERED, (_, key) => key.length);
    counts.set(catalogue, known);
  }
  const selectors: Selector[] = [];
  let key = '';
  for (const { statements } of policies)
    for (const { effect, action } of statements)
      if (effect === 'Allow') {
        selectors.push(action);
        key += selectorText(action);
      }
  return known(key, () => {
    const found = new Map<string, CatalogueAction>();
    for (const selector of selectors)
      for (const { action, info } of actionsOf(selector, catalogue)) if (info) found.set(action, info);
    return counted(found);
  });
}

function counted(distinct: ReadonlyMap<string, CatalogueAction | undefined>): Counted {
  const levels = new Map<AccessLevel, number>();
  const services = new Map<string, number>();
  for (const [action, info] of distinct) {
    if (info) levels.set(info.accessLevel, (levels.get(info.accessLevel) ?? 0) + 1);
    const service = info?.service ?? serviceOf(action);
    services.set(service, (services.get(service) ?? 0) + 1);
  }
  return { size: distinct.size, levels, services };
}

export interface Granted {
  readonly before: Counted | undefined;
  readonly after: Counted;
  readonly used: Counted;
}

/** What was used, in the catalogue's spelling. */
export function usedActions(uses: readonly UsageEntry[], catalogue: Catalogue): Counted {
  const met = new Set<string>();
  const found = new Map<string, CatalogueAction | undefined>();
  for (const { action } of uses) {
    if (met.has(action)) continue;
    met.add(action);
    const info = catalogue.action(action);
    found.set(info?.action ?? action, info);
  }
  return counted(found);
}

export const levelsOf = ({ before, after, used }: Granted): Plan['levels'] =>
  LEVELS.map((level) => [
    level,
    before?.levels.get(level) ?? 0,
    after.levels.get(level) ?? 0,
    used.levels.get(level) ?? 0,
  ]);

export function servicesOf(
  input: PlanInput,
  { before, after, used }: Granted,
  judgements: readonly Judgement[],
): readonly ServiceSummary[] {
  const { catalogue, usage, lastAccessed } = input;
  const hidden = new Set<string>();
  for (const one of judgements) if (one.verdict === 'not-observable') hidden.add(one.action);
  const calls = new Map<string, number>();
  for (const [service, , count] of usage.serviceDays) calls.set(service, (calls.get(service) ?? 0) + count);
  const lastSeen = new Map<string, number>();
  for (const entry of usage.entries) {
    const service = serviceOf(entry.action);
    const known = lastSeen.get(service);
    if (known === undefined || entry.lastSeen > known) lastSeen.set(service, entry.lastSeen);
  }
  const advisor = new Map(lastAccessed?.services.map((one) => [one.service, one.lastAuthenticated]));
  const notObservable = new Map<string, number>();
  for (const action of hidden) {
    const service = serviceOf(action);
    notObservable.set(service, (notObservable.get(service) ?? 0) + 1);
  }
  const [granted, uses, kept] = [before?.services ?? NONE, used.services, after.services];
  const all = new Set(granted.keys());
  for (const service of uses.keys()) all.add(service);
  for (const service of kept.keys()) all.add(service);
  return [...all].sort(byCodeUnit).map((service) => {
    const seen = lastSeen.get(service);
    const accessed = advisor.get(service);
    const keptCount = kept.get(service) ?? 0;
    const grantedCount = granted.get(service) ?? 0;
    const row: { -readonly [Name in keyof ServiceSummary]: ServiceSummary[Name] } = {
      service,
      name: catalogue.serviceName(service) ?? service,
      granted: grantedCount,
      used: uses.get(service) ?? 0,
      kept: keptCount,
      removed: Math.max(0, grantedCount - keptCount),
      notObservable: notObservable.get(service) ?? 0,
      calls: calls.get(service) ?? 0,
    };
    if (seen !== undefined) row.lastSeen = isoTime(seen);
    if (accessed !== undefined) row.lastAccessed = isoTime(accessed);
    return row;
  });
}

const serviceOf = (action: string): string => action.slice(0, Math.max(0, action.indexOf(':'))).toLowerCase();
