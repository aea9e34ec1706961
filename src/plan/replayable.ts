/** Which uses the new policies must allow, and as which requests. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { isNamed, type ResourceRef } from '../permissions/permission.ts';
import type { Request } from '../policy/evaluate.ts';
import type { Pattern } from '../policy/pattern.ts';
import type { Carried, PrincipalUsage, UsageEntry } from '../usage/usage.ts';

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
 * What surely holds the resource, where the record shows a part of its name: a policy must grant all of it. Undefined
 * where the record shows the whole name, or nothing.
 */
export function partsOf(resource: ResourceRef): readonly Pattern[] | undefined {
  if (resource.kind === 'unresolved') return resource.patterns?.length ? resource.patterns : undefined;
  return resource.kind === 'arn' && resource.inexact?.why === 'path-unknown'
    ? resource.inexact.patterns
    : undefined;
}

/**
 * True where the record does not show which resource was evaluated: the action's old grant must stay, whole or as far
 * as `partsOf` reaches. A list
 * call that names nothing is evaluated on a pattern the service builds.
 */
export function needsWholeGrant({ action, resource }: UsageEntry, catalogue: Catalogue): boolean {
  if (!isNamed(resource)) return true;
  if (resource.kind !== 'any' || resource.found === 'no-resource-level') return false;
  return (catalogue.action(action)?.resourceTypes.length ?? 1) > 0;
}

/** Private, shared, loopback and link-local ranges: RFC 1918, 6598, 1122, 3927, 4193 and 4291. */
const PRIVATE =
  /^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^(?:f[cd]|fe[89ab]|::)/i;
const isPublicAddress = (text: string): boolean =>
  /^\d{1,3}(?:\.\d{1,3}){3}$|^[0-9a-f:]*:[0-9a-f:]*$/i.test(text) && !PRIVATE.test(text);

/**
 * Keys of the caller's own request that every call of the entry carried, with all their values. A call that a service
 * made on the principal's behalf comes from that service's network, and whether it tells of MFA AWS does not say. Behind
 * a VPC endpoint the address in the record is a private one, which `aws:SourceIp` never is; so it is where the record
 * does not name the endpoint.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function carriedByAll(entry: UsageEntry): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  if (!entry.direct || entry.via.length > 0) return known;
  const enter = (key: string, { values, more, every }: Carried): void => {
    if (every && !more && values.length > 0) known.set(key, values);
  };
  if (entry.vpcEndpoints.values.length === 0 && entry.sourceIps.values.every(isPublicAddress))
    enter('aws:sourceip', entry.sourceIps);
  enter('aws:sourcevpce', entry.vpcEndpoints);
  enter('aws:multifactorauthpresent', entry.mfa);
  return known;
}

/**
 * The requests one entry stands for, at least: each value of a key with each of another. Keys the ledger knows for all
 * calls are given, all others are unknown.
 */
export function requestsOf(entry: UsageEntry, resource: string): readonly Request[] {
  const base = new Map<string, readonly string[]>();
  for (const [key, value] of entry.context) {
    const name = key.toLowerCase();
    base.set(name, [...(base.get(name) ?? []), value]);
  }
  const callers = [...(entry.direct ? [undefined] : []), ...entry.via];
  const alternatives: readonly (readonly [key: string, values: readonly (string | undefined)[]])[] = [
    ['aws:requestedregion', entry.regions],
    ['aws:calledvia', callers],
    ...carriedByAll(entry),
  ];
  let contexts = [base];
  for (const [key, values] of alternatives)
    if (values.length > 0)
      contexts = contexts.flatMap((context) =>
        values.map((value) => (value === undefined ? context : new Map([...context, [key, [value]]]))),
      );
  return contexts.map((context) => ({ action: entry.action, resource, context, unknownKeys: 'all-others' }));
}
