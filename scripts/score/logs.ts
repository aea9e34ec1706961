import type { TrailEvent } from '../../src/events/event.ts';
import type { Resolver } from '../../src/permissions/resolver.ts';
import { list, percent } from './print.ts';

/** Every (eventSource, eventName) pair of the real records is mapped, needs no permission, or is named here. */
export function scoreLogs(
  events: readonly TrailEvent[],
  resolver: Resolver,
  limit: number,
): readonly string[] {
  const status = new Map<string, string>();
  for (const event of events) {
    const resolution = resolver.resolve(event);
    const reason = resolution.status === 'unmapped' ? `: ${resolution.reason}` : '';
    status.set(`${event.eventType} ${event.eventSource} ${event.eventName}`, resolution.status + reason);
  }
  const unmapped = [...status].filter(([, one]) => one.startsWith('unmapped')).map((pair) => pair.join(' '));
  return [
    'pairs in real records',
    `  mapped or without permission: ${percent(status.size - unmapped.length, status.size)}`,
    ...list('unmapped', unmapped.sort(), limit),
  ];
}
