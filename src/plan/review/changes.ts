/** What changed from one review to the next: principals come and gone, findings and checks new, fixed or worse. */
import type { CheckResult } from '../checks/check.ts';
import type { Severity } from '../plan.ts';
import type { Review, ReviewRow } from './review.ts';

/** A finding as far as it is compared. */
export interface Known {
  readonly id: string;
  readonly severity: Severity;
}

export interface FindingChanges {
  /** Ids, sorted. */
  readonly added: readonly string[];
  readonly fixed: readonly string[];
  /** The same finding, more severe than before. */
  readonly worse: readonly string[];
}

export interface PrincipalChange extends FindingChanges {
  readonly arn: string;
  readonly score: readonly [before: number, now: number];
}

export interface ReviewChanges {
  /** End of the earlier review's window. */
  readonly since: string;
  readonly arrived: readonly string[];
  readonly gone: readonly string[];
  /** Those of whom something changed, by ARN. */
  readonly principals: readonly PrincipalChange[];
  readonly checks: FindingChanges;
}

const LEVELS: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

export function compareFindings(before: readonly Known[], now: readonly Known[]): FindingChanges {
  const old = new Map(before.map((one) => [one.id, one.severity]));
  const fresh = new Map(now.map((one) => [one.id, one.severity]));
  const worse = (id: string): boolean =>
    LEVELS.indexOf(fresh.get(id)!) > LEVELS.indexOf(old.get(id) ?? 'critical');
  const ids = [...fresh.keys()].sort();
  return {
    added: ids.filter((id) => !old.has(id)),
    fixed: [...old.keys()].filter((id) => !fresh.has(id)).sort(),
    worse: ids.filter((id) => old.has(id) && worse(id)),
  };
}

/** What the comparison keeps of an earlier review. */
export type Earlier = Pick<Review, 'window' | 'match' | 'accountId'> & {
  readonly principals: readonly Pick<ReviewRow, 'arn' | 'score'>[];
  readonly checks: readonly CheckResult[];
};

/** `findings` holds what changed of each principal whose earlier plan was there to compare with. */
export function compareReviews(
  before: Earlier,
  rows: readonly ReviewRow[],
  checks: readonly CheckResult[],
  findings: ReadonlyMap<string, FindingChanges>,
): ReviewChanges {
  const old = new Map(before.principals.map((row) => [row.arn, row.score]));
  const now = new Set(rows.map((row) => row.arn));
  const changed = rows.flatMap((row): PrincipalChange[] => {
    const score = old.get(row.arn);
    if (score === undefined) return [];
    const { added = [], fixed = [], worse = [] } = findings.get(row.arn) ?? {};
    const same = score === row.score && added.length + fixed.length + worse.length === 0;
    return same ? [] : [{ arn: row.arn, score: [score, row.score], added, fixed, worse }];
  });
  return {
    since: before.window.to,
    arrived: rows
      .map((row) => row.arn)
      .filter((arn) => !old.has(arn))
      .sort(),
    gone: [...old.keys()].filter((arn) => !now.has(arn)).sort(),
    principals: changed.sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    checks: compareFindings(before.checks, checks),
  };
}
