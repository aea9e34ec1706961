import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import type { Resolution } from '../../src/permissions/permission.ts';
import type { Resolver } from '../../src/permissions/resolver.ts';
import { list, percent, tally } from './print.ts';

const arns = (resolution: Resolution, action: string, found?: string): readonly string[] =>
  resolution.status !== 'mapped'
    ? []
    : resolution.permissions
        .filter((one) => one.level === 'primary' && one.action === action)
        .flatMap((one) =>
          one.resource.kind === 'arn' && (!found || one.resource.found === found) ? [one.resource.arn] : [],
        )
        .sort();

/** Hides resources[] and derives the same ARNs from the parameters. */
export function scoreHidden(
  events: readonly TrailEvent[],
  resolver: Resolver,
  limit: number,
): readonly string[] {
  let all = 0;
  let equal = 0;
  let named = 0;
  let namedEqual = 0;
  const misses: string[] = [];
  for (const event of events) {
    if (event.outcome.kind === 'denied') continue;
    const shown = resolver.resolve(event);
    if (shown.status !== 'mapped' || event.requestParameters === null) continue;
    const hidden = resolver.resolve({ ...event, resources: [] });
    for (const action of new Set(
      shown.permissions.filter((one) => one.level === 'primary').map((one) => one.action),
    )) {
      const wanted = arns(shown, action, 'resources');
      if (wanted.length === 0) continue;
      all += 1;
      const got = arns(hidden, action);
      const other = new Set(arns(shown, action).filter((arn) => !wanted.includes(arn)));
      const same = got.filter((arn) => !other.has(arn)).join('\n') === wanted.join('\n');
      const parameters = JSON.stringify(event.requestParameters);
      // Decrypt names no key, and an alias is not the key behind it: no parameter could give those back.
      const isNamed = wanted.every((arn) => parameters.includes(arn.slice(arn.search(/[^:/]+$/))));
      if (same) equal += 1;
      if (isNamed) {
        named += 1;
        if (same) namedEqual += 1;
      }
      if (!same)
        misses.push(
          `${event.eventName}: wanted ${wanted.join(' ')}; got ${got.join(' ')}; ${JSON.stringify(event.requestParameters).slice(0, 160)}`,
        );
    }
  }
  return [
    'resources: resources[] hidden, derived from the parameters',
    `  equal, on records that have both, resources[] and parameters that name the resource: ${percent(namedEqual, named)}`,
    `  equal, counting those whose parameters name none (KMS calls without a key, aliases): ${percent(equal, all)}`,
    ...list('misses', misses, limit),
  ];
}

/** Successful records whose primary action requires a resource type: how many get a concrete ARN. */
export function scoreConcrete(
  events: readonly TrailEvent[],
  resolver: Resolver,
  catalogue: Catalogue,
  limit: number,
): readonly string[] {
  let all = 0;
  let concrete = 0;
  let inexact = 0;
  const misses: string[] = [];
  for (const event of events) {
    if (event.outcome.kind !== 'succeeded') continue;
    const resolution = resolver.resolve(event);
    if (resolution.status !== 'mapped') continue;
    const primary = resolution.permissions.filter((one) => one.level === 'primary');
    const demanding = primary.filter((one) =>
      catalogue.action(one.action)!.resourceTypes.some((type) => type.required),
    );
    if (demanding.length === 0) continue;
    all += 1;
    const open = demanding.filter((one) => one.resource.kind === 'unresolved');
    if (demanding.some((one) => one.resource.kind === 'arn' && one.resource.inexact)) inexact += 1;
    if (demanding.some((one) => one.resource.kind === 'arn')) concrete += 1;
    else
      misses.push(
        `${event.eventSource.slice(0, -14)}:${event.eventName} ${open.map((one) => (one.resource.kind === 'unresolved' ? `${one.resource.type}: ${one.resource.reason}` : '')).join('; ')} ${JSON.stringify(event.requestParameters).slice(0, 120)}`,
      );
  }
  return [
    'resources: successful records whose action requires a resource type',
    `  with a concrete ARN: ${percent(concrete, all)}, of these ${inexact} with an id made by the call or a path unknown`,
    ...list('without, by kind', tally(misses), limit),
  ];
}
