/** The page's part on best practices: a disclosure each, with the subjects that do not meet it. */
import { type CheckResult, checkRow } from '../../plan/checks/check.ts';
import type { Review } from '../../plan/review/review.ts';
import { html, type Markup } from '../escape/html.ts';
import { count, plural } from '../text.ts';

const SHOWN = 100;

export function checksSection(review: Review): Markup | string {
  if (review.accounts.length === 0) return '';
  const groups = new Map<string, CheckResult[]>();
  for (const one of review.checks) {
    const known = groups.get(one.check);
    if (known) known.push(one);
    else groups.set(one.check, [one]);
  }
  return html`<section aria-labelledby="checks-title"><h2 id="checks-title">Best practices</h2><p>${groups.size === 0 ? 'Every check that could be made is met.' : `${plural(review.checks.length, 'result')} of ${plural(groups.size, 'check')}. Checks without their input, such as a credential report, say nothing.`}</p>${groups.size === 0 ? '' : html`<div class="card"><ol class="findings">${[...groups].map(group)}</ol></div>`}</section>`;
}

function group([id, results]: readonly [string, readonly CheckResult[]]): Markup {
  const { title, fix, page } = checkRow(id);
  const worst = results[0]!.severity;
  return html`<li class="finding"><details><summary><span class="chip ${worst}">${worst}</span><span class="kind notice">${id}</span><span class="what"><span class="subject">${title}</span><span class="why">${fix}</span></span><span class="used">${plural(results.length, 'result')}</span></summary><div class="detail"><p><a href="${page}" rel="noreferrer">${page}</a></p><dl>${results.slice(0, SHOWN).map((one) => html`<dt><code>${one.subject}</code></dt><dd>${one.evidence}</dd>`)}</dl>${results.length > SHOWN ? html`<p>${count(results.length - SHOWN)} more in checks.csv.</p>` : ''}</div></details></li>`;
}
