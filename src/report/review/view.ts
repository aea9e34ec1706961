/** What every report of a review says in the same words. */
import type { FindingChanges } from '../../plan/review/changes.ts';
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import { count, plural } from '../text.ts';

/** One line each on who is in the review and who is not; nothing seen is left out silently. */
export function scopeLines(review: Review): readonly string[] {
  const { principals, missing, foreign } = review;
  const state = (wanted: ReviewRow['state']): number =>
    principals.filter((row) => row.state === wanted).length;
  const lines: string[] = [];
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
      `${plural(missing.length, 'principal')} seen in the logs but not in the account given: deleted, or newer than the file`,
    );
  if (foreign.length > 0)
    lines.push(`${plural(foreign.length, 'principal')} of other accounts seen in the logs: not judged here`);
  if (review.accountId === undefined)
    lines.push('no account was given: nothing could be compared, and nothing ranked');
  return lines;
}

/** What changed since the review given as --previous, a line each. */
export function changeLines({ changes }: Review): readonly string[] {
  if (!changes) return [];
  const { checks, principals, arrived, gone } = changes;
  const sum = (pick: (one: FindingChanges) => readonly string[]): number =>
    principals.reduce((total, one) => total + pick(one).length, 0);
  return [
    `findings: ${count(sum((one) => one.added))} new, ${count(sum((one) => one.fixed))} fixed, ${count(sum((one) => one.worse))} worse, of ${plural(principals.length, 'principal')} that changed`,
    `checks: ${count(checks.added.length)} new, ${count(checks.fixed.length)} fixed, ${count(checks.worse.length)} worse`,
    `principals: ${count(arrived.length)} new, ${count(gone.length)} gone`,
  ];
}

/** `granted 4,310, used 12`, of all principals together. */
export function sums(review: Review): {
  readonly before: number;
  readonly after: number;
  readonly used: number;
} {
  let [before, after, used] = [0, 0, 0];
  for (const { actions } of review.principals) {
    before += actions.before ?? 0;
    after += actions.after;
    used += actions.used;
  }
  return { before, after, used };
}
