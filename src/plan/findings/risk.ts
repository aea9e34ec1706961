/** What an action could do in the wrong hands, from a table of published attack paths. */
import { createMemo } from '../../policy/memo.ts';
import table from '../data/risk.json' with { type: 'json' };
import type { Finding, Severity } from '../plan.ts';

export type Risk = Finding['risk'][number];

const RISKS = new Map<string, Risk[]>();
for (const row of table) {
  const known = RISKS.get(row.action.toLowerCase()) ?? [];
  RISKS.set(row.action.toLowerCase(), [...known, row.risk as Risk]);
}
const NONE: readonly Risk[] = [];
/** By the spelling met, in characters. */
const spelled = createMemo<readonly Risk[]>(1_000_000, (_, action) => action.length);
const ORDER: readonly Risk[] = [
  'privilege-escalation',
  'credentials-exposure',
  'data-exfiltration',
  'resource-exposure',
];

/** Risks of one action, gravest first. */
export const risksOfOne = (action: string): readonly Risk[] =>
  spelled(action, () => {
    const found = RISKS.get(action.toLowerCase());
    return found ? ORDER.filter((risk) => found.includes(risk)) : NONE;
  });

/** Risks of the actions together, gravest first. */
export function risksOf(actions: readonly string[]): readonly Risk[] {
  let found: readonly Risk[] = NONE;
  for (const action of actions) {
    const risks = risksOfOne(action);
    if (risks.length === 0 || risks === found) continue;
    const all = [...found, ...risks];
    found = found.length === 0 ? risks : ORDER.filter((risk) => all.includes(risk));
  }
  return found;
}

/** How much it matters to remove the actions: escalation is high, other weights medium, the rest low. */
export function severityOf(actions: readonly string[]): Severity {
  const risks = risksOf(actions);
  if (risks.includes('privilege-escalation')) return 'high';
  return risks.length > 0 ? 'medium' : 'low';
}
