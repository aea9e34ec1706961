/** The page's part on the accounts: what each comes to, and which could not be read. */
import type { Review, ReviewAccount } from '../../plan/review/review.ts';
import { html, type Markup } from '../escape/html.ts';
import { bar } from '../html/chart.ts';
import { count } from '../text.ts';
import { sentence } from '../view.ts';
import { sums } from './view.ts';

const STATE = { read: '', unread: 'not reviewed', closed: 'closed' } as const;

/** Nothing for one account that was read: the page's head says it. */
export function accountsSection(review: Review): Markup | string {
  const { accounts } = review;
  if (accounts.length < 2 && accounts.every((one) => one.state === 'read')) return '';
  const most = Math.max(1, ...accounts.map((one) => sums(review, one.accountId).before));
  return html`<section aria-labelledby="accounts-title"><h2 id="accounts-title">Accounts</h2><div class="card scroll"><table><thead><tr><th scope="col">Account</th><th scope="col">Actions granted</th><th scope="col" class="num">Principals</th><th scope="col" class="num">Granted</th><th scope="col" class="num">Used</th><th scope="col" class="num">Can go</th><th scope="col" class="num">Best practices</th></tr></thead><tbody>${accounts.map((one) => row(review, one, most))}</tbody></table></div></section>`;
}

function row(review: Review, one: ReviewAccount, most: number): Markup {
  const head = html`<th scope="row"><code>${one.accountId}</code>${one.name === undefined ? '' : html` ${one.name}`}${one.state === 'read' ? '' : html`<div class="soft">${STATE[one.state]}: ${sentence(one.note ?? '')}</div>`}</th>`;
  if (one.state !== 'read')
    return html`<tr>${head}<td></td><td></td><td></td><td></td><td></td><td></td></tr>`;
  const { principals, before, after, used } = sums(review, one.accountId);
  const checks = review.checks.filter((check) => check.subject.split(':')[4] === one.accountId).length;
  const kept = Math.min(used, after);
  return html`<tr>${head}<td class="bar">${bar(
    [
      { className: 's-used', value: kept, label: `${count(used)} used` },
      { className: 's-rest', value: after - kept, label: `${count(after - kept)} kept besides` },
      { className: 's-gone', value: before - after, label: `${count(before - after)} can go` },
    ],
    most,
  )}</td><td class="num">${count(principals)}</td><td class="num">${count(before)}</td><td class="num">${count(used)}</td><td class="num">${count(before - after)}</td><td class="num">${count(checks)}</td></tr>`;
}
