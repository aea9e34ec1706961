/** One principal's line in the index, from its plan or from the reason why there is none. */
import type { AccountPrincipal } from '../../account/account.ts';
import type { PrincipalUsage } from '../../usage/usage.ts';
import type { CheckResult } from '../checks/check.ts';
import { isoTime } from '../iso-time.ts';
import type { Finding, FindingKind, Plan, Severity } from '../plan.ts';
import type { Figures, ReviewRow } from './review.ts';
import { excessOf, scoreOf } from './score.ts';

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
const RISKS: Finding['risk'] = [
  'privilege-escalation',
  'credentials-exposure',
  'data-exfiltration',
  'resource-exposure',
];

/** `groupOf` tells what takes something away from what is only to be looked into. */
export function rowOf(
  plan: Plan,
  usage: PrincipalUsage,
  groupOf: (kind: FindingKind) => 'removal' | 'keep' | 'notice',
  folder: string | undefined,
): ReviewRow {
  const removals = plan.findings.filter((one) => groupOf(one.kind) === 'removal');
  const notices = plan.findings.filter((one) => groupOf(one.kind) === 'notice');
  const found = new Set(removals.flatMap((one) => one.risk));
  const risks = RISKS.filter((one) => found.has(one));
  const worst = SEVERITIES.find((level) => [...removals, ...notices].some((one) => one.severity === level));
  const before = plan.before?.actionCount;
  const after = plan.after.actionCount;
  const { kind, arn, accountId, name } = plan.principal;
  return {
    arn,
    kind,
    accountId,
    name,
    state: 'planned',
    ...(folder === undefined ? {} : { folder }),
    score: scoreOf(risks, excessOf(before, after)),
    actions: {
      ...(before === undefined ? {} : { before }),
      after,
      used: plan.levels.reduce((sum, [, , , used]) => sum + used, 0),
    },
    levels: plan.levels,
    ...activityOf(usage),
    risks,
    removals: removals.length,
    notices: notices.length,
    ...(worst === undefined ? {} : { worst }),
    complete: plan.evidence.complete,
  };
}

/** A principal without a plan. */
export function bareRow(
  principal: Pick<AccountPrincipal, 'kind' | 'arn' | 'accountId' | 'name'>,
  state: 'not-ours' | 'failed',
  note: string,
  usage: PrincipalUsage,
): ReviewRow {
  const { kind, arn, accountId, name } = principal;
  return {
    arn,
    kind,
    accountId,
    name,
    state,
    note,
    score: 0,
    actions: { after: 0, used: 0 },
    levels: [],
    ...activityOf(usage),
    risks: [],
    removals: 0,
    notices: 0,
    complete: state !== 'failed',
  };
}

function activityOf({ accounting, ids }: PrincipalUsage): Pick<ReviewRow, 'calls' | 'lastSeen'> {
  const { buckets } = accounting;
  const last = ids.reduce((time, one) => Math.max(time, one.lastSeen), Number.NEGATIVE_INFINITY);
  return {
    calls:
      buckets.succeeded +
      buckets.failed +
      buckets.denied +
      buckets.inconclusive +
      buckets.unmapped +
      buckets['no-permission'],
    ...(Number.isFinite(last) ? { lastSeen: isoTime(last) } : {}),
  };
}

/** The most severe first, then by check and subject. */
export const bySeverity = (results: readonly CheckResult[]): readonly CheckResult[] =>
  [...results].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      byCodeUnit(a.check, b.check) ||
      byCodeUnit(a.subject, b.subject) ||
      byCodeUnit(a.id, b.id),
  );

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Highest score first; then who has more that can go, more findings, and the name. */
export function ranked(rows: readonly ReviewRow[]): readonly ReviewRow[] {
  const gone = ({ actions: { before, after } }: ReviewRow): number =>
    before === undefined ? 0 : before - after;
  return [...rows].sort(
    (a, b) =>
      b.score - a.score ||
      gone(b) - gone(a) ||
      b.removals + b.notices - (a.removals + a.notices) ||
      byCodeUnit(a.arn, b.arn),
  );
}

/** The review's point of the trend. */
export function figuresOf(to: string, rows: readonly ReviewRow[], checks: number): Figures {
  let [granted, used, excess] = [0, 0, 0];
  for (const { actions } of rows) {
    granted += actions.before ?? 0;
    used += actions.used;
    if (actions.before !== undefined) excess += Math.max(0, actions.before - actions.after);
  }
  const idle = rows.filter((row) => row.calls === 0).length;
  return { to, principals: rows.length, granted, used, excess, idle, checks };
}
