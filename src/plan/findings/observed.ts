/** Findings about the use itself: granted elsewhere, denied, not understood, not resolved, or worth a second look. */
import type { Denial } from '../../permissions/permission.ts';
import type { DenialEntry, HiddenEntry, PrincipalUsage, UsageEntry } from '../../usage/usage.ts';
import type { PlanInput } from '../input.ts';
import { isUse } from '../judge-uses.ts';
import type { Finding } from '../plan.ts';
import { partsOf } from '../replayable.ts';
import { seenEvidence, some } from './evidence.ts';
import { makeFinding } from './make.ts';

/** `matched`: uses that some attached Allow statement could have allowed. */
export function observedFindings(input: PlanInput, matched: ReadonlySet<UsageEntry>): Finding[] {
  const { usage } = input;
  const outside: UsageEntry[] = [];
  const unnamed: UsageEntry[] = [];
  for (const one of usage.entries) {
    if (!isUse(one)) continue;
    if (input.account && !matched.has(one)) outside.push(one);
    if (one.resource.kind === 'unresolved') unnamed.push(one);
  }
  return [
    ...grantedElsewhere(outside),
    ...denied(usage),
    ...unmapped(usage),
    ...hidden(usage),
    ...(unnamed.length === 0 ? [] : [...unresolved(unnamed), ...many(unnamed)]),
  ];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

function grantedElsewhere(outside: readonly UsageEntry[]): Finding[] {
  return [...byAction(outside)].map(([action, entries]) => {
    const seen = seenEvidence(entries);
    return makeFinding({
      kind: 'used-but-not-granted-here',
      subject: action,
      values: { what: `${action} succeeded or was authorised ${times(seen.count)}` },
      actions: [action],
      resources: arnsOf(entries),
      evidence: seen,
    });
  });
}

/** One finding for what was refused in one way, with the resources it was refused on. */
function denied(usage: PrincipalUsage): Finding[] {
  const groups = new Map<string, DenialEntry[]>();
  for (const one of usage.denials) {
    const { action, policyType, explicit } = one.denied ?? {};
    const key = JSON.stringify([one.eventSource, one.eventName, one.errorCode, action, policyType, explicit]);
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  return [...groups].map(([key, all]) => {
    const { eventSource, eventName, errorCode, denied: said } = all[0]!;
    const actions = said?.action === undefined ? all.flatMap((one) => one.actions) : [said.action];
    const seen = seenEvidence(all);
    const only = new Set(actions).size === 1 ? actions[0] : undefined;
    return makeFinding({
      kind: 'denied-attempt',
      subject: only ?? `${eventSource} ${eventName}`,
      key: [key],
      values: { what: `${eventName} was denied ${times(seen.count)}${refusal(said)} (${errorCode})` },
      actions,
      resources: all.flatMap((one) => (one.denied?.resource === undefined ? [] : [one.denied.resource])),
      evidence: seen,
    });
  });
}

/** What AWS said of the policy that refused, where it did. */
function refusal(denied: Denial | undefined): string {
  if (denied?.explicit === undefined || denied.policyType === undefined) return '';
  const policy = `${/^[aeiou]/i.test(denied.policyType) ? 'an' : 'a'} ${denied.policyType} policy`;
  return denied.explicit ? ` by an explicit deny in ${policy}` : ` for want of an allow in ${policy}`;
}

function unmapped(usage: PrincipalUsage): Finding[] {
  return usage.unmapped.map((one) =>
    makeFinding({
      kind: 'unmapped-event',
      subject: `${one.eventSource} ${one.eventName}`,
      key: [one.reason],
      values: {
        what: `${one.eventName} of ${one.eventSource} was called ${times(one.count)} (${one.reason})`,
      },
      evidence: seenEvidence([one]),
    }),
  );
}

/** One finding a calling operation: a role deployed ninety times names ninety task definitions. */
function hidden(usage: PrincipalUsage): Finding[] {
  const groups = new Map<string, HiddenEntry[]>();
  for (const one of usage.hidden) {
    const key = JSON.stringify([one.action, one.eventName, one.reason]);
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()].map((all) => {
    const { action, eventName, reason } = all[0]!;
    const through = some(all.map((one) => one.through));
    return makeFinding({
      kind: 'hidden-permission',
      subject: action,
      key: [eventName, reason],
      values: { what: `${eventName} may need ${action} on ${through}: ${reason}` },
      actions: [action],
      evidence: seenEvidence(all),
    });
  });
}

function unresolved(unnamed: readonly UsageEntry[]): Finding[] {
  const entries = unnamed.filter((one) => one.resource.kind === 'unresolved' && !one.resource.many);
  return [...byAction(entries)].map(([action, all]) => {
    const seen = seenEvidence(all);
    const parts = all.map((one) => partsOf(one.resource));
    const known = parts.every((one) => one !== undefined) ? [...new Set(parts.flat())].sort() : [];
    return makeFinding({
      kind: 'unresolved-resource',
      subject: action,
      values: {
        what: `${action} was used ${times(seen.count)}`,
        so: known.length > 0 ? `its name is one of ${some(known)}` : `${action} was not narrowed`,
      },
      actions: [action],
      resources: known,
      evidence: seen,
    });
  });
}

/** More resources than are held by name: which patterns stand for them. */
function many(unnamed: readonly UsageEntry[]): Finding[] {
  const entries = unnamed.filter((one) => one.resource.kind === 'unresolved' && one.resource.many);
  return [...byAction(entries)].map(([action, all]) => {
    const patterns = [...new Set(all.flatMap((one) => partsOf(one.resource) ?? []))].sort();
    const { reason } = all[0]!.resource as { readonly reason: string };
    return makeFinding({
      kind: 'many-resources',
      subject: action,
      values: {
        what: `${action}: ${reason}`,
        held: patterns.length === 1 ? 'one pattern' : `${patterns.length} patterns`,
      },
      actions: [action],
      resources: patterns,
      evidence: seenEvidence(all),
    });
  });
}

/** Names of the resources used, where they have one. */
export function arnsOf(entries: readonly UsageEntry[]): readonly string[] {
  const arns: string[] = [];
  for (const { resource } of entries) if (resource.kind === 'arn') arns.push(resource.arn);
  return arns;
}

export function byAction(entries: readonly UsageEntry[]): ReadonlyMap<string, readonly UsageEntry[]> {
  const map = new Map<string, UsageEntry[]>();
  for (const entry of entries) {
    const known = map.get(entry.action);
    if (known) known.push(entry);
    else map.set(entry.action, [entry]);
  }
  return map;
}
