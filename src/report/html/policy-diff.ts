/** The policy's change twice: statement by statement with reasons, and line by line. */
import type { JsonPolicy, Plan } from '../../plan/plan.ts';
import { diffLines } from '../diff/lines.ts';
import { type DocumentPair, documentPairs } from '../diff/pairs.ts';
import { type StatementDiff, semanticDiff } from '../diff/semantic.ts';
import { statementText } from '../diff/semantic-text.ts';
import { documentText, linesOf } from '../diff/unified.ts';
import { html, htmlText, Markup } from '../escape/html.ts';
import { flat } from '../once.ts';
import { plural } from '../text.ts';
import { kindText, lastUsed } from '../view.ts';

const LINES = 4_000;
const FINDINGS = 8;

export function diffSection(plan: Plan): Markup {
  const { statements, added } = semanticDiff(plan);
  const pairs = documentPairs(plan);
  return html`<section id="diff" class="long" aria-labelledby="diff-title"><h2 id="diff-title">The policy, before and after</h2><p>What becomes of each statement, and why.</p><div class="card">${statements.map(fate)}${added.map(
    (one) =>
      html`<div class="fate new"><div><span class="word">+ new</span></div><div><h3>${one.statement.Sid ?? one.policy}</h3><p class="now"><code>${statementText(one.statement)}</code></p></div></div>`,
  )}${statements.length + added.length === 0 ? html`<p>No policy was written.</p>` : ''}</div>${pairs.map(lines)}</section>`;
}

const SIGN = {
  kept: '= kept',
  narrowed: '~ narrowed',
  removed: html`&minus; removed`,
  moved: '> moved',
} as const;

function fate(one: StatementDiff): Markup {
  const rest = one.findings.length - FINDINGS;
  return html`<div class="fate ${one.fate}"><div><span class="word">${SIGN[one.fate]}</span></div><div><h3>${one.statement} <span class="soft">in ${one.policy}</span></h3><p class="was"><span class="soft">was</span> <code>${statementText(one.before)}</code></p>${one.fate === 'moved' ? html`<p class="now"><span class="soft">now in the new statements below</span></p>` : ''}${one.fate === 'kept' ? '' : one.after.map((next) => html`<p class="now"><span class="soft">now</span> <code>${statementText(next.statement)}</code></p>`)}${
    one.findings.length === 0
      ? ''
      : html`<ul>${one.findings.slice(0, FINDINGS).map((finding) => html`<li><code>${finding.subject}</code>: ${kindText(finding.kind)}, ${lastUsed(finding)}. ${finding.reason}</li>`)}${rest > 0 ? html`<li>and ${plural(rest, 'more finding')}</li>` : ''}</ul>`
  }</div></div>`;
}

const CLASS = { '-': 'd', '+': 'a', ' ': 'c' } as const;

function lines(pair: DocumentPair): Markup {
  const names = [pair.before?.name, pair.after?.name].filter((one) => one !== undefined);
  const name = names.map((one, at) => (at === 0 ? one : html` &rarr; ${one}`));
  const suffix =
    pair.after === undefined ? ' (no longer attached)' : pair.before === undefined ? ' (new)' : '';
  return html`<details class="fold"${pair.after === undefined ? '' : html` open`}><summary><code>${name}</code>${suffix}</summary><div class="diff" tabindex="0" role="region" aria-label="Line by line: ${name}"><pre>${lineByLine(pair.before?.document, pair.after?.document)}</pre></div></details>`;
}

/** Policies are shared: of a review's pages many show the same change. Bounded, as a review may be of any size. */
const drawn = new Map<string, Markup>();
const DRAWN = 200;

function lineByLine(before: JsonPolicy | undefined, after: JsonPolicy | undefined): Markup {
  const [olds, news] = [documentText(before), documentText(after)];
  const key = `${olds}\n\n${news}`;
  const known = drawn.get(key);
  if (known) return known;
  const edits = diffLines(linesOf(olds), linesOf(news));
  let body = '';
  for (const { op, line } of edits.length > LINES ? edits.slice(0, LINES) : edits)
    body += `<span class="${CLASS[op]}">${op} ${htmlText(line)}</span>`;
  if (edits.length > LINES)
    body += html`<span class="cut">${plural(edits.length - LINES, 'more line')}</span>`.text;
  const markup = new Markup(flat(body));
  if (drawn.size >= DRAWN) drawn.clear();
  drawn.set(key, markup);
  return markup;
}
