/** What changed from one review to the next: principals come and gone, findings and checks new, fixed or worse. */
import type { CheckResult } from '../checks/check.ts';
import type { Severity } from '../plan.ts';
import type { Review, ReviewRow } from './review.ts';

/** A finding as far as it is compared. */
export interface Known {
  readonly id: string;
  readonly severity: Severity;
  /** What it would take away; a decision that keeps all of it settles the finding. */
  readonly actions?: readonly string[];
}

export interface FindingChanges {
  /** Ids, sorted. */
  readonly added: readonly string[];
  /** Gone, and not by a decision. */
  readonly fixed: readonly string[];
  /** Gone because a decision keeps what it would have taken away: nothing was fixed. */
  readonly kept: readonly string[];
  /** The same finding, more severe than before. */
  readonly worse: readonly string[];
  /** Decisions and keep rules that ran out since. */
  readonly expired: readonly string[];
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
  /** Not to be compared: without a plan this time or last time. */
  readonly unjudged: readonly string[];
  /** Ids of accounts reviewed now or then only; their principals are neither new nor gone. */
  readonly accounts: { readonly arrived: readonly string[]; readonly gone: readonly string[] };
  /** Those of whom something changed, by ARN. */
  readonly principals: readonly PrincipalChange[];
  readonly checks: FindingChanges;
}

const LEVELS: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

const EXPIRED = 'expired-rule:';

/** `keeps` are the actions that decisions and rules keep now. */
export function compareFindings(
  before: readonly Known[],
  now: readonly Known[],
  keeps: readonly string[] = [],
): FindingChanges {
  const old = new Map(before.map((one) => [one.id, one]));
  const fresh = new Map(now.map((one) => [one.id, one.severity]));
  const kept = new Set(keeps.map((one) => one.toLowerCase()));
  const worse = (id: string): boolean =>
    LEVELS.indexOf(fresh.get(id)!) > LEVELS.indexOf(old.get(id)?.severity ?? 'critical');
  const decided = (id: string): boolean => {
    const { actions = [] } = old.get(id)!;
    return actions.length > 0 && actions.every((one) => kept.has(one.toLowerCase()));
  };
  const ids = [...fresh.keys()].sort();
  const added = ids.filter((id) => !old.has(id));
  const gone = [...old.keys()].filter((id) => !fresh.has(id) && !id.startsWith(EXPIRED)).sort();
  return {
    added: added.filter((id) => !id.startsWith(EXPIRED)),
    fixed: gone.filter((id) => !decided(id)),
    kept: gone.filter(decided),
    worse: ids.filter((id) => old.has(id) && worse(id)),
    expired: added.filter((id) => id.startsWith(EXPIRED)),
  };
}

const NOTHING: FindingChanges = { added: [], fixed: [], kept: [], worse: [], expired: [] };
const hasChanged = ({ added, fixed, kept, worse, expired }: FindingChanges): boolean =>
  added.length + fixed.length + kept.length + worse.length + expired.length > 0;

/** What the comparison keeps of an earlier review. */
export type Earlier = Pick<Review, 'window' | 'match' | 'accounts' | 'history'> & {
  readonly principals: readonly Pick<ReviewRow, 'arn' | 'accountId' | 'score' | 'state'>[];
  readonly checks: readonly CheckResult[];
};

const readOf = ({ accounts }: Pick<Review, 'accounts'>): readonly string[] =>
  accounts.filter((one) => one.state === 'read').map((one) => one.accountId);

/** `findings` holds what changed of each principal whose earlier plan was there to compare with. */
export function compareReviews(
  before: Earlier,
  review: Pick<Review, 'accounts' | 'checks'>,
  rows: readonly ReviewRow[],
  findings: ReadonlyMap<string, FindingChanges>,
): ReviewChanges {
  const [then, today] = [readOf(before), readOf(review)];
  const both = (accountId: string): boolean =>
    then.length + today.length === 0 || (then.includes(accountId) && today.includes(accountId));
  const old = new Map(before.principals.filter((row) => both(row.accountId)).map((row) => [row.arn, row]));
  const current = rows.filter((row) => both(row.accountId));
  const now = new Set(current.map((row) => row.arn));
  const judged = (row: Pick<ReviewRow, 'state'>): boolean => row.state !== 'failed';
  const changed = current.flatMap((row): PrincipalChange[] => {
    const earlier = old.get(row.arn);
    if (!earlier || !judged(earlier) || !judged(row)) return [];
    const what = findings.get(row.arn) ?? NOTHING;
    return earlier.score === row.score && !hasChanged(what)
      ? []
      : [{ arn: row.arn, score: [earlier.score, row.score], ...what }];
  });
  return {
    since: before.window.to,
    arrived: current
      .map((row) => row.arn)
      .filter((arn) => !old.has(arn))
      .sort(),
    gone: [...old.keys()].filter((arn) => !now.has(arn)).sort(),
    unjudged: current
      .filter((row) => old.has(row.arn) && !(judged(row) && judged(old.get(row.arn)!)))
      .map((row) => row.arn)
      .sort(),
    accounts: {
      arrived: today.filter((id) => !then.includes(id)),
      gone: then.filter((id) => !today.includes(id)),
    },
    principals: changed.sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    checks: compareFindings(
      before.checks.filter((one) => sameScope(one, both)),
      review.checks.filter((one) => sameScope(one, both)),
    ),
  };
}

/** A check's subject is an ARN, whose fifth part is the account. */
const sameScope = ({ subject }: CheckResult, both: (accountId: string) => boolean): boolean =>
  both(subject.split(':')[4] ?? '');
