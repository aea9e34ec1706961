/** index.html: the ranked principals on one page that opens offline; its script only filters, sorts and pages. */
import type { Review } from '../../plan/review/review.ts';
import { html, Markup, scriptJson } from '../escape/html.ts';
import { INDEX_SCRIPT, INDEX_SCRIPT_HASH, STYLE, STYLE_HASH } from '../html/assets.generated.ts';
import { bar, hatch, legend } from '../html/chart.ts';
import { count, day, percent, plural } from '../text.ts';
import { sentence } from '../view.ts';
import { accountsSection } from './accounts.ts';
import { changesSection } from './changes.ts';
import { chartsSection } from './charts.ts';
import { checksSection } from './checks.ts';
import { barOf, type IndexRow } from './index-row.ts';
import { indexRows } from './rows.ts';
import { usersSection } from './users.ts';
import { accountsText, scopeLines, sums } from './view.ts';

const CSP = `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${INDEX_SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;
/** Rows in the page itself, for readers without a script. */
const STATIC = 100;

export function renderIndexHtml(review: Review): string {
  const rows = indexRows(review);
  const { window, source } = review;
  const where = accountsText(review);
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(CSP)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Access review${where === undefined ? '' : ` of ${where}`}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the review</a>
${hatch()}
<main id="main" class="wrap">
<header class="hero">
<p class="eyebrow">Access review</p>
<h1>${where === undefined ? 'Principals of the logs' : where.replace(/^a/, 'A')}</h1>
<p class="soft">${day(window.from)} to ${day(window.to)}, ${plural(window.days, 'day')}. ${plural(source.records, 'record')} from <code>${source.location}</code>.</p>
${stats(review)}
${scopeLines(review).map((line) => html`<p class="soft">${sentence(line)}</p>`)}
</header>
${chartsSection(review)}
${accountsSection(review)}
<section aria-labelledby="principals-title"><h2 id="principals-title">What to cut first</h2><p>The score is the risk of the actions that can go times their share of what is granted: 0 is nothing to cut, 100 is everything, with every known kind of attack in it.</p>
<div class="card">
<div id="index-tools" class="tools" hidden><label class="grow">Search<input id="index-search" type="search" autocomplete="off" spellcheck="false"></label><label>Kind<select id="index-kind"><option value="">roles and users</option><option value="role">roles</option><option value="user">users</option></select></label><label>Sort by<select id="index-sort"><option value="score">score</option><option value="name">name</option><option value="unused">most unused</option><option value="findings">most findings</option><option value="last">last seen, oldest</option></select></label></div>
<p id="index-status" class="soft" role="status" aria-live="polite">${plural(rows.length, 'principal')}</p>
${legend([
  { className: 's-used', text: 'used' },
  { className: 's-rest', text: 'kept besides' },
  { className: 's-gone', text: 'can go' },
])}
<div class="scroll"><table><thead><tr><th scope="col" class="num">Score</th><th scope="col">Principal</th><th scope="col">Actions granted</th><th scope="col" class="num">Granted</th><th scope="col" class="num">Used</th><th scope="col">Risk of what can go</th><th scope="col" class="num">Findings</th><th scope="col">Last seen</th></tr></thead><tbody id="index-rows">${rows.slice(0, STATIC).map(staticRow)}</tbody></table></div>
${rows.length > STATIC ? html`<noscript><p>${plural(rows.length - STATIC, 'more principal')} in index.csv and index.json.</p></noscript>` : ''}<button id="index-more" type="button" hidden>Show more</button>
</div>
<script type="application/json" id="index-data">${scriptJson(rows)}</script></section>
${changesSection(review)}
${usersSection(review)}
${checksSection(review)}
${others('Seen in the logs but not in the account', review.missing)}
${others('Principals of accounts that are not reviewed', review.foreign)}
</main>
<footer><div class="wrap"><p>${review.tool.name} ${review.tool.version}, action catalogue ${review.tool.catalogue}.</p></div></footer>
<script>${new Markup(INDEX_SCRIPT)}</script>
</body>
</html>
`.text
  }`;
}

function stats(review: Review): Markup | string {
  if (review.accounts.length === 0) return '';
  const { before, after, used } = sums(review);
  const idle = review.principals.filter((row) => row.calls === 0).length;
  const stat = (label: string, now: string, note: string): Markup =>
    html`<div class="stat"><p class="label">${label}</p><p class="figures"><span class="now">${now}</span><span class="by">${note}</span></p></div>`;
  return html`<div class="stats">${stat('Actions that can go', count(before - after), `${percent(before - after, before)} of ${count(before)} granted, ${count(used)} used`)}${stat('Principals', count(review.principals.length), '')}${stat('Without a call', count(idle), percent(idle, review.principals.length))}</div>`;
}

function staticRow(row: IndexRow): Markup {
  const [used = 0, kept = 0, gone = 0] = barOf(row);
  const segments = [
    { className: 's-used', value: used, label: 'used' },
    { className: 's-rest', value: kept, label: 'kept besides' },
    { className: 's-gone', value: gone, label: 'can go' },
  ];
  const name = html`${row.kind} <code>${row.name}</code>`;
  return html`<tr><td class="num">${row.score.toFixed(1)}</td><th scope="row">${row.href === '' ? name : html`<a href="${row.href}">${name}</a>`}${[row.account, row.users, row.note].filter((one) => one !== '').map((one) => html`<div class="soft">${one}</div>`)}</th><td class="bar">${row.before < 0 ? '' : bar(segments, 100)}</td><td class="num">${row.before < 0 ? '' : count(row.before)}</td><td class="num">${count(row.used)}</td><td>${row.risk}</td><td class="num">${count(row.findings)}</td><td>${row.last}</td></tr>`;
}

const LISTED = 500;
const others = (title: string, arns: readonly string[]): Markup | string =>
  arns.length === 0
    ? ''
    : html`<section class="long"><h2>${title}</h2><details class="fold"><summary>${plural(arns.length, 'principal')}</summary><ul>${arns.slice(0, LISTED).map((arn) => html`<li><code>${arn}</code></li>`)}</ul>${arns.length > LISTED ? html`<p>${count(arns.length - LISTED)} more in index.json.</p>` : ''}</details></section>`;
