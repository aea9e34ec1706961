/** The human view of `explain --event`. */
import { citationsOf, sourceOfBasis } from '../permissions/citations.ts';
import type { DescribedEvent, DescribedPermission } from '../permissions/describe.ts';
import type { When } from '../permissions/when.ts';
import { terminalText } from '../report/escape/terminal.ts';
import type { Style } from '../report/style.ts';

const SHOWN = 6;

export function describedText(event: DescribedEvent, style: Style): string {
  const lines = [style.bold(terminalText(`${event.eventSource} ${event.eventName}`))];
  if (event.status !== 'mapped') {
    const source = event.source === undefined ? '' : ` (${documents(event.source)})`;
    const what = event.status === 'unmapped' ? style.yellow('unmapped') : 'needs no permission';
    return `${lines[0]}\n  ${what}: ${event.reason}${source}\n`;
  }
  if (event.unsigned)
    lines.push(
      `  without an IAM identity it needs no permission: ${event.unsigned.reason} (${documents(event.unsigned.source)})`,
      '  signed by a role or a user it needs:',
    );
  for (const permission of event.permissions) lines.push(...permissionLines(permission, style));
  if (event.passRole.length > 0)
    lines.push(`  conditional  ${style.cyan('iam:PassRole')}  on the role in ${event.passRole.join(', ')}`);
  if (event.parameters.length > 0) lines.push(style.dim(`  read from: ${some(event.parameters, 4 * SHOWN)}`));
  return `${lines.join('\n')}\n`;
}

function permissionLines(permission: DescribedPermission, style: Style): readonly string[] {
  const { action, level, basis, when, choice, resources, observability } = permission;
  const on = resources.length === 0 ? '* (no resource-level permission)' : some(resources, SHOWN);
  const seen =
    observability.kind === 'management'
      ? 'a management event'
      : observability.kind === 'data'
        ? `a data event of ${some(observability.resourceTypes, SHOWN)}`
        : `never seen under its own name: ${observability.reason}`;
  return [
    `  ${(choice ? 'one of' : level).padEnd(12)} ${style.cyan(action)}  ${on}`,
    style.dim(`               why: ${basis}: ${documents(sourceOfBasis(basis))}`),
    ...(when ? [style.dim(`               when: ${whenText(when)}`)] : []),
    style.dim(`               CloudTrail: ${seen}`),
  ];
}

const some = (items: readonly string[], limit: number): string =>
  items.length <= limit
    ? items.join(', ')
    : `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;

const whenText = (when: When): string =>
  [
    ...(when.has ?? []).map((path) => `${path} is given`),
    ...(when.any ? [`any of ${when.any.join(', ')} is given`] : []),
    ...(when.lacks ?? []).map((path) => `${path} is not given`),
    ...Object.entries(when.match ?? {}).map(([path, pattern]) => `${path} matches ${pattern}`),
    ...Object.entries(when.notMatch ?? {}).map(([path, pattern]) => `${path} does not match ${pattern}`),
  ].join(' and ');

const documents = (source: string): string =>
  citationsOf(source)
    .map(({ title, url }) => (url === undefined ? title : `${title} <${url}>`))
    .join('; ');
