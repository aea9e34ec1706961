/** What every report picks out of a plan, in one place: groups, order and the sentences they share. No escaping here. */
import type { Finding, FindingKind, Plan, Severity } from '../plan/plan.ts';
import { count, day, percent, plural } from './text.ts';

/** How a reader sees a finding: something taken away, something kept on purpose, or something to look into. */
export type Group = 'removal' | 'keep' | 'notice';

const GROUP: Readonly<Record<FindingKind, Group>> = {
  'remove-action': 'removal',
  'remove-service': 'removal',
  'remove-statement': 'removal',
  'detach-policy': 'removal',
  'narrow-resource': 'removal',
  'add-condition': 'removal',
  'keep-used': 'keep',
  'keep-unobservable': 'keep',
  'keep-grace': 'keep',
  'keep-by-rule': 'keep',
  'keep-deny': 'keep',
  contradiction: 'notice',
  'used-but-not-granted-here': 'notice',
  'denied-attempt': 'notice',
  'unmapped-event': 'notice',
  'hidden-permission': 'notice',
  'unresolved-resource': 'notice',
  'many-resources': 'notice',
  'broad-trust': 'notice',
  'passrole-unrestricted': 'notice',
  'suspicious-use': 'notice',
  'recreated-principal': 'notice',
  'expired-rule': 'notice',
  'removal-withheld': 'notice',
  'does-not-fit': 'notice',
};

export const FINDING_KINDS = Object.keys(GROUP) as readonly FindingKind[];

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

export const groupOf = (kind: FindingKind): Group => (Object.hasOwn(GROUP, kind) ? GROUP[kind] : 'notice');

const rank = (severity: Severity): number => {
  const at = SEVERITIES.indexOf(severity);
  return at < 0 ? SEVERITIES.length : at;
};

/** The findings of a group, the most severe first, else in the plan's order. */
export function findingsOf(plan: Plan, group: Group): readonly Finding[] {
  return plan.findings
    .filter((one) => groupOf(one.kind) === group)
    .sort((a, b) => rank(a.severity) - rank(b.severity));
}

/** `remove-service` -> `remove service` */
export const kindText = (kind: string): string => kind.replaceAll('-', ' ');

/** `s3:PutObject in orders-api-access`, or the subject alone where it is the policy itself or belongs to none. */
export const subjectText = (one: Finding): string =>
  one.policy === undefined || one.policy === one.subject ? one.subject : `${one.subject} in ${one.policy}`;

/** `no call seen`, `48,210 calls, last 2026-06-30`, with the latest attempt Access Advisor knows, where it knows one. */
export function lastUsed(finding: Finding): string {
  const { evidence } = finding;
  const parts: string[] = [];
  if (evidence.count > 0)
    parts.push(
      evidence.lastSeen === undefined
        ? plural(evidence.count, 'call')
        : `${plural(evidence.count, 'call')}, last ${day(evidence.lastSeen)}`,
    );
  else parts.push('no call seen');
  if (evidence.lastAccessed !== undefined)
    parts.push(`Access Advisor: last attempt ${day(evidence.lastAccessed)}`);
  return parts.join(', ');
}

/** `role orders-api`, for a heading. */
export const principalText = (plan: Plan): string => `${plan.principal.kind} ${plan.principal.name}`;

export const windowText = (plan: Plan): string =>
  `${day(plan.window.from)} to ${day(plan.window.to)}, ${plural(plan.window.days, 'day')}`;

export interface Totals {
  readonly label: string;
  /** Undefined without an account. */
  readonly before?: number;
  readonly after: number;
}

/** Actions, services and policies before and after. */
export function totals(plan: Plan): readonly Totals[] {
  const granted = plan.services.filter((one) => one.granted > 0).length;
  const kept = plan.services.filter((one) => one.kept > 0).length;
  const row = (label: string, before: number | undefined, after: number): Totals =>
    plan.before === undefined || before === undefined ? { label, after } : { label, before, after };
  return [
    row('actions', plan.before?.actionCount, plan.after.actionCount),
    row('services', granted, kept),
    row('policies', plan.before?.policies.length, plan.after.policies.length),
  ];
}

/** `98 % fewer` or `unchanged`; empty where there is nothing to compare. */
export function reduction(one: Totals): string {
  if (one.before === undefined || one.before === 0) return '';
  if (one.after === one.before) return 'unchanged';
  return one.after < one.before
    ? `${percent(one.before - one.after, one.before)} fewer`
    : `${count(one.after - one.before)} more`;
}

export interface ProofLine {
  readonly name: 'replay' | 'containment' | 'size' | 'analyzer';
  readonly state: 'good' | 'bad' | 'open';
  readonly text: string;
}

const VERDICT: Readonly<
  Record<Plan['proof']['containment']['verdict'], readonly [ProofLine['state'], string]>
> = {
  proven: ['good', 'nothing new is allowed'],
  'not-proven': ['open', 'not proven that nothing new is allowed'],
  violated: ['bad', 'something new would be allowed'],
  'not-compared': ['open', 'not compared with what is attached'],
};

/** The statements a machine checked, as sentences. */
export function proofLines(plan: Plan): readonly ProofLine[] {
  const { replay, containment } = plan.proof;
  const aside = [
    replay.notGrantedBefore > 0
      ? `${plural(replay.notGrantedBefore, 'permission')} came from outside the identity policies`
      : '',
    replay.notExpressible > 0 ? `${count(replay.notExpressible)} cannot be expressed in a policy` : '',
  ].filter((one) => one !== '');
  const replayed = `${plural(replay.events, 'observed success', 'observed successes')} of ${plural(replay.permissions, 'permission')}: ${
    replay.misses.length === 0 ? 'all stay allowed' : `${plural(replay.misses.length, 'miss', 'misses')}`
  }`;
  const [state, verdict] = VERDICT[containment.verdict];
  return [
    {
      name: 'replay',
      state: replay.misses.length > 0 ? 'bad' : replay.events === 0 ? 'open' : 'good',
      text: [replayed, ...aside].join('; '),
    },
    {
      name: 'containment',
      state,
      text: containment.detail === '' ? verdict : `${verdict}: ${containment.detail}`,
    },
    {
      name: 'size',
      state: plan.proof.fits ? 'good' : 'bad',
      text: plan.proof.fits
        ? `fits: ${plan.proof.sizes.map((one) => `${one.policy} ${count(one.characters)} of ${count(one.limit)} characters`).join(', ') || 'no policy to write'}`
        : `does not fit: ${
            plan.proof.sizes
              .filter((one) => one.characters > one.limit)
              .map((one) => `${one.policy} ${count(one.characters)} of ${count(one.limit)} characters`)
              .join(', ') || 'more policies than can be attached'
          }${plan.proof.fitDetail === undefined ? '' : ` (${plan.proof.fitDetail})`}`,
    },
    ...analyzerLine(plan),
  ];
}

/** What AWS's own checks say, where they were asked for. */
function analyzerLine({ proof: { accessAnalyzer } }: Plan): readonly ProofLine[] {
  if (!accessAnalyzer) return [];
  const { findings, newAccess } = accessAnalyzer;
  const errors = findings.filter((one) => one.type === 'ERROR' || one.type === 'SECURITY_WARNING');
  const said = findings.map((one) => `${one.policy} ${one.type} ${one.issue}: ${one.detail}`);
  return [
    {
      name: 'analyzer',
      state:
        errors.length > 0 || newAccess.result === 'fail'
          ? 'bad'
          : newAccess.result === 'pass'
            ? 'good'
            : 'open',
      text: [`new access: ${newAccess.result}`, newAccess.detail, ...said]
        .filter((one) => one !== '')
        .join('; '),
    },
  ];
}

/** As a sentence: a capital first and a full stop last. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const first = /^[a-z]+(?=[ ,.;])/.test(trimmed) ? trimmed[0]!.toUpperCase() : trimmed[0]!;
  return first + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? '' : '.');
}

/** What a person does after reading, in order. */
export function nextSteps(plan: Plan): readonly string[] {
  const steps: string[] = [];
  if (!plan.evidence.complete)
    steps.push(
      'close the gaps in the evidence (report.md lists them) and run again, or accept a looser policy',
    );
  const removals = findingsOf(plan, 'removal').length;
  if (removals > 0) steps.push(`have someone who knows the workload read the ${plural(removals, 'removal')}`);
  if (
    plan.proof.replay.misses.length > 0 ||
    plan.proof.containment.verdict === 'violated' ||
    !plan.proof.fits
  )
    steps.push('do not apply the policy before the failed proof lines are resolved');
  else if (plan.after.policies.length > 0)
    steps.push(
      'apply it where it is easy to go back from, keep the old documents, and watch for access denied',
    );
  else steps.push('check the principal, the window and the place of the logs: no policy could be written');
  return steps;
}
