/** index.csv: one row a principal in the order of the ranking. */

import { type CheckResult, checkRow } from '../../plan/checks/check.ts';
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import { csvField } from '../escape/csv.ts';
import { usersText } from './rows.ts';

const COLUMNS: readonly (readonly [name: string, value: (row: ReviewRow, rank: number) => string])[] = [
  ['rank', (_, rank) => String(rank)],
  ['principal', (row) => row.arn],
  ['kind', (row) => row.kind],
  ['name', (row) => row.name],
  ['state', (row) => row.state],
  ['score', (row) => String(row.score)],
  ['actions_granted', (row) => String(row.actions.before ?? '')],
  ['actions_after', (row) => String(row.actions.after)],
  ['actions_used', (row) => String(row.actions.used)],
  ['risk', (row) => row.risks.join(' | ')],
  ['removals', (row) => String(row.removals)],
  ['notices', (row) => String(row.notices)],
  ['worst', (row) => row.worst ?? ''],
  ['calls', (row) => String(row.calls)],
  ['last_seen', (row) => row.lastSeen ?? ''],
  ['evidence', (row) => (row.complete ? 'complete' : 'incomplete')],
  ['folder', (row) => row.folder ?? ''],
  ['note', (row) => row.note ?? ''],
  ['account', (row) => row.accountId],
  ['used_by', (row) => usersText(row)],
];

/** RFC 4180 with a header row; every field quoted. */
export function renderIndexCsv(review: Review): string {
  return lines([
    COLUMNS.map(([name]) => name),
    ...review.principals.map((row, index) => COLUMNS.map(([, value]) => value(row, index + 1))),
  ]);
}

const CHECK_COLUMNS: readonly (readonly [name: string, value: (one: CheckResult) => string])[] = [
  ['id', (one) => one.id],
  ['check', (one) => one.check],
  ['severity', (one) => one.severity],
  ['subject', (one) => one.subject],
  ['title', (one) => checkRow(one.check).title],
  ['evidence', (one) => one.evidence],
  ['fix', (one) => checkRow(one.check).fix],
  ['page', (one) => checkRow(one.check).page],
];

/** checks.csv: one row for each best practice that a subject does not meet. */
export const renderChecksCsv = (review: Review): string =>
  lines([
    CHECK_COLUMNS.map(([name]) => name),
    ...review.checks.map((one) => CHECK_COLUMNS.map(([, value]) => value(one))),
  ]);

const lines = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
