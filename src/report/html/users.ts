/** Who used the principal: sessions, workloads and addresses, as far as the logs name them. */
import type { DistinctValues, Plan } from '../../plan/plan.ts';
import { html, type Markup } from '../escape/html.ts';

export function usersSection({ principal }: Plan): Markup | string {
  const lists: readonly (readonly [label: string, values: DistinctValues])[] = [
    ['Workloads', principal.workloads],
    ['Sessions', principal.sessions],
    ['Addresses', principal.sourceIps],
  ];
  const some = lists.filter(([, { values }]) => values.length > 0);
  if (some.length === 0) return '';
  return html`<section class="long" aria-labelledby="users-title"><h2 id="users-title">Who used it</h2><div class="card"><dl>${some.map(([label, { values, more }]) => html`<dt>${label}</dt>${values.map((one) => html`<dd><code>${one}</code></dd>`)}${more ? html`<dd>and more</dd>` : ''}`)}</dl></div></section>`;
}
