/** The auditor's spreadsheet: one row a finding, with empty columns for the decision. `review` reads it back. */
import type { Finding, Plan } from '../plan/plan.ts';
import { csvField } from './escape/csv.ts';
import { flat, once } from './once.ts';

/** Filled in by a person; read back as keep rules. */
export const DECISION_COLUMNS = ['reviewer', 'decision', 'reason', 'date', 'expires'] as const;

/** All columns of a finding but the first, which names the principal. */
const COLUMNS: readonly (readonly [name: string, value: (one: Finding) => string])[] = [
  ['id', (one) => one.id],
  ['kind', (one) => one.kind],
  ['severity', (one) => one.severity],
  ['confidence', (one) => one.confidence],
  ['policy', (one) => one.policy ?? ''],
  ['statement', (one) => one.statement ?? ''],
  ['subject', (one) => one.subject],
  ['actions', (one) => one.actions.join(' | ')],
  ['resources', (one) => one.resources.join(' | ')],
  ['why', (one) => one.reason],
  ['if_wrong', (one) => one.impact ?? ''],
  ['risk', (one) => one.risk.join(' | ')],
  ['observability', (one) => one.evidence.observability ?? ''],
  ['calls', (one) => String(one.evidence.count)],
  ['first_seen', (one) => one.evidence.firstSeen ?? ''],
  ['last_seen', (one) => one.evidence.lastSeen ?? ''],
  ['last_accessed', (one) => one.evidence.lastAccessed ?? ''],
  ['events', (one) => one.evidence.sampleEventIds.join(' | ')],
];

/** RFC 4180 with a header row; every field quoted. */
export function renderCsv(plan: Plan): string {
  const principal = csvField(plan.principal.arn);
  let text = HEAD;
  for (const one of plan.findings) text += `${principal}${cellsOf(one)}`;
  return text;
}

const HEAD = `${['principal', ...COLUMNS.map(([name]) => name), ...DECISION_COLUMNS].map(csvField).join()}\r\n`;

/** What a person fills in. */
const UNDECIDED = `,${DECISION_COLUMNS.map(() => csvField('')).join()}\r\n`;

const cellsOf = once((one: Finding) => {
  let text = '';
  for (const [, value] of COLUMNS) text += `,${csvField(value(one))}`;
  return flat(text + UNDECIDED);
});
