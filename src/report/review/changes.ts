/** The page's part on what changed since the last review. */
import type { PrincipalChange } from '../../plan/review/changes.ts';
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
  const cells = (one: PrincipalChange): readonly (readonly string[])[] => [
    one.added,
    one.fixed,
    one.kept,
    one.worse,
    one.expired,
  ];
  return html`<section aria-labelledby="changes-title"><h2 id="changes-title">Since ${day(changes.since)}</h2>${changeLines(review).map((line) => html`<p>${sentence(line)}</p>`)}${rows.length === 0 ? '' : html`<div class="card scroll"><table><thead><tr><th scope="col">Principal</th><th scope="col" class="num">Score before</th><th scope="col" class="num">now</th><th scope="col" class="num">New findings</th><th scope="col" class="num">Fixed</th><th scope="col" class="num">Kept by decision</th><th scope="col" class="num">Worse</th><th scope="col" class="num">Decisions expired</th></tr></thead><tbody>${rows.slice(0, SHOWN).map((one) => html`<tr><th scope="row"><code>${one.arn}</code></th><td class="num">${one.score[0].toFixed(1)}</td><td class="num">${one.score[1].toFixed(1)}</td>${cells(one).map((ids) => html`<td class="num">${count(ids.length)}</td>`)}</tr>`)}</tbody></table>${rows.length > SHOWN ? html`<p>${plural(rows.length - SHOWN, 'more principal')} in index.json.</p>` : ''}</div>`}${list('Checks that fail now', changes.checks.added)}${list('Checks met again', changes.checks.fixed)}${list('New principals', changes.arrived)}${list('Principals that are gone', changes.gone)}</section>`;
}

/** Ids of checks and ARNs, in the order of the comparison. */
const list = (title: string, names: readonly string[]): Markup | string =>
  names.length === 0
    ? ''
    : html`<details class="fold"><summary>${title}: ${count(names.length)}</summary><ul>${names.slice(0, SHOWN).map((one) => html`<li><code>${one}</code></li>`)}</ul>${names.length > SHOWN ? html`<p>${count(names.length - SHOWN)} more in index.json.</p>` : ''}</details>`;
