/** Findings about the use itself: granted elsewhere, denied, not understood, not resolved, or worth a second look. */
import type { Denial } from '../../permissions/permission.ts';
import type { PrincipalUsage, UsageEntry } from '../../usage/usage.ts';
import type { PlanInput } from '../input.ts';
import { isUse } from '../judge-uses.ts';
import type { Finding } from '../plan.ts';
import { seenEvidence } from './evidence.ts';
import { makeFinding } from './make.ts';

/** `matched`: uses that some attached Allow statement could have allowed. */
export function observedFindings(input: PlanInput, matched: ReadonlySet<UsageEntry>): Finding[] {
  const { usage } = input;
  return [
    ...(input.account ? grantedElsewhere(usage, matched) : []),
    ...denied(usage),
    ...unmapped(usage),
    ...hidden(usage),
    ...unresolved(usage),
  ];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

function grantedElsewhere(usage: PrincipalUsage, matched: ReadonlySet<UsageEntry>): Finding[] {
  const outside = usage.entries.filter((one) => isUse(one) && !matched.has(one));
  return [...byAction(outside)].map(([action, entries]) => {
    const seen = seenEvidence(entries);
    return makeFinding({
      kind: 'used-but-not-granted-here',
      subject: action,
      values: { what: `${action} succeeded or was authorised ${times(seen.count)}` },
      actions: [action],
      resources: entries.flatMap((one) => (one.resource.kind === 'arn' ? [one.resource.arn] : [])),
      evidence: seen,
    });
  });
}

function denied(usage: PrincipalUsage): Finding[] {
  return usage.denials.map((denial) => {
    const named = denial.denied?.action;
    const actions = named === undefined ? denial.actions : [named];
    const where = denial.denied?.policyType;
    const by = refusal(denial.denied);
    return makeFinding({
      kind: 'denied-attempt',
      subject: actions.length === 1 ? actions[0]! : `${denial.eventSource} ${denial.eventName}`,
      key: [
        denial.eventSource,
        denial.eventName,
        denial.errorCode,
        where ?? '',
        denial.denied?.resource ?? '',
      ],
      values: { what: `${denial.eventName} was denied ${times(denial.count)}${by} (${denial.errorCode})` },
      actions,
      resources: denial.denied?.resource === undefined ? [] : [denial.denied.resource],
      evidence: seenEvidence([denial]),
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

function hidden(usage: PrincipalUsage): Finding[] {
  return usage.hidden.map((one) =>
    makeFinding({
      kind: 'hidden-permission',
      subject: one.action,
      key: [one.through, one.eventName],
      values: { what: `${one.eventName} may need ${one.action} on ${one.through}: ${one.reason}` },
      actions: [one.action],
      evidence: seenEvidence([one]),
    }),
  );
}

function unresolved(usage: PrincipalUsage): Finding[] {
  const entries = usage.entries.filter((one) => isUse(one) && one.resource.kind === 'unresolved');
  return [...byAction(entries)].map(([action, all]) => {
    const seen = seenEvidence(all);
    return makeFinding({
      kind: 'unresolved-resource',
      subject: action,
      values: { what: `${action} was used ${times(seen.count)}` },
      actions: [action],
      evidence: seen,
    });
  });
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
