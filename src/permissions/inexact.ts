/** Resources that a record shows in part: the patterns that surely hold them. */
import type { Json, JsonObject } from '../events/event.ts';
import { asPattern, escapeLiteral, type Pattern } from '../policy/pattern.ts';
import type { Call } from './call.ts';
import type { ResourceRef } from './permission.ts';
import type { Place, Template } from './template.ts';

const NOTHING: ReadonlyMap<string, string> = new Map();

/** A type that no parameter names: all of its ARNs in the place of the call. */
export function inexactly(type: string, templates: readonly Template[], place: Place): ResourceRef {
  const patterns = [...new Set(templates.map((template) => partial(template, place, NOTHING)))].sort();
  return { kind: 'unresolved', type, reason: `no parameter names the ${type}`, patterns };
}

/** The template with what is known filled in and `*` for the rest. */
export function partial(template: Template, place: Place, values: ReadonlyMap<string, string>): Pattern {
  const filled = new Map([...values].map(([name, value]) => [name, escapeLiteral(value) as string]));
  for (const name of template.variables) if (!filled.has(name)) filled.set(name, '*');
  return asPattern(template.fill({ ...place, account: place.account ?? '*' }, filled)!);
}

/** `role/name` may be `role/team/name`: both spellings and nothing else. */
export function anyPath(arn: string): readonly Pattern[] {
  const whole = escapeLiteral(arn);
  const slash = whole.indexOf('/');
  return [whole, asPattern(`${whole.slice(0, slash)}/*${whole.slice(slash)}`)];
}

/** True when the last part of the ARN is nowhere in the request: AWS made it up during this call. */
export function isNew(arn: string, call: Call): boolean {
  const tail = arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
  return call.requestParameters === null || !holds(call.requestParameters, tail);
}

function holds(value: Json, part: string): boolean {
  if (typeof value === 'string') return value.includes(part);
  if (value === null || typeof value !== 'object') return false;
  for (const key in value) if (holds((value as JsonObject)[key] as Json, part)) return true;
  return false;
}
