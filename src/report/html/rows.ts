/** What the page's script needs of each finding: plain text, already free of unseen characters. */
import type { Finding, Plan } from '../../plan/plan.ts';
import { visible } from '../escape/visible.ts';
import { once } from '../once.ts';
import { groupOf, kindText, lastUsed } from '../view.ts';

export interface Row {
  readonly id: string;
  readonly kind: string;
  readonly group: string;
  readonly severity: string;
  readonly confidence: string;
  readonly subject: string;
  readonly reason: string;
  readonly used: string;
  readonly calls: number;
  /** Text to sort by: the later of last seen and last accessed. */
  readonly last: string;
  /** Label and value(s), as the opened row shows them. */
  readonly more: readonly (readonly [label: string, values: readonly string[]])[];
}

const SHOWN = 60;

export const rows = (plan: Plan): readonly Row[] => plan.findings.map(row);

const row = once(rowOf);

function rowOf(one: Finding): Row {
  const { evidence } = one;
  const more: (readonly [string, readonly string[]])[] = [];
  const only = (label: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') more.push([label, [visible(value)]]);
  };
  const add = (label: string, values: readonly string[]): void => {
    const given: string[] = [];
    for (const value of values) if (value !== '') given.push(visible(value));
    if (given.length > SHOWN)
      more.push([label, [...given.slice(0, SHOWN), `and ${given.length - SHOWN} more`]]);
    else if (given.length > 0) more.push([label, given]);
  };
  only('if this is wrong', one.impact);
  only('could it be seen', evidence.observability);
  only('policy', one.policy);
  only('statement', one.statement);
  add('actions', one.actions);
  add('resources', one.resources);
  add('risk', one.risk.map(kindText));
  only('first seen', evidence.firstSeen);
  only('last seen', evidence.lastSeen);
  only('last accessed', evidence.lastAccessed);
  only('last accessed from', evidence.lastAccessedOrigin);
  add('events', evidence.sampleEventIds);
  only('finding', one.id);
  const last = later(evidence.lastSeen ?? '', evidence.lastAccessed ?? '');
  return {
    id: visible(one.id),
    kind: kindText(one.kind),
    group: groupOf(one.kind),
    severity: one.severity,
    confidence: one.confidence,
    subject: visible(one.subject),
    reason: visible(one.reason),
    used: visible(lastUsed(one)),
    calls: evidence.count,
    last: visible(last),
    more,
  };
}

const later = (a: string, b: string): string => {
  if (a < b) return b;
  return a;
};
