/** What an action could do in the wrong hands, from a table of published attack paths. */
import table from '../data/risk.json' with { type: 'json' };
import type { Finding, Severity } from '../plan.ts';

export type Risk = Finding['risk'][number];

const RISKS = new Map<string, Risk[]>();
for (const row of table) {
  const known = RISKS.get(row.action.toLowerCase()) ?? [];
  RISKS.set(row.action.toLowerCase(), [...known, row.risk as Risk]);
}
const ORDER: readonly Risk[] = [
  'privilege-escalation',
  'credentials-exposure',
  'data-exfiltration',
  'resource-exposure',
];

/** Risks of the actions together, gravest first. */
export function risksOf(actions: readonly string[]): readonly Risk[] {
  const found = new Set(actions.flatMap((action) => RISKS.get(action.toLowerCase()) ?? []));
  return ORDER.filter((risk) => found.has(risk));
}

/** How much it matters to remove the actions: escalation is high, other weights medium, the rest low. */
export function severityOf(actions: readonly string[]): Severity {
  const risks = risksOf(actions);
  if (risks.includes('privilege-escalation')) return 'high';
  return risks.length > 0 ? 'medium' : 'low';
}
