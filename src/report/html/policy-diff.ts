/** The policy's change twice: statement by statement with reasons, and line by line. */
import type { Plan } from '../../plan/plan.ts';
import { type DocumentPair, documentPairs } from '../diff/pairs.ts';
import { type StatementDiff, semanticDiff } from '../diff/semantic.ts';
import { statementText } from '../diff/semantic-text.ts';
import { documentEdits } from '../diff/unified.ts';
import { html, type Markup } from '../escape/html.ts';
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

const SIGN = { kept: '= kept', narrowed: '~ narrowed', removed: '− removed', moved: '> moved' } as const;

function fate(one: StatementDiff): Markup {
  const rest = one.findings.length - FINDINGS;
  return html`<div class="fate ${one.fate}"><div><span class="word">${SIGN[one.fate]}</span></div><div><h3>${one.statement} <span class="soft">in ${one.policy}</span></h3><p class="was"><span class="soft">was</span> <code>${statementText(one.before)}</code></p>${one.fate === 'moved' ? html`<p class="now"><span class="soft">now in the new statements below</span></p>` : ''}${one.fate === 'kept' ? '' : one.after.map((next) => html`<p class="now"><span class="soft">now</span> <code>${statementText(next.statement)}</code></p>`)}${
    one.findings.length === 0
      ? ''
      : html`<ul>${one.findings.slice(0, FINDINGS).map((finding) => html`<li><code>${finding.subject}</code>: ${kindText(finding.kind)}, ${lastUsed(finding)}. ${finding.reason}</li>`)}${rest > 0 ? html`<li>and ${plural(rest, 'more finding')}</li>` : ''}</ul>`
  }</div></div>`;
}

function lines(pair: DocumentPair): Markup {
  const edits = documentEdits(pair.before?.document, pair.after?.document);
  const name = [pair.before?.name, pair.after?.name].filter((one) => one !== undefined).join(' → ');
  const suffix =
    pair.after === undefined ? ' (no longer attached)' : pair.before === undefined ? ' (new)' : '';
  const body = edits.slice(0, LINES).map((edit) => {
    const className = edit.op === '-' ? 'd' : edit.op === '+' ? 'a' : 'c';
    return html`<span class="${className}">${edit.op} ${edit.line}</span>`;
  });
  const cut =
    edits.length > LINES ? html`<span class="cut">${plural(edits.length - LINES, 'more line')}</span>` : '';
  return html`<details class="fold"${pair.after === undefined ? '' : html` open`}><summary><code>${name}</code>${suffix}</summary><div class="diff" tabindex="0" role="region" aria-label="Line by line: ${name}"><pre>${body}${cut}</pre></div></details>`;
}
