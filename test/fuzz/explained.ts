/** What must hold of `explain` for any record: what it needs, told safely, and literals that stay literals. */
import { toJson, toText } from '../../src/commands/explain-view.ts';
import { decode } from '../../src/events/decode.ts';
import type { Resolver } from '../../src/permissions/resolver.ts';
import { asPattern, escapeLiteral, matchesResource } from '../../src/policy/pattern.ts';
import { PLAIN } from '../../src/report/style.ts';
import { demand, same } from './verdict.ts';

export function explained(input: Buffer, resolve: Resolver['resolve']): void {
  const decoded = decode(JSON.parse(input.toString('utf8')));
  if (!decoded.ok) return;
  const { event } = decoded;
  const resolution = resolve(event);
  same(resolve(event), resolution, 'a record is resolved the same twice');
  const text = toText(event, resolution, PLAIN);
  demand(
    !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(text),
    'a terminal is not steered',
  );
  demand(typeof JSON.parse(JSON.stringify(toJson(event, resolution))) === 'object', 'is JSON');
  if (resolution.status !== 'mapped') return;
  for (const { action, resource } of resolution.permissions) {
    demand(/^[a-z0-9-]+:[A-Za-z0-9*]+$/.test(action), `an action is an action: ${action}`);
    if (resource.kind === 'arn') literal(resource.arn);
    const patterns =
      resource.kind === 'arn'
        ? resource.inexact?.patterns
        : resource.kind === 'unresolved'
          ? resource.patterns
          : [];
    for (const pattern of patterns ?? []) demand(typeof pattern === 'string', 'a pattern is text');
  }
}

/** The escape of a logged name matches it, and not what its wildcards would have matched. */
function literal(arn: string): void {
  const pattern = escapeLiteral(arn);
  demand(matchesResource(pattern, arn), `an escaped name matches itself: ${arn.slice(0, 200)}`);
  for (const [wild, other] of [
    ['*', 'other'],
    ['?', 'x'],
  ] as const) {
    if (!arn.includes(wild)) continue;
    const reached = arn.replace(wild, other);
    demand(!matchesResource(pattern, reached), `an escaped name matches nothing else: ${arn.slice(0, 200)}`);
    demand(
      matchesResource(asPattern(arn), reached) || /\$\{/.test(arn) || arn.split(':').length < 6,
      'else it would',
    );
  }
}
