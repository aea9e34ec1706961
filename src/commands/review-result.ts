/** The one value that the index's reports render, out of what the run has gathered. */
import type { CheckResult } from '../plan/checks/check.ts';
import { isoTime } from '../plan/iso-time.ts';
import { compareReviews } from '../plan/review/changes.ts';
import { REVIEW_VERSION, type Review, type ReviewAccount, type ReviewRow } from '../plan/review/review.ts';
import { figuresOf, ranked } from '../plan/review/row.ts';
import { VERSION } from '../version.ts';
import type { Reviewed } from './review-account.ts';
import type { ReviewRun } from './review-one.ts';
import type { Previous } from './review-previous.ts';
import type { Subjects } from './review-subjects.ts';

/** Points of the trend that are kept: ten years of quarters. */
const HISTORY = 40;

export interface ResultParts {
  readonly reviewed: Reviewed;
  readonly match: string;
  readonly rows: readonly ReviewRow[];
  readonly checks: readonly CheckResult[];
  readonly subjects: Subjects;
  readonly previous: Previous | undefined;
  readonly judges: (earlier: CheckResult) => boolean;
  readonly run: Pick<ReviewRun, 'evidence' | 'catalogue' | 'window' | 'changes'>;
}

export function resultOf(parts: ResultParts): Review {
  const { match, rows, checks, subjects, previous, judges, run } = parts;
  const { evidence, catalogue, window, changes } = run;
  const accounts = accountsOf(parts.reviewed);
  const to = isoTime(window.to);
  const earlier = previous && {
    ...previous.review,
    checks: previous.review.checks.filter(judges),
  };
  return {
    schemaVersion: REVIEW_VERSION,
    tool: { name: 'gen-policy', version: VERSION, catalogue: catalogue.version },
    window: {
      from: isoTime(window.from),
      to,
      days: Math.round((window.to - window.from) / 864_000) / 100,
    },
    source: { kind: evidence.source.kind, location: evidence.source.location, records: evidence.records },
    accounts,
    match,
    principals: ranked(rows),
    checks,
    ...(earlier ? { changes: compareReviews(earlier, { accounts, checks }, rows, changes) } : {}),
    history: [
      ...(earlier?.history ?? []).filter((one) => one.to < to),
      figuresOf(to, rows, checks.length),
    ].slice(-HISTORY),
    missing: subjects.missing,
    foreign: subjects.foreign,
  };
}

function accountsOf({ accounts, unread }: Reviewed): readonly ReviewAccount[] {
  return [
    ...accounts.map(
      ({ account, name }): ReviewAccount => ({
        accountId: account.accountId,
        ...(name === undefined ? {} : { name }),
        state: 'read',
      }),
    ),
    ...unread.map(
      ({ accountId, name, reason, closed }): ReviewAccount => ({
        accountId,
        ...(name === undefined ? {} : { name }),
        state: closed ? 'closed' : 'unread',
        note: reason,
      }),
    ),
  ].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
}
