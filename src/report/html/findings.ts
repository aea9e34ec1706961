/** Findings: as plain disclosure rows without a script, to filter and sort with it. */
import type { Plan } from '../../plan/plan.ts';
import { html, htmlText, Markup, scriptJson } from '../escape/html.ts';
import { flat, once } from '../once.ts';
import { count, plural } from '../text.ts';
import { groupOf, SEVERITIES } from '../view.ts';
import { type Row, rows } from './rows.ts';

/** Rows in the page itself, for readers without a script. */
const STATIC = 50;

export function findingsSection(plan: Plan): Markup {
  const all = rows(plan);
  const inGroup = (group: string): string =>
    count(plan.findings.filter((one) => groupOf(one.kind) === group).length);
  const segment = (group: string, text: string, pressed: 'true' | 'false'): Markup =>
    html`<button type="button" data-group="${group}" aria-pressed="${pressed}">${text}</button>`;
  return html`<section id="findings" class="long" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2><p>Each proposed change and each deliberate keep. Open one for its evidence.</p><div class="card"><div id="findings-tools" class="tools" hidden><label class="grow">Search (press /)<input id="findings-search" type="search" autocomplete="off" spellcheck="false"></label><div class="segments" role="group" aria-label="Show">${segment('all', `All ${count(all.length)}`, 'true')}${segment('removal', `Removed ${inGroup('removal')}`, 'false')}${segment('keep', `Kept ${inGroup('keep')}`, 'false')}${segment('notice', `Look into ${inGroup('notice')}`, 'false')}</div><label>Severity<select id="findings-severity"><option value="">any</option>${SEVERITIES.filter((one) => one !== 'info').map((one) => html`<option value="${one}">${one === 'critical' ? one : `${one} or worse`}</option>`)}</select></label><label>Sort by<select id="findings-sort"><option value="severity">severity</option><option value="subject">name</option><option value="calls">most calls</option><option value="last">last used, newest</option><option value="oldest">last used, oldest</option></select></label></div><p id="findings-status" class="soft" role="status" aria-live="polite">${plural(all.length, 'finding')}</p><ol id="findings-list" class="findings">${all.slice(0, STATIC).map(staticRow)}</ol>${all.length > STATIC ? html`<noscript><p>${plural(all.length - STATIC, 'more finding')} in result.json and findings.csv.</p></noscript>` : ''}<button id="findings-more" type="button" hidden>Show more</button></div>
<script type="application/json" id="findings-data">${new Markup(`[${all.map(rowJson).join()}]`)}</script></section>`;
}

const rowJson = once((row: Row) => scriptJson(row).text);
const staticRow = once(drawn);

/** Put together as text: these rows are a quarter of a page. */
function drawn(row: Row): Markup {
  const reason = htmlText(row.reason);
  let more = '';
  for (const [label, values] of row.more) {
    more += `<dt>${htmlText(label)}</dt><dd>`;
    for (const value of values) more += `<span class="value">${htmlText(value)}</span>`;
    more += '</dd>';
  }
  return new Markup(
    flat(
      `<li class="finding"><details><summary><span class="chip ${htmlText(row.severity)}">${htmlText(row.severity)}</span><span class="kind ${htmlText(row.group)}">${htmlText(row.kind)}</span><span class="what"><code class="subject">${htmlText(row.subject)}</code><span class="why">${reason}</span></span><span class="used">${htmlText(row.used)}</span></summary><div class="detail"><p>${reason}</p><dl><dt>confidence</dt><dd>${htmlText(row.confidence)}</dd>${more}</dl></div></details></li>`,
    ),
  );
}
