/** The page's part on who used what: roles shared by several workloads with the split proposed, and other accounts. */
import type { Review, ReviewRow } from '../../plan/review/review.ts';
import type { Share } from '../../plan/review/split.ts';
import { html, type Markup } from '../escape/html.ts';
import { bar } from '../html/chart.ts';
import { count, plural } from '../text.ts';
import { sentence } from '../view.ts';

const SHOWN = 50;

export function usersSection(review: Review): Markup | string {
  const shared = review.principals.filter((row) => (row.usedBy?.workloads.length ?? 0) > 1);
  const foreign = review.principals.filter((row) => (row.usedBy?.accounts.length ?? 0) > 0);
  return html`${shared.length === 0 ? '' : html`<section aria-labelledby="shared-title"><h2 id="shared-title">Roles shared by several workloads</h2><p>What each workload used, and what it would keep with a role of its own. A split is made like the plan of the whole role, from that workload's calls only.</p>${shared.slice(0, SHOWN).map(role)}${rest(shared)}</section>`}${foreign.length === 0 ? '' : html`<section aria-labelledby="foreign-title"><h2 id="foreign-title">Roles used from other accounts</h2><div class="card scroll"><table><thead><tr><th scope="col">Role</th><th scope="col">Assumed from</th><th scope="col" class="num">Times</th></tr></thead><tbody>${foreign.slice(0, SHOWN).flatMap((row) => (row.usedBy?.accounts ?? []).map(([account, calls]) => html`<tr><th scope="row"><code>${row.arn}</code></th><td><code>${account}</code></td><td class="num">${count(calls)}</td></tr>`))}</tbody></table></div>${rest(foreign)}</section>`}`;
}

const rest = (rows: readonly ReviewRow[]): Markup | string =>
  rows.length > SHOWN ? html`<p>${plural(rows.length - SHOWN, 'more role')} in index.json.</p>` : '';

function role(row: ReviewRow): Markup {
  const { workloads = [], unnamed = 0, noSplit } = row.usedBy ?? {};
  const whole = row.actions.after;
  const most = Math.max(1, whole, ...workloads.map((one) => one.granted ?? one.used));
  const name = html`<code>${row.name}</code>`;
  return html`<div class="card scroll"><h3>${row.folder === undefined ? name : html`<a href="${href(row.folder)}/report.html">${name}</a>`}</h3><table><thead><tr><th scope="col">Workload</th><th scope="col"><span class="visually-hidden">Chart</span></th><th scope="col" class="num">Used</th><th scope="col" class="num">With a role of its own</th></tr></thead><tbody>${workloads.map((one) => share(one, row, most))}<tr><th scope="row">the role as planned</th><td class="bar">${bar([{ className: 's-rest', value: whole, label: `${count(whole)} allowed` }], most)}</td><td class="num">${count(row.actions.used)}</td><td class="num">${count(whole)}</td></tr></tbody></table>${noSplit === undefined ? '' : html`<p>No split: ${sentence(noSplit)}</p>`}${unnamed === 0 ? '' : html`<p>${plural(unnamed, 'action')} used by callers that the logs do not name: in no split.</p>`}</div>`;
}

function share(one: Share, row: ReviewRow, most: number): Markup {
  const granted = one.granted ?? one.used;
  const used = Math.min(one.used, granted);
  const file =
    one.file === undefined || row.folder === undefined
      ? ''
      : html` <a href="${href(row.folder)}/${one.file}">${one.file}</a>`;
  return html`<tr><th scope="row"><code>${one.workload}</code>${one.members < 2 ? '' : html` <span class="soft">${plural(one.members, 'member')}</span>`}${file}</th><td class="bar">${bar(
    [
      { className: 's-used', value: used, label: `${count(one.used)} used` },
      { className: 's-rest', value: granted - used, label: `${count(granted - used)} kept besides` },
    ],
    most,
  )}</td><td class="num">${count(one.used)}</td><td class="num">${one.granted === undefined ? '' : count(one.granted)}</td></tr>`;
}

const href = (folder: string): string => folder.split('/').map(encodeURIComponent).join('/');
