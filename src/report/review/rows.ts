/** What the index page's script needs of each principal: plain values, free of unseen characters. */
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import { visible } from '../escape/visible.ts';
import { day, listed } from '../text.ts';
import { kindText } from '../view.ts';
import type { IndexRow } from './index-row.ts';

export const indexRows = (review: Review): readonly IndexRow[] =>
  review.principals.map((one) => row(one, review.accounts.length > 1));

function row(one: ReviewRow, several: boolean): IndexRow {
  return {
    name: visible(one.name),
    kind: one.kind,
    href:
      one.folder === undefined
        ? ''
        : `${one.folder.split('/').map(encodeURIComponent).join('/')}/report.html`,
    score: one.score,
    before: one.actions.before ?? -1,
    after: one.actions.after,
    used: one.actions.used,
    risk: one.risks.map(kindText).join(', '),
    worst: one.worst ?? '',
    findings: one.removals + one.notices,
    last: one.lastSeen === undefined ? 'not seen' : day(one.lastSeen),
    account: several ? one.accountId : '',
    users: visible(usersText(one)),
    note: visible(one.note ?? (one.complete ? '' : 'evidence incomplete')),
  };
}

/** `used by a@example.com, b@example.com and more, from account 444455556666`; empty for what nobody is known to have used. */
export function usersText({ usedBy }: Pick<ReviewRow, 'usedBy'>): string {
  if (!usedBy) return '';
  const { sessions, moreSessions, workloads, accounts } = usedBy;
  const names = workloads.length > 0 ? workloads.map((one) => one.workload) : sessions.slice(0, SESSIONS);
  const more = workloads.length === 0 && (moreSessions || sessions.length > SESSIONS) ? ' and more' : '';
  const from = accounts.map(([accountId]) => accountId);
  return [
    ...(names.length === 0 ? [] : [`used by ${listed(names, WORKLOADS)}${more}`]),
    ...(from.length === 0 ? [] : [`from account ${listed(from, WORKLOADS)}`]),
  ].join(', ');
}

const SESSIONS = 3;
const WORKLOADS = 3;
