/** The semantic diff as text. */
import type { JsonStatement, Plan } from '../../plan/plan.ts';
import { terminalText } from '../escape/terminal.ts';
import { COLOURED, PLAIN, type Style } from '../style.ts';
import { count, listed } from '../text.ts';
import { groupOf, kindText, lastUsed, SEVERITIES } from '../view.ts';
import { type StatementDiff, type StatementFate, semanticDiff } from './semantic.ts';

const SIGN: Readonly<Record<StatementFate, string>> = { kept: '=', narrowed: '~', removed: '-', moved: '>' };
const SHOWN = 12;

/** `Allow s3:GetObject, s3:PutObject on arn:...`; one line. */
export function statementText(statement: JsonStatement): string {
  const list = (value: string | readonly string[] | undefined): string =>
    value === undefined ? '' : typeof value === 'string' ? value : listed(value, SHOWN);
  const actions =
    statement.Action === undefined ? `all but ${list(statement.NotAction)}` : list(statement.Action);
  const resources =
    statement.Resource === undefined ? `all but ${list(statement.NotResource)}` : list(statement.Resource);
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.keys(keys).map((key) => `${operator} ${key}`),
  );
  return `${statement.Effect} ${actions} on ${resources}${conditions.length === 0 ? '' : ` if ${conditions.join(' and ')}`}`;
}

/** For a terminal or a file; every line says what happens to one thing. */
export function renderSemantic(plan: Plan, options: { readonly colour: boolean }): string {
  const style = options.colour ? COLOURED : PLAIN;
  const { statements, added } = semanticDiff(plan);
  const lines: string[] = [];
  if (!plan.evidence.complete) lines.push(style.yellow(terminalText(plan.evidence.statement)));
  let policy: string | undefined;
  for (const one of statements) {
    if (one.policy !== policy) {
      policy = one.policy;
      const change = plan.changes.find((candidate) => candidate.policy === policy);
      lines.push(
        `${lines.length === 0 ? '' : '\n'}${style.bold(terminalText(policy))}${change === undefined ? '' : style.dim(`  ${terminalText(`${kindText(change.change)}: ${change.reason}`)}`)}`,
      );
    }
    lines.push(...statementLines(one, style));
  }
  if (added.length > 0) {
    lines.push(`${lines.length === 0 ? '' : '\n'}${style.bold('new statements')}`);
    for (const one of added)
      lines.push(`  ${style.green('+')} ${terminalText(`${one.policy}: ${statementText(one.statement)}`)}`);
  }
  return `${lines.length === 0 ? 'nothing to compare' : lines.join('\n')}\n`;
}

function statementLines(one: StatementDiff, style: Style): readonly string[] {
  const paint = one.fate === 'removed' ? style.red : one.fate === 'narrowed' ? style.yellow : style.green;
  const lines = [`  ${paint(SIGN[one.fate])} ${style.bold(terminalText(one.statement))} ${paint(one.fate)}`];
  lines.push(style.dim(`      was ${terminalText(statementText(one.before))}`));
  if (one.fate === 'moved') lines.push(style.dim('      now in the new statements below'));
  if (one.fate !== 'kept')
    for (const next of one.after)
      lines.push(
        style.dim(`      now ${terminalText(statementText(next.statement))} (${terminalText(next.policy)})`),
      );
  const findings = [...one.findings].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  for (const finding of findings.slice(0, SHOWN)) {
    const group = groupOf(finding.kind);
    const sign =
      group === 'removal' ? style.red('-') : group === 'keep' ? style.green('=') : style.yellow('!');
    lines.push(
      `      ${sign} ${terminalText(`${finding.subject}: ${kindText(finding.kind)}, ${lastUsed(finding)}. ${finding.reason}`)}`,
    );
  }
  if (findings.length > SHOWN)
    lines.push(style.dim(`      and ${count(findings.length - SHOWN)} more findings in result.json`));
  return lines;
}
