/** What the index page's script needs of each principal: plain values, free of unseen characters. */
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import { visible } from '../escape/visible.ts';
import { day } from '../text.ts';
import { kindText } from '../view.ts';

export interface IndexRow {
  readonly name: string;
  readonly kind: string;
  /** Relative address of the page; empty where there is none. */
  readonly href: string;
  readonly score: number;
  /** -1 without an account. */
  readonly before: number;
  readonly after: number;
  readonly used: number;
  readonly risk: string;
  readonly worst: string;
  readonly findings: number;
  readonly last: string;
  readonly note: string;
}

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

/** Used, kept besides, and removed: widths of a bar of 100. */
export function barOf({
  before,
  after,
  used,
}: Pick<IndexRow, 'before' | 'after' | 'used'>): readonly number[] {
  const whole = Math.max(before, after, 1);
  const shown = Math.min(used, after);
  return [shown, after - shown, Math.max(0, before - after)].map(
    (part) => Math.round((10_000 * part) / whole) / 100,
  );
}
