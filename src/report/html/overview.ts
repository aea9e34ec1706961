/** The head of the page: who, when, how sure, and the three figures people remember. */
import type { Plan } from '../../plan/plan.ts';
import { html, type Markup } from '../escape/html.ts';
import { bytes, count, plural } from '../text.ts';
import { kindText, nextSteps, proofLines, reduction, sentence, totals, windowText } from '../view.ts';
import { bar } from './chart.ts';

export const banner = (plan: Plan): Markup | undefined =>
  plan.evidence.complete
    ? undefined
    : html`<div class="banner" role="status"><div class="wrap"><p>${sentence(plan.evidence.statement)}</p></div></div>`;

export function hero(plan: Plan): Markup {
  const { principal, evidence } = plan;
  return html`<header class="hero">
<p class="eyebrow">Removal report for a ${principal.kind}</p>
<h1>${principal.name}</h1>
<p class="arn"><code>${principal.arn}</code></p>
<p class="soft">${windowText(plan)}. ${plural(evidence.accounting.records, 'record')} from ${plural(evidence.objects.read, 'object')} (${bytes(evidence.objects.bytes)}).${evidence.complete ? html` ${sentence(evidence.statement)}` : ''}</p>
<div class="stats">${totals(plan).map(stat)}</div>
${plan.before === undefined ? html`<p class="soft">No account was given, so nothing could be compared with what is attached.</p>` : ''}
</header>`;
}

function stat(one: ReturnType<typeof totals>[number]): Markup {
  const label =
    one.label === 'actions' ? 'Actions allowed' : one.label === 'services' ? 'Services' : 'Policies';
  if (one.before === undefined)
    return html`<div class="stat"><p class="label">${label}</p><p class="figures"><span class="now">${count(one.after)}</span></p></div>`;
  const scale = Math.max(one.before, one.after);
  return html`<div class="stat"><p class="label">${label}</p><p class="figures"><span class="was">${count(one.before)}</span><span aria-hidden="true">&rarr;</span><span class="visually-hidden">to</span><span class="now">${count(one.after)}</span><span class="by">${reduction(one)}</span></p><div class="mini">${bar(
    [
      { className: 's-used', value: one.after, label: `after: ${count(one.after)}` },
      { className: 's-gone', value: scale - one.after, label: `before: ${count(one.before)}` },
    ],
    scale,
  )}</div></div>`;
}

const VERDICT = { good: html`&check; Holds`, bad: html`&#10005; Fails`, open: '? Open' } as const;
const TITLE = {
  replay: 'What was used stays allowed',
  containment: 'Nothing new is allowed',
  size: 'It fits into IAM',
  analyzer: 'IAM Access Analyzer agrees',
} as const;

export function proofSection(plan: Plan): Markup {
  const { replay, containment, inputDigests } = plan.proof;
  const wider = containment.counterexample;
  return html`<section id="proof" aria-labelledby="proof-title"><h2 id="proof-title">Proof</h2><p>Statements a machine checked for this run; <code>gen-policy verify</code> checks them again.</p>
<div class="proofs">${proofLines(plan).map(
    (one) =>
      html`<div class="card ${one.state}"><p class="verdict">${VERDICT[one.state]}</p><h3>${TITLE[one.name]}</h3>${one.name === 'size' ? sizes(plan) : html`<p>${sentence(one.name === 'containment' && one.state === 'good' ? plan.proof.containment.detail : one.text)}</p>`}</div>`,
  )}</div>
${wider === undefined ? '' : html`<p>For example <code>${wider.action}</code> on <code>${wider.resource}</code>${wider.context.map(([key, value]) => html`, <code>${key} = ${value}</code>`)}.</p>`}
${
  replay.misses.length === 0
    ? ''
    : html`<div class="card scroll"><table><caption class="visually-hidden">Uses the new policies would deny</caption><thead><tr><th>Action</th><th>Resource</th><th>Why</th></tr></thead><tbody>${replay.misses.slice(0, 200).map((one) => html`<tr><th scope="row"><code>${one.action}</code></th><td><code>${one.resource}</code></td><td>${one.reason}</td></tr>`)}</tbody></table></div>`
}
${inputDigests.length === 0 ? '' : html`<details class="fold"><summary>Made from (SHA-256)</summary><dl>${inputDigests.map(([name, sha]) => html`<dt>${name}</dt><dd><code>${sha}</code></dd>`)}</dl></details>`}
</section>`;
}

function sizes(plan: Plan): Markup {
  if (plan.proof.sizes.length === 0) return html`<p>No policy to write.</p>`;
  return html`<ul class="sizes">${plan.proof.sizes.map(
    (one) =>
      html`<li><code>${one.policy}</code> ${count(one.characters)} of ${count(one.limit)} characters<div class="mini">${bar(
        [
          {
            className: one.characters > one.limit ? 's-over' : 's-used',
            value: one.characters,
            label: count(one.characters),
          },
          { className: 's-rest', value: Math.max(0, one.limit - one.characters), label: 'free' },
        ],
        Math.max(one.limit, one.characters),
      )}</div></li>`,
  )}</ul>`;
}

export const nextSection = (plan: Plan): Markup =>
  html`<section id="next" aria-labelledby="next-title"><h2 id="next-title">What to change</h2>${
    plan.changes.length === 0
      ? ''
      : html`<div class="card scroll"><table><thead><tr><th>Change</th><th>Policy</th><th class="optional">Kind</th><th>Why</th></tr></thead><tbody>${plan.changes.map((one) => html`<tr><th scope="row">${kindText(one.change)}</th><td><code>${one.policy}</code></td><td class="optional">${one.source === undefined ? '' : kindText(one.source)}</td><td>${one.reason}</td></tr>`)}</tbody></table></div>`
  }<ol class="next">${nextSteps(plan).map((step) => html`<li>${step}</li>`)}</ol></section>`;
