/** What every report of a review says in the same words. */
import type { FindingChanges } from '../../plan/review/changes.ts';
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import { count, listed, plural } from '../text.ts';

/** One line each on who is in the review and who is not; nothing seen is left out silently. */
export function scopeLines(review: Review): readonly string[] {
  const { principals, missing, foreign } = review;
  const state = (wanted: ReviewRow['state']): number =>
    principals.filter((row) => row.state === wanted).length;
  const lines: string[] = [];
  const unread = review.accounts.filter((one) => one.state === 'unread');
  if (unread.length > 0)
    lines.push(
      `${plural(unread.length, 'account')} could not be read and ${unread.length === 1 ? 'is' : 'are'} not in this review: ${listed(
        unread.map((one) => one.accountId),
        5,
      )}`,
    );
  const closed = review.accounts.filter((one) => one.state === 'closed').length;
  if (closed > 0)
    lines.push(`${plural(closed, 'account')} of the organisation closed or suspended: not reviewed`);
  if (state('not-ours') > 0)
    lines.push(`${plural(state('not-ours'), 'role')} written by AWS or Identity Center: listed, not judged`);
  if (state('failed') > 0)
    lines.push(`${plural(state('failed'), 'principal')} could not be judged: see the note`);
  const gaps = principals.filter((row) => row.state === 'planned' && !row.complete).length;
  if (gaps > 0)
    lines.push(
      `the evidence is incomplete for ${plural(gaps, 'principal')}: what was not seen may have been used`,
    );
  if (missing.length > 0)
    lines.push(
      `${plural(missing.length, 'principal')} seen in the logs but not in the account given: deleted, or newer than what was read`,
    );
  if (foreign.length > 0)
    lines.push(
      `${plural(foreign.length, 'principal')} of accounts not reviewed seen in the logs: not judged here`,
    );
  if (review.accounts.length === 0)
    lines.push('no account was given: nothing could be compared, and nothing ranked');
  return lines;
}

/** What changed since the review given as --previous, a line each. */
export function changeLines({ changes, checks: now }: Review): readonly string[] {
  if (!changes) return [];
  const { checks, principals, arrived, gone, unjudged, accounts } = changes;
  const sum = (pick: (one: FindingChanges) => readonly string[]): number =>
    principals.reduce((total, one) => total + pick(one).length, 0);
  const expired = sum((one) => one.expired);
  return [
    `findings: ${count(sum((one) => one.added))} new, ${count(sum((one) => one.fixed))} fixed, ${count(sum((one) => one.kept))} kept by decision, ${count(sum((one) => one.worse))} worse, of ${plural(principals.length, 'principal')} that changed`,
    `checks: ${count(checks.added.length)} new, ${count(checks.fixed.length)} fixed, ${count(checks.worse.length)} worse, ${plural(now.length, 'result')} now`,
    `principals: ${count(arrived.length)} new, ${count(gone.length)} gone`,
    ...(expired === 0 ? [] : [`${plural(expired, 'decision')} to keep expired since`]),
    ...(unjudged.length === 0
      ? []
      : [`${plural(unjudged.length, 'principal')} could not be compared: no plan then or now`]),
    ...(accounts.arrived.length + accounts.gone.length === 0
      ? []
      : [
          `accounts: ${count(accounts.arrived.length)} reviewed for the first time, ${count(accounts.gone.length)} not reviewed any more`,
        ]),
  ];
}

/** Actions of all principals together, or of those of one account. */
export function sums(
  review: Review,
  accountId?: string,
): {
  readonly principals: number;
  readonly before: number;
  readonly after: number;
  readonly used: number;
} {
  let [principals, before, after, used] = [0, 0, 0, 0];
  for (const { actions, accountId: own } of review.principals) {
    if (accountId !== undefined && own !== accountId) continue;
    principals += 1;
    before += actions.before ?? 0;
    after += actions.after;
    used += actions.used;
  }
  return { principals, before, after, used };
}

/** `account 111122223333`, `3 accounts`; undefined without an account. */
export function accountsText({ accounts }: Review): string | undefined {
  const read = accounts.filter((one) => one.state === 'read');
  if (accounts.length === 0) return undefined;
  return read.length === 1 ? `account ${read[0]!.accountId}` : plural(read.length, 'account');
}
