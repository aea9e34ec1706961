/** The page's part on what changed since the last review. */
import type { Review } from '../../plan/review/review.ts';
import { html, type Markup } from '../escape/html.ts';
import { count, day, plural } from '../text.ts';
import { sentence } from '../view.ts';
import { changeLines } from './view.ts';

const SHOWN = 200;

export function changesSection(review: Review): Markup | string {
  const { changes } = review;
  if (!changes) return '';
  const rows = [...changes.principals].sort(
    (a, b) => b.score[1] - b.score[0] - (a.score[1] - a.score[0]) || (a.arn < b.arn ? -1 : 1),
  );
  return html`<section aria-labelledby="changes-title"><h2 id="changes-title">Since ${day(changes.since)}</h2>${changeLines(review).map((line) => html`<p>${sentence(line)}</p>`)}${rows.length === 0 ? '' : html`<div class="card scroll"><table><thead><tr><th scope="col">Principal</th><th scope="col" class="num">Score before</th><th scope="col" class="num">now</th><th scope="col" class="num">New findings</th><th scope="col" class="num">Fixed</th><th scope="col" class="num">Worse</th></tr></thead><tbody>${rows.slice(0, SHOWN).map((one) => html`<tr><th scope="row"><code>${one.arn}</code></th><td class="num">${one.score[0].toFixed(1)}</td><td class="num">${one.score[1].toFixed(1)}</td><td class="num">${count(one.added.length)}</td><td class="num">${count(one.fixed.length)}</td><td class="num">${count(one.worse.length)}</td></tr>`)}</tbody></table>${rows.length > SHOWN ? html`<p>${plural(rows.length - SHOWN, 'more principal')} in index.json.</p>` : ''}</div>`}</section>`;
}
