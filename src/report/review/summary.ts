/** The review at the terminal: the twenty to begin with. */
import { checkRow } from '../../plan/checks/check.ts';
import type { Review } from '../../plan/review/review.ts';
import { terminalText } from '../escape/terminal.ts';
import { clip } from '../escape/visible.ts';
import { COLOURED, PLAIN, wrap } from '../style.ts';
import { count, day, percent, plural } from '../text.ts';
import { kindText, sentence } from '../view.ts';
import { accountsText, changeLines, scopeLines, sums } from './view.ts';

const SHOWN = 20;
const NAME = 34;
const CHECKS = 12;
const SHARED = 5;

export function renderIndexSummary(review: Review, options: { colour: boolean; width: number }): string {
  const style = options.colour ? COLOURED : PLAIN;
  const say = (text: string): string => terminalText(clip(text, 300));
  const { principals, window, source } = review;
  const total = sums(review);
  const where = accountsText(review);
  const several = review.accounts.length > 1;
  const lines = [
    `${style.bold(`Access review of ${plural(principals.length, 'principal')}`)}${where === undefined ? '' : ` of ${say(where)}`}`,
    style.dim(
      `${day(window.from)} to ${day(window.to)}, ${plural(window.days, 'day')}, ${plural(source.records, 'record')} read`,
    ),
    ...(where === undefined
      ? []
      : [
          `Actions allowed, all principals together: ${count(total.before)} -> ${style.bold(count(total.after))} (${percent(total.before - total.after, total.before)} fewer)`,
        ]),
    '',
    style.dim(
      `${'score'.padStart(6)}  ${'principal'.padEnd(NAME)} ${'granted'.padStart(8)} ${'used'.padStart(6)} ${'after'.padStart(6)}  risk of what can go`,
    ),
    ...principals
      .slice(0, SHOWN)
      .map(
        (row) =>
          `${row.score.toFixed(1).padStart(6)}  ${say(clip(`${several ? `${row.accountId} ` : `${row.kind} `}${row.name}`, NAME)).padEnd(NAME)} ${(row.actions.before === undefined ? '' : count(row.actions.before)).padStart(8)} ${count(row.actions.used).padStart(6)} ${count(row.actions.after).padStart(6)}  ${row.state === 'planned' ? row.risks.map(kindText).join(', ') : row.state === 'failed' ? 'could not be judged' : 'not judged'}`,
      ),
    ...(principals.length > SHOWN
      ? [style.dim(`        and ${count(principals.length - SHOWN)} more in the index`)]
      : []),
  ];
  const { checks } = review;
  if (checks.length > 0) {
    const few = checks.filter((one) => /critical|high/.test(one.severity)).slice(0, CHECKS);
    lines.push('', style.bold(`Best practices: ${plural(checks.length, 'result')}`));
    for (const one of few)
      lines.push(
        ...wrap(
          say(`${one.severity.padEnd(8)} ${checkRow(one.check).title}: ${one.subject}: ${one.evidence}`),
          options.width - 3,
        ).map((line) => `  ${line}`),
      );
    if (checks.length > few.length)
      lines.push(style.dim(`  and ${count(checks.length - few.length)} more: --format checks, or the index`));
  }
  const shared = principals.filter((row) => (row.usedBy?.workloads.length ?? 0) > 1);
  if (shared.length > 0) {
    lines.push('', style.bold(`Shared by several workloads: ${plural(shared.length, 'role')}`));
    for (const { name, usedBy } of shared.slice(0, SHARED))
      lines.push(
        ...wrap(
          say(`${name}: ${usedBy!.workloads.map((one) => `${one.workload} used ${one.used}`).join(', ')}`),
          options.width - 3,
        ).map((line) => `  ${line}`),
      );
    if (shared.length > SHARED)
      lines.push(style.dim(`  and ${count(shared.length - SHARED)} more in the index`));
  }
  const changes = changeLines(review);
  if (changes.length > 0)
    lines.push('', style.bold(`Since ${day(review.changes!.since)}`), ...changes.map((line) => `  ${line}`));
  const scope = scopeLines(review);
  if (scope.length > 0)
    lines.push('', ...scope.flatMap((line) => wrap(say(sentence(line)), options.width - 1)));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
