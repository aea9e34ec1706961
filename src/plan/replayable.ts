/** Which uses the new policies must allow, and as which requests. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { isNamed } from '../permissions/permission.ts';
import type { Request } from '../policy/evaluate.ts';
import type { PrincipalUsage, UsageEntry } from '../usage/usage.ts';

/**
 * Calls that were authorised: succeeded, or failed for a reason of the service. What an operation merely may have
 * needed is no proof of use; what was seen on fewer days than asked for does not count as use.
 */
export function provenUses(usage: PrincipalUsage, minDaysSeen: number): readonly UsageEntry[] {
  return usage.entries.filter(
    (entry) =>
      entry.level !== 'possible' &&
      entry.succeeded + entry.failed > 0 &&
      (minDaysSeen <= 1 || entry.days.length >= minDaysSeen),
  );
}

/**
 * True where the record does not show which resource was evaluated: the action's old grant must stay whole. A list
 * call that names nothing is evaluated on a pattern the service builds.
 */
export function needsWholeGrant({ action, resource }: UsageEntry, catalogue: Catalogue): boolean {
  if (!isNamed(resource)) return true;
  if (resource.kind !== 'any' || resource.found === 'no-resource-level') return false;
  return (catalogue.action(action)?.resourceTypes.length ?? 1) > 0;
}

/**
 * The requests one entry stands for. Keys the ledger knows are given, all others are unknown: one request for each
 * region, one for each calling service.
 */
export function requestsOf(entry: UsageEntry, resource: string): readonly Request[] {
  const base = new Map<string, readonly string[]>();
  for (const [key, value] of entry.context) {
    const name = key.toLowerCase();
    base.set(name, [...(base.get(name) ?? []), value]);
  }
  const regions = entry.regions.length > 0 ? entry.regions : [undefined];
  const callers = [...(entry.direct ? [undefined] : []), ...entry.via];
  const addresses =
    entry.direct && entry.via.length === 0 && !entry.sourceIps.more && entry.sourceIps.values.length > 0
      ? entry.sourceIps.values
      : [undefined];
  return regions.flatMap((region) =>
    (callers.length > 0 ? callers : [undefined]).flatMap((caller) =>
      addresses.map((address) => {
        const context = new Map(base);
        if (region !== undefined) context.set('aws:requestedregion', [region]);
        if (caller !== undefined) context.set('aws:calledvia', [caller]);
        if (address !== undefined) context.set('aws:sourceip', [address]);
        return { action: entry.action, resource, context, unknownKeys: 'all-others' };
      }),
    ),
  );
}
