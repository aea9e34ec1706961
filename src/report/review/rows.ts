/** What the index page's script needs of each principal: plain values, free of unseen characters. */
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import { visible } from '../escape/visible.ts';
import { day } from '../text.ts';
import { kindText } from '../view.ts';
import type { IndexRow } from './index-row.ts';

export const indexRows = (review: Review): readonly IndexRow[] => review.principals.map(row);

function row(one: ReviewRow): IndexRow {
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
    note: visible(one.note ?? (one.complete ? '' : 'evidence incomplete')),
  };
}
