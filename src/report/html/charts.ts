/** Used against granted, the mix of access levels, activity by day, and what the evidence covered. */
import type { Plan, ServiceSummary } from '../../plan/plan.ts';
import { html, htmlText, Markup, type Part } from '../escape/html.ts';
import { count, day, plural } from '../text.ts';
import { kindText } from '../view.ts';
import { bar, dayGrid, legend } from './chart.ts';

const SHOWN = 24;

export function servicesSection(plan: Plan): Markup {
  const rank = (one: ServiceSummary): number => (one.used > 0 ? 2 : one.kept > 0 ? 1 : 0);
  const ranked = [...plan.services].sort((a, b) => rank(b) - rank(a) || b.granted - a.granted);
  const scale = Math.max(1, ...ranked.map((one) => Math.max(one.granted, one.kept)));
  const head = html`<thead><tr><th scope="col">Service</th><th scope="col"><span class="visually-hidden">Chart</span></th><th scope="col" class="num">Granted</th><th scope="col" class="num">Used</th><th scope="col" class="num">Kept</th><th scope="col" class="num optional">Calls</th><th scope="col" class="optional">Last used</th></tr></thead>`;
  const table = (services: readonly ServiceSummary[]): Markup =>
    html`<table>${head}<tbody>${services.map((one) => serviceRow(one, scale))}</tbody></table>`;
  return html`<section id="services" aria-labelledby="services-title"><h2 id="services-title">Used and granted, by service</h2><p>Actions each service grants today and what becomes of them; services in use come first.</p><div class="card scroll">${legend(
    [
      { className: 's-used', text: 'kept' },
      { className: 's-blind', text: 'kept, because use could not have been seen' },
      { className: 's-gone', text: 'removed' },
    ],
  )}${table(ranked.slice(0, SHOWN))}${
    ranked.length > SHOWN
      ? html`<details class="fold"><summary>${plural(ranked.length - SHOWN, 'more service')}</summary>${table(ranked.slice(SHOWN))}</details>`
      : ''
  }</div></section>`;
}

/** Put together as text, as pages have a row for each of many services. */
function serviceRow(one: ServiceSummary, scale: number): Markup {
  const blind = Math.min(one.notObservable, one.kept);
  const last = one.lastSeen ?? one.lastAccessed;
  const drawn = bar(
    [
      { className: 's-used', value: one.kept - blind, label: `${count(one.kept - blind)} kept` },
      { className: 's-blind', value: blind, label: `${count(blind)} not observable` },
      { className: 's-gone', value: one.removed, label: `${count(one.removed)} removed` },
    ],
    scale,
  );
  const name = one.name === one.service ? '' : htmlText(one.name);
  const advisor = one.lastSeen === undefined && last !== undefined;
  return new Markup(
    `<tr><th scope="row"><code>${htmlText(one.service)}</code><div class="soft optional">${name}</div></th><td class="bar">${drawn.text}</td><td class="num">${count(one.granted)}</td><td class="num">${count(one.used)}</td><td class="num">${count(one.kept)}</td><td class="num optional">${count(one.calls)}</td><td class="optional">${last === undefined ? 'never seen' : htmlText(day(last))}${advisor ? '<div class="soft">Access Advisor</div>' : ''}</td></tr>`,
  );
}

const LEVELS = ['List', 'Read', 'Write', 'Permissions management', 'Tagging'];

type Levels = Plan['levels'];

/** Bars of the whole set of actions before, after and used, split by access level, and the same as a table. */
export function levelMix(levels: Levels, compared: boolean, table: 'open' | 'folded' = 'open'): Markup {
  const className = (level: string): string => `l${LEVELS.indexOf(level) + 1}`;
  const mix = (label: string, column: 1 | 2 | 3): Markup | undefined => {
    const total = levels.reduce((sum, row) => sum + row[column], 0);
    if (column === 1 && !compared) return undefined;
    return html`<span>${label}</span>${bar(
      levels.map((row) => ({
        className: className(row[0]),
        value: row[column],
        label: `${row[0]}: ${count(row[column])}`,
      })),
      total,
    )}<span class="num">${count(total)}</span>`;
  };
  const figures = html`<table><thead><tr><th scope="col">Access level</th><th scope="col" class="num">Before</th><th scope="col" class="num">After</th><th scope="col" class="num">Used</th></tr></thead><tbody>${levels.map(
    ([level, before, after, used]) =>
      html`<tr><th scope="row">${level}</th><td class="num">${compared ? count(before) : 'not known'}</td><td class="num">${count(after)}</td><td class="num">${count(used)}</td></tr>`,
  )}</tbody></table>`;
  return html`${legend(levels.map(([level]) => ({ className: className(level), text: level })))}<div class="mix" aria-hidden="true">${mix('Before', 1)}${mix('After', 2)}${mix('Used', 3)}</div>${table === 'open' ? figures : html`<details class="fold"><summary>As a table</summary>${figures}</details>`}`;
}

export const levelsSection = (plan: Plan): Markup =>
  html`<section id="levels" aria-labelledby="levels-title"><h2 id="levels-title">Access levels, before and after</h2><p>Each bar is the whole set of actions, split by AWS access level.</p><div class="card">${levelMix(plan.levels, plan.before !== undefined)}</div></section>`;

/** The window's last day; its end is exclusive. */
function lastDay(plan: Plan): string {
  const end = Date.parse(plan.window.to);
  return Number.isNaN(end) ? plan.window.to : new Date(end - 1).toISOString().slice(0, 10);
}

const HEAT_ROWS = 40;
const SHADES = 5;

/** Upper bounds of the shades: five equal steps on a logarithmic scale up to the busiest day. */
function shades(busiest: number): readonly number[] {
  const bounds = Array.from({ length: SHADES }, (_, at) =>
    at === SHADES - 1 ? busiest : Math.ceil(busiest ** ((at + 1) / SHADES)),
  );
  return [...new Set(bounds)];
}

export function activitySection(plan: Plan): Markup {
  const byService = new Map<string, { calls: number; days: Map<string, number>; last: string }>();
  for (const [service, date, calls] of plan.heatmap) {
    const row = byService.get(service) ?? { calls: 0, days: new Map<string, number>(), last: '' };
    row.calls += calls;
    row.days.set(date, calls);
    if (date > row.last) row.last = date;
    byService.set(service, row);
  }
  const ranked = [...byService].sort((a, b) => b[1].calls - a[1].calls || (a[0] < b[0] ? -1 : 1));
  const rest = ranked.length - HEAT_ROWS;
  const bounds = shades(plan.heatmap.reduce((most, [, , calls]) => Math.max(most, calls), 1));
  const shade = (calls: number): string =>
    calls <= 0 ? 'h0' : `h${SHADES - bounds.length + 1 + bounds.findIndex((bound) => calls <= bound)}`;
  const range = (bound: number, at: number): Part => {
    const from = (bounds[at - 1] ?? 0) + 1;
    return from >= bound ? count(bound) : html`${count(from)}&ndash;${count(bound)}`;
  };
  return html`<section id="activity" aria-labelledby="activity-title"><h2 id="activity-title">Activity by service and day</h2><p>Calls a day that were seen in the logs.</p><div class="card">${legend(
    [
      { className: 'h0', text: 'none' },
      ...bounds.map((bound, at) => ({ className: shade(bound), text: range(bound, at) })),
    ],
  )}${dayGrid({
    label: 'Calls by service and day',
    rows: ranked.slice(0, HEAT_ROWS).map(([service, row]) => [service, row.days]),
    from: day(plan.window.from),
    to: lastDay(plan),
    unit: 'call',
    className: shade,
  })}${rest > 0 ? html`<p class="soft">${plural(rest, 'more service')} with fewer calls in the table.</p>` : ''}<details class="fold"><summary>As a table</summary><div class="scroll"><table><thead><tr><th scope="col">Service</th><th scope="col" class="num">Calls</th><th scope="col" class="num">Days with calls</th><th scope="col">Last</th></tr></thead><tbody>${ranked.map(
    ([service, row]) =>
      html`<tr><th scope="row"><code>${service}</code></th><td class="num">${count(row.calls)}</td><td class="num">${count(row.days.size)}</td><td>${row.last}</td></tr>`,
  )}</tbody></table></div></details></div></section>`;
}

const COVER_ROWS = 40;

export function coverageSection(plan: Plan): Markup {
  const { coverage, ignored, accounting } = plan.evidence;
  const cells = new Map<string, Map<string, number>>();
  for (const [account, region, date, objects] of coverage.cells) {
    const name = account === plan.principal.accountId ? region : `${account} ${region}`;
    const row = cells.get(name) ?? new Map<string, number>();
    row.set(date, (row.get(date) ?? 0) + objects);
    cells.set(name, row);
  }
  const names = [...cells.keys()].sort();
  const { management } = coverage;
  return html`<section id="coverage" aria-labelledby="coverage-title"><h2 id="coverage-title">What the evidence covers</h2><p>Coverage is ${coverage.state}. Management events: read ${management.read}, write ${management.write}.${management.excludedSources.length === 0 ? '' : html` Not recorded: <code>${management.excludedSources.join(', ')}</code>.`}</p><div class="card">${legend(
    [
      { className: 'h4', text: 'log objects read' },
      { className: 's-blind', text: 'none read' },
    ],
  )}${dayGrid({
    label: 'Days with log objects, by region',
    rows: names.slice(0, COVER_ROWS).map((name) => [name, cells.get(name)!]),
    from: day(plan.window.from),
    to: lastDay(plan),
    unit: 'object',
    className: (objects) => (objects > 0 ? 'h4' : 's-blind'),
  })}${names.length > COVER_ROWS ? html`<p class="soft">${plural(names.length - COVER_ROWS, 'more region')} in result.json.</p>` : ''}
<h3 class="gap">Gaps</h3>${
    coverage.gaps.length === 0
      ? html`<p>None known.</p>`
      : html`<div class="scroll"><table><thead><tr><th scope="col">What</th><th scope="col">Kind</th><th scope="col">From</th><th scope="col">To</th></tr></thead><tbody>${coverage.gaps.map((gap) => html`<tr><th scope="row">${gap.detail}</th><td>${kindText(gap.reason)}</td><td>${gap.from === undefined ? 'whole window' : day(gap.from)}</td><td>${gap.to === undefined ? '' : day(gap.to)}</td></tr>`)}</tbody></table></div>`
  }${
    coverage.data.length === 0
      ? ''
      : html`<h3 class="gap">Data events</h3><div class="scroll"><table><thead><tr><th scope="col">Resource type</th><th scope="col">Recorded</th><th scope="col">Detail</th></tr></thead><tbody>${coverage.data.map((one) => html`<tr><th scope="row"><code>${one.resourceType}</code></th><td>${one.seen}</td><td>${one.detail}</td></tr>`)}</tbody></table></div>`
  }<details class="fold"><summary>Every record read is in exactly one bucket: ${count(accounting.records)}</summary><div class="scroll"><table><thead><tr><th scope="col">Bucket</th><th scope="col" class="num">Records</th></tr></thead><tbody>${Object.entries(
    accounting.buckets,
  ).map(
    ([name, value]) =>
      html`<tr><th scope="row">${kindText(name)}</th><td class="num">${count(value)}</td></tr>`,
  )}</tbody></table>${accounting.reasons.length === 0 ? '' : html`<ul>${accounting.reasons.map(([bucket, reason, value]) => html`<li>${kindText(bucket)}: ${reason}, ${count(value)}</li>`)}</ul>`}${ignored.length === 0 ? '' : html`<p>Objects that hold no events: ${ignored.map(([kind, value]) => `${kind} ${count(value)}`).join(', ')}.</p>`}</div></details></div></section>`;
}
