/** report.md: the removal report in full, for a repository, a ticket or an archive. */
import type { Finding, Plan } from '../plan/plan.ts';
import { written } from './deployed.ts';
import { prettyJson } from './escape/json.ts';
import { mdCode, mdCodeCell, mdFence, mdStrong, mdText } from './escape/markdown.ts';
import { clip } from './escape/visible.ts';
import { bytes, count, day, plural } from './text.ts';
import {
  findingsOf,
  kindText,
  lastUsed,
  nextSteps,
  principalText,
  proofLines,
  reduction,
  sentence,
  totals,
  windowText,
} from './view.ts';

/** The whole report. The first line is the evidence's statement where it is incomplete. */
export function renderMarkdown(plan: Plan): string {
  const removals = findingsOf(plan, 'removal');
  const keeps = findingsOf(plan, 'keep');
  const notices = findingsOf(plan, 'notice');
  const parts: string[] = [
    ...(plan.evidence.complete ? [] : [mdStrong(sentence(plan.evidence.statement))]),
    `# Removal report: ${mdText(principalText(plan))}`,
    about(plan),
    '## In numbers',
    numbers(plan),
    '## Proof',
    proof(plan),
    ...section('## What to change', changes(plan)),
    ...section(
      `## Removed or narrowed (${count(removals.length)})`,
      removals.length === 0 ? 'Nothing is removed.' : removals.map(finding).join('\n\n'),
    ),
    ...section(`## Kept, and why (${count(keeps.length)})`, keptTable(keeps)),
    ...section(`## To look into (${count(notices.length)})`, notices.map(finding).join('\n\n')),
    ...section('## Wildcards written, and what led to them', wildcards(plan)),
    ...section('## Services', services(plan)),
    ...section('## Used permissions', usage(plan)),
    '## Evidence',
    evidence(plan),
    ...section('## Policies', policies(plan)),
    '## Next',
    nextSteps(plan)
      .map((step, index) => `${index + 1}. ${mdText(step)}`)
      .join('\n'),
    `Written by ${mdText(plan.tool.name)} ${mdText(plan.tool.version)}, catalogue ${mdText(plan.tool.catalogue)}.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

const section = (title: string, body: string): readonly string[] => (body === '' ? [] : [title, body]);

/** A table from cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const about = (plan: Plan): string =>
  [
    `- principal: ${mdCode(plan.principal.arn)}${plan.principal.id === undefined ? '' : ` (${mdCode(plan.principal.id)})`}`,
    `- window: ${mdText(windowText(plan))}`,
    `- evidence: ${mdText(sentence(plan.evidence.statement))}`,
    `- source: ${mdText(plan.evidence.source.kind)} ${mdCode(plan.evidence.source.location)}, ${plural(plan.evidence.objects.read, 'object')} of ${count(plan.evidence.objects.listed)} read, ${bytes(plan.evidence.objects.bytes)}`,
  ].join('\n');

/** Before and after, for the report and the comment. */
export function numbers(plan: Plan): string {
  const rows = totals(plan).map((one) => [
    one.label,
    one.before === undefined ? 'not known' : count(one.before),
    count(one.after),
    reduction(one),
  ]);
  return table(['', 'before', 'after', ''], rows);
}

const SIGN = { good: '✅', bad: '❌', open: '⚠️' } as const;

/** The proof lines as a list; each text is cut to `longest` characters. */
export function proof(plan: Plan, longest = Number.POSITIVE_INFINITY): string {
  const lines = proofLines(plan).map(
    (one) => `- ${SIGN[one.state]} **${one.name}**: ${mdText(clip(one.text, longest))}`,
  );
  const misses = plan.proof.replay.misses.map(
    (one) =>
      `  - miss: ${mdCode(clip(one.action, longest))} on ${mdCode(clip(one.resource, longest))}: ${mdText(clip(one.reason, longest))}`,
  );
  const wider = plan.proof.containment.counterexample;
  if (wider !== undefined)
    lines.push(
      `  - for example ${mdCode(clip(wider.action, longest))} on ${mdCode(clip(wider.resource, longest))}${wider.context.length === 0 ? '' : ` with ${wider.context.map(([key, value]) => mdCode(clip(`${key} = ${value}`, longest))).join(', ')}`}`,
    );
  return [lines[0] ?? '', ...misses, ...lines.slice(1)].join('\n');
}

/** What to do with each attached policy. */
export function changes(plan: Plan): string {
  return table(
    ['change', 'policy', 'kind', 'why'],
    plan.changes.map((one) => [
      kindText(one.change),
      mdCodeCell(one.policy),
      mdText(one.source === undefined ? '' : kindText(one.source)),
      mdText(one.reason),
    ]),
  );
}

function finding(one: Finding): string {
  const { evidence: seen } = one;
  const lines = [
    `### ${mdCode(one.subject)}: ${kindText(one.kind)}`,
    '',
    mdText(one.reason),
    '',
    `- severity ${one.severity}, confidence ${one.confidence}${one.risk.length === 0 ? '' : `, risk: ${one.risk.map(kindText).join(', ')}`}`,
    `- last used: ${mdText(lastUsed(one))}`,
  ];
  if (one.policy !== undefined)
    lines.push(
      `- in policy ${mdCode(one.policy)}${one.statement === undefined ? '' : `, statement ${mdCode(one.statement)}`}`,
    );
  if (one.impact !== undefined) lines.push(`- if this is wrong: ${mdText(one.impact)}`);
  if (seen.observability !== undefined) lines.push(`- could it be seen: ${mdText(seen.observability)}`);
  if (seen.firstSeen !== undefined) lines.push(`- first seen: ${mdText(seen.firstSeen)}`);
  if (seen.lastAccessedOrigin !== undefined)
    lines.push(`- last accessed according to ${mdCode(seen.lastAccessedOrigin)}`);
  if (one.actions.length > 0) lines.push(`- actions: ${codes(one.actions, 40)}`);
  if (one.resources.length > 0) lines.push(`- resources: ${codes(one.resources, 20)}`);
  if (seen.sampleEventIds.length > 0) lines.push(`- events: ${codes(seen.sampleEventIds, 3)}`);
  lines.push(`- finding: ${mdCode(one.id)}`);
  return lines.join('\n');
}

const codes = (items: readonly string[], max: number): string =>
  items.slice(0, max).map(mdCode).join(', ') +
  (items.length > max ? ` and ${count(items.length - max)} more in result.json` : '');

const keptTable = (keeps: readonly Finding[]): string =>
  table(
    ['what', 'why', 'kind', 'last used'],
    keeps.map((one) => [
      mdCodeCell(one.subject),
      mdText(one.reason),
      kindText(one.kind),
      mdText(lastUsed(one)),
    ]),
  );

const wildcards = (plan: Plan): string =>
  plan.generalisations
    .map(
      (one) =>
        `- ${mdCode(one.pattern)}: ${mdText(one.rule)}; ${one.count === 0 ? '' : `${plural(one.count, 'resource')} seen, e.g. ${codes(one.examples, 3)}; `}for ${codes(one.actions, 10)}`,
    )
    .join('\n');

const services = (plan: Plan): string =>
  table(
    [
      'service',
      'granted',
      'used',
      'kept',
      'removed',
      'not observable',
      'calls',
      'last seen',
      'last accessed',
    ],
    plan.services.map((one) => [
      mdCodeCell(one.service),
      count(one.granted),
      count(one.used),
      count(one.kept),
      count(one.removed),
      count(one.notObservable),
      count(one.calls),
      one.lastSeen === undefined ? '' : mdText(day(one.lastSeen)),
      one.lastAccessed === undefined ? '' : mdText(day(one.lastAccessed)),
    ]),
  );

const USAGE_ROWS = 500;
function usage(plan: Plan): string {
  const rows = plan.usage
    .slice(0, USAGE_ROWS)
    .map((one) => [
      mdCodeCell(one.action),
      mdCodeCell(one.resource),
      count(one.count),
      mdText(day(one.firstSeen)),
      mdText(day(one.lastSeen)),
    ]);
  const body = table(['action', 'resource', 'calls', 'first', 'last'], rows);
  const rest = plan.usage.length - rows.length;
  return rest > 0 ? `${body}\n\n${count(rest)} more in result.json.` : body;
}

function evidence(plan: Plan): string {
  const { coverage, accounting } = plan.evidence;
  const gaps = coverage.gaps.map(
    (gap) =>
      `- ${mdText(gap.detail)} (${kindText(mdText(gap.reason))}${gap.from === undefined ? '' : `, ${mdText(day(gap.from))} to ${mdText(day(gap.to ?? plan.window.to))}`})`,
  );
  const buckets = Object.entries(accounting.buckets).map(([name, value]) => [
    mdText(kindText(name)),
    count(value),
  ]);
  const reasons = accounting.reasons.map(
    ([bucket, reason, value]) => `- ${mdText(kindText(bucket))}: ${mdText(reason)}, ${count(value)}`,
  );
  return [
    `Coverage is ${coverage.state}. Management events: read ${mdText(coverage.management.read)}, write ${mdText(coverage.management.write)}${coverage.management.excludedSources.length === 0 ? '' : `; not recorded: ${codes(coverage.management.excludedSources, 20)}`}.`,
    gaps.join('\n'),
    coverage.data
      .map((one) => `- data events ${mdCode(one.resourceType)}: ${mdText(one.seen)}, ${mdText(one.detail)}`)
      .join('\n'),
    `Every record is in one bucket; together ${count(accounting.records)}:`,
    table(['bucket', 'records'], buckets),
    reasons.join('\n'),
  ]
    .filter((one) => one !== '')
    .join('\n\n');
}

const policies = (plan: Plan): string =>
  written(plan, plan.after.policies)
    .map((one) => `### ${mdCode(`${one.name}.json`)}\n\n${mdFence(prettyJson(one.document), 'json')}`)
    .join('\n\n');
