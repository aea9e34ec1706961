/** What the page's script needs of each finding: plain text, already free of unseen characters. */
import type { Finding, Plan } from '../../plan/plan.ts';
import { visible } from '../escape/visible.ts';
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

function row(one: Finding): Row {
  const { evidence } = one;
  const more: (readonly [string, readonly string[]])[] = [];
  const add = (label: string, values: readonly (string | undefined)[]): void => {
    const given = values.filter((value): value is string => value !== undefined && value !== '').map(visible);
    if (given.length > SHOWN)
      more.push([label, [...given.slice(0, SHOWN), `and ${given.length - SHOWN} more`]]);
    else if (given.length > 0) more.push([label, given]);
  };
  add('if this is wrong', [one.impact]);
  add('could it be seen', [evidence.observability]);
  add('policy', [one.policy]);
  add('statement', [one.statement]);
  add('actions', one.actions);
  add('resources', one.resources);
  add('risk', one.risk.map(kindText));
  add('first seen', [evidence.firstSeen]);
  add('last seen', [evidence.lastSeen]);
  add('last accessed', [evidence.lastAccessed]);
  add('last accessed from', [evidence.lastAccessedOrigin]);
  add('events', evidence.sampleEventIds);
  add('finding', [one.id]);
  const last = [evidence.lastSeen ?? '', evidence.lastAccessed ?? ''].sort().at(-1) ?? '';
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
