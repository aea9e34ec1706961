/** The auditor's spreadsheet: one row a finding, with empty columns for the decision. `review` reads it back. */
import type { Finding, Plan } from '../plan/plan.ts';
import { csvField } from './escape/csv.ts';

/** Filled in by a person; read back as keep rules. */
export const DECISION_COLUMNS = ['reviewer', 'decision', 'reason', 'date', 'expires'] as const;

const COLUMNS: readonly (readonly [name: string, value: (plan: Plan, one: Finding) => string])[] = [
  ['principal', (plan) => plan.principal.arn],
  ['id', (_, one) => one.id],
  ['kind', (_, one) => one.kind],
  ['severity', (_, one) => one.severity],
  ['confidence', (_, one) => one.confidence],
  ['policy', (_, one) => one.policy ?? ''],
  ['statement', (_, one) => one.statement ?? ''],
  ['subject', (_, one) => one.subject],
  ['actions', (_, one) => one.actions.join(' | ')],
  ['resources', (_, one) => one.resources.join(' | ')],
  ['why', (_, one) => one.reason],
  ['if_wrong', (_, one) => one.impact ?? ''],
  ['risk', (_, one) => one.risk.join(' | ')],
  ['observability', (_, one) => one.evidence.observability ?? ''],
  ['calls', (_, one) => String(one.evidence.count)],
  ['first_seen', (_, one) => one.evidence.firstSeen ?? ''],
  ['last_seen', (_, one) => one.evidence.lastSeen ?? ''],
  ['last_accessed', (_, one) => one.evidence.lastAccessed ?? ''],
  ['events', (_, one) => one.evidence.sampleEventIds.join(' | ')],
];

/** RFC 4180 with a header row; every field quoted. */
export function renderCsv(plan: Plan): string {
  let text = `${[...COLUMNS.map(([name]) => name), ...DECISION_COLUMNS].map(csvField).join(',')}\r\n`;
  for (const one of plan.findings) {
    for (const [, value] of COLUMNS) text += `${csvField(value(plan, one))},`;
    text += UNDECIDED;
  }
  return text;
}

/** What a person fills in. */
const UNDECIDED = `${DECISION_COLUMNS.map(() => csvField('')).join(',')}\r\n`;
