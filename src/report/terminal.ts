/** The summary at the terminal: what a person reads first, and often the only thing. */
import type { Plan, Severity } from '../plan/plan.ts';
import { terminalText } from './escape/terminal.ts';
import { clip } from './escape/visible.ts';
import { COLOURED, PLAIN, type Style, wrap } from './style.ts';
import { count, listed, plural } from './text.ts';
import {
  findingsOf,
  kindText,
  lastUsed,
  nextSteps,
  principalText,
  proofLines,
  reduction,
  sentence,
  subjectText,
  totals,
  windowText,
} from './view.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  /** Columns; at least 40 are assumed. */
  readonly width: number;
}

const SHOWN = { removals: 8, keeps: 5, notices: 5, wildcards: 5, usage: 10 } as const;
const LONGEST = 300;

/** The summary as text, with a line feed at its end. The first line is the evidence's statement where it is incomplete. */
export function renderTerminal(plan: Plan, options: TerminalOptions): string {
  const style = options.colour ? COLOURED : PLAIN;
  const width = Math.max(40, options.width) - 1;
  const say = (text: string): string => terminalText(clip(text, LONGEST));
  const lines: string[] = [];
  const block = (text: string, indent: string, paint = (one: string): string => one): void => {
    for (const line of wrap(say(text), width - indent.length)) lines.push(indent + paint(line));
  };
  const heading = (title: string, note = ''): void => {
    lines.push('', style.bold(title) + (note === '' ? '' : ` ${style.dim(note)}`));
  };

  if (!plan.evidence.complete) block(sentence(plan.evidence.statement), '', style.yellow);
  lines.push(`${style.bold(say(principalText(plan)))} ${style.dim(say(plan.principal.arn))}`);
  lines.push(
    style.dim(`${say(windowText(plan))}, ${plural(plan.evidence.accounting.records, 'record')} read`),
  );
  if (plan.evidence.complete) block(sentence(plan.evidence.statement), '', style.dim);

  lines.push('');
  for (const one of totals(plan))
    lines.push(
      one.before === undefined
        ? `  ${one.label.padEnd(9)} ${style.bold(count(one.after))}`
        : `  ${one.label.padEnd(9)} ${count(one.before).padStart(7)} -> ${style.bold(count(one.after).padEnd(6))} ${bar(one.before, one.after, Math.min(24, width - 48), style)} ${style.dim(reduction(one))}`,
    );
  if (plan.before === undefined) lines.push(style.dim('  no account was given: nothing could be compared'));

  const removals = findingsOf(plan, 'removal');
  if (removals.length > 0) {
    heading('Removed or narrowed', `(${count(removals.length)})`);
    for (const one of removals.slice(0, SHOWN.removals)) {
      lines.push(
        `  ${mark(one.severity, style)} ${style.bold(say(subjectText(one)))}  ${style.dim(kindText(one.kind))}`,
      );
      block(one.reason, '    ');
      block(`${lastUsed(one)}; confidence ${one.confidence}`, '    ', style.dim);
      if (one.impact !== undefined) block(`if wrong: ${one.impact}`, '    ', style.dim);
    }
    more(lines, removals.length - SHOWN.removals, style);
  }
  const keeps = findingsOf(plan, 'keep').filter((one) => one.kind !== 'keep-used');
  if (keeps.length > 0) {
    heading('Kept although not seen used', `(${count(keeps.length)})`);
    for (const one of keeps.slice(0, SHOWN.keeps)) {
      lines.push(
        `  ${style.green('=')} ${style.bold(say(subjectText(one)))}  ${style.dim(kindText(one.kind))}`,
      );
      block(one.reason, '    ');
    }
    more(lines, keeps.length - SHOWN.keeps, style);
  }
  const notices = findingsOf(plan, 'notice');
  if (notices.length > 0) {
    heading('To look into', `(${count(notices.length)})`);
    for (const one of notices.slice(0, SHOWN.notices)) {
      lines.push(
        `  ${mark(one.severity, style)} ${style.bold(say(subjectText(one)))}  ${style.dim(kindText(one.kind))}`,
      );
      block(one.reason, '    ');
    }
    more(lines, notices.length - SHOWN.notices, style);
  }
  if (plan.generalisations.length > 0) {
    heading('Wildcards written', `(${count(plan.generalisations.length)})`);
    for (const one of plan.generalisations.slice(0, SHOWN.wildcards)) {
      lines.push(`  ${style.cyan(say(one.pattern))}`);
      block(
        one.count === 0
          ? `${one.rule}: for ${listed(one.actions, 3)}`
          : `${one.rule}: ${plural(one.count, 'resource')}, e.g. ${listed(one.examples, 1)}`,
        '    ',
        style.dim,
      );
    }
    more(lines, plan.generalisations.length - SHOWN.wildcards, style);
  }
  if (plan.before === undefined && plan.usage.length > 0) {
    heading('Used', `(${plural(plan.usage.length, 'permission')})`);
    for (const one of plan.usage.slice(0, SHOWN.usage))
      lines.push(`  ${say(one.action)} ${style.dim(`${plural(one.count, 'call')} on ${say(one.resource)}`)}`);
    more(lines, plan.usage.length - SHOWN.usage, style);
  }
  heading('Proof');
  for (const one of proofLines(plan)) {
    const sign =
      one.state === 'good' ? style.green('ok') : one.state === 'bad' ? style.red('NO') : style.yellow('??');
    const [first = '', ...rest] = wrap(say(one.text), width - 17);
    lines.push(`  ${sign} ${one.name.padEnd(11)} ${first}`, ...rest.map((line) => ' '.repeat(17) + line));
  }
  heading('Next');
  nextSteps(plan).forEach((step, index) => {
    const [first = '', ...rest] = wrap(say(step), width - 5);
    lines.push(`  ${index + 1}. ${first}`, ...rest.map((line) => `     ${line}`));
  });
  return `${lines.join('\n')}\n`;
}

const mark = (severity: Severity, style: Style): string => {
  if (severity === 'critical' || severity === 'high') return style.red('!');
  return severity === 'medium' ? style.yellow('-') : style.dim('-');
};

const more = (lines: string[], rest: number, style: Style): void => {
  if (rest > 0) lines.push(style.dim(`  and ${count(rest)} more in report.md`));
};

const bar = (before: number, after: number, width: number, style: Style): string => {
  if (width < 8) return '';
  const share = before === 0 ? 0 : Math.min(1, after / before);
  const full = share === 0 ? 0 : Math.max(1, Math.round(share * width));
  return style.green('#'.repeat(full)) + style.dim('.'.repeat(width - full));
};
