/** result.json: the plan itself, in a stable and still readable form. Schema: src/plan/result.schema.json. */
import type { Plan } from '../plan/plan.ts';
import { escapeUnseenJson } from './escape/json.ts';

const WIDE = 110;

/** The plan as JSON: two spaces, lists of plain values on one line where they fit, members in the plan's order. */
export function renderJson(plan: Plan): string {
  return `${escapeUnseenJson(write(plan, ''))}\n`;
}

function write(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((one) => one === null || typeof one !== 'object')) {
      const line = `[${value.map((one) => JSON.stringify(one) ?? 'null').join(', ')}]`;
      if (line.length + indent.length <= WIDE) return line;
    }
    return `[\n${value.map((one) => inner + write(one, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  if (members.length === 0) return '{}';
  return `{\n${members.map(([key, one]) => `${inner}${JSON.stringify(key)}: ${write(one, inner)}`).join(',\n')}\n${indent}}`;
}
