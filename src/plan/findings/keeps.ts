/** Findings for what stays and why: used, narrowed, not observable, young, ruled, contradicted, withheld, denied. */
import type { UsageEntry } from '../../usage/usage.ts';
import type { PlanInput } from '../input.ts';
import type { Ruling, Why } from '../judge-ruling.ts';
import type { Finding, FindingKind } from '../plan.ts';
import { advisorEvidence, observability, seenEvidence, some } from './evidence.ts';
import { makeFinding, sorted } from './make.ts';
import { arnsOf } from './observed.ts';
import { byService, type Ruled } from './removals.ts';
import { findingOn, onlyOne } from './shared.ts';

/** Above this many services a statement's keeps of one cause share a finding. */
const MANY_SERVICES = 12;

/** Which finding tells of a ruling, by the rule that decided it. Removals have their own file. */
const KINDS: readonly { readonly kind: FindingKind; readonly whys: readonly Why[]; readonly whole?: true }[] =
  [
    { kind: 'keep-by-rule', whys: ['rule'], whole: true },
    { kind: 'keep-grace', whys: ['grace'], whole: true },
    { kind: 'keep-unobservable', whys: ['unknown-action', 'unrecorded', 'doubt'] },
    // `whole`: one sentence says it for the whole statement, whatever the services.
    { kind: 'removal-withheld', whys: ['gap'], whole: true },
    { kind: 'contradiction', whys: ['contradiction'] },
  ];

export function keeps(input: PlanInput, ruled: readonly Ruled[]): Finding[] {
  const findings: Finding[] = [];
  for (const one of ruled) {
    const policy = input.account?.policies[one.grant.policy]?.name ?? `#${one.grant.policy}`;
    const place = { policy, statement: one.grant.label };
    if (one.grant.source.effect === 'Deny')
      findings.push(
        makeFinding({
          kind: 'keep-deny',
          subject: one.grant.label,
          policy: place.policy,
          statement: place.statement,
          actions: one.grant.source.action.patterns,
          risky: false,
        }),
      );
    else
      findings.push(
        ...unproven(input, one.rulings, place),
        ...used(one.rulings, place),
        ...narrowed(one, place),
      );
  }
  return findings;
}

interface Place {
  readonly policy: string;
  readonly statement: string;
}

function unproven(input: PlanInput, rulings: readonly Ruling[], place: Place): Finding[] {
  const kept = known.get(rulings) ?? keptOf(rulings);
  known.set(rulings, kept);
  return kept.map(({ kind, rulings: group, subject = place.statement }) =>
    findingOn(group, [kind, subject, place.policy, place.statement], () => ({
      kind,
      subject,
      policy: place.policy,
      statement: place.statement,
      values: { what: `${some(group.map((one) => one.reason))}${advice(input, group)}` },
      actions: group.map((one) => one.action),
      evidence: seenEvidence(
        entriesOf(group),
        observability(group),
        advisorEvidence(group, input.lastAccessed),
      ),
    })),
  );
}

interface Kept {
  readonly kind: FindingKind;
  readonly rulings: readonly Ruling[];
  /** Left out, it is the statement's label. */
  readonly subject?: string;
}

/** A list of rulings rests on one body of evidence, whether it is one principal's or shared by many. */
const known = new WeakMap<readonly Ruling[], readonly Kept[]>();

function keptOf(rulings: readonly Ruling[]): readonly Kept[] {
  const present = new Set(rulings.map((one) => one.why));
  return KINDS.flatMap(({ kind, whys, whole }) => {
    if (!whys.some((one) => present.has(one))) return [];
    const all = onlyOne(rulings.filter((one) => whys.includes(one.why)));
    const services = [...byService(all)];
    if (whole !== true && services.length <= MANY_SERVICES)
      return services.map(([subject, group]) => ({ kind, rulings: group, subject }));
    return services.length === 1
      ? [{ kind, rulings: all, subject: services[0]![0] }]
      : [{ kind, rulings: all }];
  });
}

/** Access Advisor can speak for services that the logs are silent about: say so where it was not asked. */
function advice(input: PlanInput, group: readonly Ruling[]): string {
  const could = group.some(
    (one) => one.why === 'unrecorded' && one.observed.kind === 'hidden' && one.observed.attempted,
  );
  return could && input.lastAccessed === undefined
    ? '. With --last-accessed, services that were never attempted can go'
    : '';
}

function used(rulings: readonly Ruling[], place: Place): Finding[] {
  const all = rulings.filter((one) => one.why === 'used');
  if (all.length === 0) return [];
  const wide = all.filter((one) => one.keep === 'as-granted' && one.verdict === 'used');
  const seen = seenEvidence(
    entriesOf(all),
    wide.length === 0 ? undefined : some(wide.map((one) => one.reason)),
  );
  const kept =
    wide.length === 0 ? '' : `; on all granted resources still: ${some(wide.map((one) => one.action))}`;
  return [
    makeFinding({
      kind: 'keep-used',
      subject: place.statement,
      values: { what: `${seen.count === 1 ? 'once' : `${seen.count} times`} in all${kept}` },
      policy: place.policy,
      statement: place.statement,
      actions: all.map((one) => one.action),
      evidence: seen,
    }),
  ];
}

function entriesOf(rulings: readonly Ruling[]): readonly UsageEntry[] {
  if (rulings.length === 1) return rulings[0]!.entries;
  const entries: UsageEntry[] = [];
  for (const one of rulings) for (const entry of one.entries) entries.push(entry);
  return entries;
}

/** Where the statement's resources are wider than what was seen used. What it is narrowed to is for synthesis to say. */
function narrowed({ grant, rulings }: Ruled, place: Place): Finding[] {
  const { resource } = grant.source;
  const wider = rulings.filter((one) => one.keep === 'observed' && (one.info?.resourceTypes.length ?? 0) > 0);
  if (wider.length === 0) return [];
  const old = new Set<string>(resource.patterns);
  const wide = resource.not
    ? 'everything outside a list'
    : old.has('*')
      ? 'all'
      : `${old.size} ${old.size === 1 ? 'pattern' : 'patterns'}`;
  const findings: Finding[] = [];
  for (const [service, all] of byService(wider)) {
    const entries = entriesOf(all);
    const arns = arnsOf(entries);
    if (arns.length < entries.length) continue;
    const seen = sorted(arns);
    if (!resource.not && seen.length >= old.size && seen.every((arn) => old.has(arn))) continue;
    findings.push(
      makeFinding({
        kind: 'narrow-resource',
        subject: service,
        values: { what: `${seen.length} ${seen.length === 1 ? 'resource' : 'resources'}`, wide },
        policy: place.policy,
        statement: place.statement,
        actions: all.map((one) => one.action),
        resources: seen,
        confidence: all.every((one) => one.observed.kind === 'observable' && one.observed.how === 'known')
          ? 'high'
          : 'medium',
        evidence: seenEvidence(entries, observability(all)),
      }),
    );
  }
  return findings;
}
