/**
 * Conditions that observation justifies. `iam:PassRole` always gets the services that received the role; the others
 * only where they were asked for and each single call carried them. An old condition on the same key is left alone.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Condition } from '../policy/document.ts';
import type { UsageEntry } from '../usage/usage.ts';
import rows from './data/conditions.json' with { type: 'json' };
import type { PlanOptions } from './input.ts';
import { carriedByAll, needsWholeGrant, partsOf } from './replayable.ts';

export interface ConditionedEntries {
  readonly entries: readonly UsageEntry[];
  /** The old conditions and what was added. */
  readonly conditions: readonly Condition[];
}

const PASSED_TO = 'iam:passedtoservice';
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names that `--conditions` takes. */
export const CONDITION_NAMES: readonly string[] = rows.map((row) => row.name);

/**
 * Entries of one action, in groups of equal conditions. Roles passed to different services stay apart; `together` where
 * the statement's resources cannot tell them apart.
 */
export function addedConditions(
  action: string,
  entries: readonly UsageEntry[],
  old: readonly Condition[],
  options: PlanOptions,
  catalogue: Catalogue,
  together = false,
): readonly ConditionedEntries[] {
  // An ARN, even one whose path is not known, tells enough of the resource.
  const isWhole = (entry: UsageEntry): boolean =>
    entry.resource.kind !== 'arn' && needsWholeGrant(entry, catalogue) && !partsOf(entry.resource);
  if (entries.some(isWhole)) return [{ entries, conditions: old }];
  const withAsked = (group: readonly UsageEntry[]): readonly Condition[] =>
    options.conditions.length === 0
      ? old
      : [...old, ...options.conditions.flatMap((name) => askedCondition(name, group, old))];
  if (action.toLowerCase() !== 'iam:passrole' || constrains(old, PASSED_TO))
    return [{ entries, conditions: withAsked(entries) }];
  const groups = new Map<string, { services: readonly string[]; entries: UsageEntry[] }>();
  const roles = servicesByRole(entries);
  if (together) {
    const all = [...roles.values()];
    const services = all.some((one) => one.length === 0) ? [] : [...new Set(all.flat())].sort(byCodeUnit);
    return [{ entries, conditions: [...withAsked(entries), ...passedTo(services)] }];
  }
  for (const [role, services] of roles) {
    const key = JSON.stringify(services);
    const group = groups.get(key) ?? { services, entries: [] };
    groups.set(key, group);
    group.entries.push(...entries.filter((entry) => roleOf(entry) === role));
  }
  return [...groups]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([, group]) => ({
      entries: group.entries,
      conditions: [...withAsked(group.entries), ...passedTo(group.services)],
    }));
}

const passedTo = (services: readonly string[]): readonly Condition[] =>
  services.length === 0 ? [] : [{ operator: 'StringEquals', key: 'iam:PassedToService', values: services }];

/** Every value a condition key had over these entries; undefined where one call did not carry the key. */
export function valuesOf(key: string, entries: readonly UsageEntry[]): readonly string[] | undefined {
  const values = new Set<string>();
  for (const entry of entries) {
    const found = valuesOfEntry(key, entry);
    if (!found || found.length === 0) return undefined;
    for (const value of found) values.add(value);
  }
  return [...values].sort(byCodeUnit);
}

/** What the ledger knows of one key for all calls of an entry. Keys in lower case. */
function valuesOfEntry(key: string, entry: UsageEntry): readonly string[] | undefined {
  const given = entry.context.filter(([name]) => name.toLowerCase() === key).map(([, value]) => value);
  if (given.length > 0) return given;
  switch (key) {
    case 'aws:requestedregion':
      return entry.regions;
    case 'aws:calledvia':
      return entry.direct ? undefined : entry.via;
    default:
      return carriedByAll(entry).get(key);
  }
}

/** Conditions that all calls of an entry met: what is seen of its context, in the words that a policy would use. */
export function metConditions(entry: UsageEntry): readonly Condition[] {
  const keys = new Set(entry.context.map(([key]) => key));
  return [
    ...[...keys].map((key) => ({
      operator: 'StringEquals',
      key,
      values: valuesOfEntry(key.toLowerCase(), entry)!,
    })),
    ...CONDITION_NAMES.flatMap((name) => askedCondition(name, [entry], [])),
  ];
}

function askedCondition(
  name: string,
  entries: readonly UsageEntry[],
  old: readonly Condition[],
): Condition[] {
  const row = rows.find((one) => one.name === name);
  if (!row || entries.length === 0 || constrains(old, row.key.toLowerCase())) return [];
  const values = valuesOf(row.key.toLowerCase(), entries);
  const allowed = new RegExp(`^(?:${row.values})$`);
  if (!values?.every((value) => allowed.test(value))) return [];
  return [{ operator: row.operator, key: row.key, values }];
}

const constrains = (conditions: readonly Condition[], key: string): boolean =>
  conditions.some((condition) => condition.key.toLowerCase() === key);

const roleOf = ({ resource }: UsageEntry): string => (resource.kind === 'arn' ? resource.arn : '');

/** Sorted by role; a role that one call passed without telling to whom has no services. */
function servicesByRole(entries: readonly UsageEntry[]): ReadonlyMap<string, readonly string[]> {
  const roles = [...new Set(entries.map(roleOf))].sort(byCodeUnit);
  return new Map(
    roles.map((role) => [
      role,
      valuesOf(
        PASSED_TO,
        entries.filter((entry) => roleOf(entry) === role),
      ) ?? [],
    ]),
  );
}
