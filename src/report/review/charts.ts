/** The page's charts: what the principals do, which levels of access they hold, and how the reviews went on. */
import type { AccessLevel } from '../../catalogue/catalogue.ts';
import type { Figures, Review, ReviewRow } from '../../plan/review/review.ts';
import { html, type Markup } from '../escape/html.ts';
import { bar, legend, lineChart } from '../html/chart.ts';
import { levelMix } from '../html/charts.ts';
import { count, day, percent, plural } from '../text.ts';

export function chartsSection(review: Review): Markup | string {
  if (review.accounts.length === 0) return '';
  return html`<section aria-labelledby="charts-title"><h2 id="charts-title">At a glance</h2>${staleShare(review)}${levels(review)}${trend(review.history)}</section>`;
}

const STALE = new Set(['stale-role', 'stale-user']);

/** Each principal is in one part: seen, idle, stale, or not judged. */
function staleShare(review: Review): Markup {
  const stale = new Set(review.checks.filter((one) => STALE.has(one.check)).map((one) => one.subject));
  const part = (row: ReviewRow): number =>
    row.state !== 'planned' ? 3 : row.calls > 0 ? 0 : stale.has(row.arn) ? 2 : 1;
  const counts = [0, 0, 0, 0];
  for (const row of review.principals) counts[part(row)]! += 1;
  const parts = [
    { className: 's-used', text: 'seen in the window' },
    { className: 's-rest', text: 'not seen, or not for long enough to be stale' },
    { className: 's-gone', text: 'stale: no use for 90 days' },
    { className: 's-blind', text: 'not judged' },
  ].map((one, index) => ({ ...one, value: counts[index]! }));
  return html`<div class="card"><h3>Principals in use</h3>${legend(parts.map((one) => ({ className: one.className, text: `${one.text}: ${count(one.value)}` })))}<div class="mix" aria-hidden="true"><span>Share</span>${bar(
    parts.map(({ className, value, text }) => ({ className, value, label: `${text}: ${count(value)}` })),
    review.principals.length,
  )}<span class="num">${percent(counts[2]!, review.principals.length)} stale</span></div></div>`;
}

function levels({ principals }: Review): Markup | string {
  const sums = new Map<AccessLevel, [before: number, after: number, used: number]>();
  for (const row of principals)
    for (const [level, before, after, used] of row.levels) {
      const sum = sums.get(level) ?? [0, 0, 0];
      sums.set(level, [sum[0] + before, sum[1] + after, sum[2] + used]);
    }
  if (sums.size === 0) return '';
  const rows = [...sums].map(([level, [before, after, used]]) => [level, before, after, used] as const);
  return html`<div class="card"><h3>Access levels, before and after</h3>${levelMix(rows, true, 'folded')}</div>`;
}

const LINES: readonly (readonly [className: string, label: string, value: (one: Figures) => number])[] = [
  ['line-gone', 'actions that can go', (one) => one.excess],
  ['line-used', 'actions used', (one) => one.used],
  ['line-soft', 'actions granted', (one) => one.granted],
];

function trend(history: readonly Figures[]): Markup | string {
  if (history.length < 2) return '';
  const last = history.at(-1)!;
  const before = history.at(-2)!;
  const less = before.excess - last.excess;
  return html`<div class="card"><h3>Trend</h3><p>${less === 0 ? 'As many actions can go as' : html`${plural(Math.abs(less), 'action')} ${less > 0 ? 'fewer' : 'more'} can go than`} at the review of ${day(before.to)}.</p>${legend(LINES.map(([className, text]) => ({ className, text })))}${lineChart(
    {
      label: 'Actions granted, used and that can go, at each review',
      points: history.map((one) => day(one.to)),
      lines: LINES.map(([className, label, value]) => ({ className, label, values: history.map(value) })),
    },
  )}<details class="fold"><summary>As a table</summary><div class="scroll"><table><thead><tr><th scope="col">Review of</th><th scope="col" class="num">Principals</th><th scope="col" class="num">Granted</th><th scope="col" class="num">Used</th><th scope="col" class="num">Can go</th><th scope="col" class="num">Without a call</th><th scope="col" class="num">Best practices</th></tr></thead><tbody>${history.map((one) => html`<tr><th scope="row">${day(one.to)}</th><td class="num">${count(one.principals)}</td><td class="num">${count(one.granted)}</td><td class="num">${count(one.used)}</td><td class="num">${count(one.excess)}</td><td class="num">${count(one.idle)}</td><td class="num">${count(one.checks)}</td></tr>`)}</tbody></table></div></details></div>`;
}
