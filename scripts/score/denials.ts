import type { TrailEvent } from '../../src/events/event.ts';
import type { Resolver } from '../../src/permissions/resolver.ts';
import { list, percent } from './print.ts';

const NAMED = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)/;

/** AWS's own words: what a denial message names is what the mapping yields without reading the message. */
export function scoreDenials(
  events: readonly TrailEvent[],
  resolver: Resolver,
  limit: number,
): readonly string[] {
  let all = 0;
  let parsed = 0;
  let mapped = 0;
  const misses: string[] = [];
  for (const event of events) {
    const message = event.outcome.errorMessage;
    const words = message === undefined ? null : NAMED.exec(message);
    if (!words || event.outcome.kind !== 'denied') continue;
    all += 1;
    const resolution = resolver.resolve(event);
    const denied = resolution.status === 'no-permission' ? undefined : resolution.denied;
    const resource = / on resource: (.+?)(?: because | with an explicit |$)/s.exec(message!)?.[1]?.trim();
    if (denied?.action?.toLowerCase() === words[1]!.toLowerCase() && denied.resource === resource)
      parsed += 1;
    else misses.push(`parsed ${JSON.stringify(denied)}: ${message}`);
    const { errorMessage: _, ...silent } = event.outcome;
    const without = resolver.resolve({ ...event, outcome: silent });
    const actions = without.status === 'mapped' ? without.permissions.map((one) => one.action) : [];
    if (actions.some((one) => one.toLowerCase() === words[1]!.toLowerCase())) mapped += 1;
    else misses.push(`mapped ${event.eventSource} ${event.eventName} to ${actions.join(' ')}: ${message}`);
  }
  return [
    "denials: AWS's own words",
    `  action and resource parsed: ${percent(parsed, all)}`,
    `  action yielded by the mapping: ${percent(mapped, all)}`,
    ...list('misses', misses, limit),
  ];
}
