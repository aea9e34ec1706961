/**
 * What CloudTrail can ever show of an action. Absence from a log is evidence only for actions that a log could have
 * held: management events, and data events of a resource type that was switched on. Where the tables are in doubt they
 * say `data` or `never`, for a permission kept too long is safer than one removed wrongly.
 */
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import overrides from './data/access-overrides.json' with { type: 'json' };
import dataEvents from './data/data-events.json' with { type: 'json' };
import neverLogged from './data/never-logged.json' with { type: 'json' };
import permissionOnly from './data/permission-only.json' with { type: 'json' };
import { rowsByService } from './rows.ts';

export type Observability =
  /** Recorded by default, in trails that keep events of this access. */
  | { readonly kind: 'management'; readonly access: 'read' | 'write' }
  /** Recorded only where a trail selects one of the resource types (`AWS::S3::Object`). */
  | {
      readonly kind: 'data';
      readonly access: 'read' | 'write';
      readonly resourceTypes: readonly string[];
      readonly source: string;
    }
  /** No event can show it: permission-only, shown by parameters of other calls at best, or outside CloudTrail. */
  | {
      readonly kind: 'never';
      readonly reason: string;
      readonly source: string;
      /** True: evaluated inside requests to the service's own API, which Access Advisor counts as attempts. */
      readonly permissionOnly: boolean;
    };

const made = new WeakMap<Catalogue, (action: ActionName) => Observability>();

/** @returns a function that answers for one action, in any case; it keeps its answers, and there is one a catalogue. */
export function createObservability(catalogue: Catalogue): (action: ActionName) => Observability {
  const known = made.get(catalogue) ?? build(catalogue);
  made.set(catalogue, known);
  return known;
}

function build(catalogue: Catalogue): (action: ActionName) => Observability {
  const answers = new Map<string, Observability>();
  const services = new Map<string, ServiceFacts>();
  const factsOf = (service: string): ServiceFacts => {
    const known = services.get(service) ?? gather(catalogue, service);
    services.set(service, known);
    return known;
  };
  const access = new Map(overrides.map((row) => [row.action, row.access as 'read' | 'write']));

  const answer = (action: ActionName): Observability => {
    const known = catalogue.action(action);
    if (known === undefined)
      return { kind: 'never', reason: 'AWS publishes no such action', source: 'SAR', permissionOnly: false };
    const name = known.action;
    const { never, data, hidden } = factsOf(known.service);
    const row = never.get(name);
    if (row) return { kind: 'never', reason: row.reason, source: row.source, permissionOnly: false };
    const reads = known.accessLevel === 'List' || known.accessLevel === 'Read';
    const kept = access.get(name) ?? (reads ? 'read' : 'write');
    const types = data.get(name);
    if (types) return { kind: 'data', access: kept, ...types };
    const source = hidden.get(name);
    if (source !== undefined)
      return {
        kind: 'never',
        reason: 'permission-only: no public API operation is authorised by it, so no event bears its name',
        source,
        permissionOnly: true,
      };
    return { kind: 'management', access: kept };
  };
  return (action) => {
    const key = action.toLowerCase();
    const known = answers.get(key) ?? answer(action);
    answers.set(key, known);
    return known;
  };
}

interface ServiceFacts {
  readonly never: ReadonlyMap<ActionName, { readonly reason: string; readonly source: string }>;
  readonly data: ReadonlyMap<
    ActionName,
    { readonly resourceTypes: readonly string[]; readonly source: string }
  >;
  /** Source of each permission-only action. */
  readonly hidden: ReadonlyMap<ActionName, string>;
}

const permissionOnlyRows = rowsByService(permissionOnly);

/** What the tables say of the actions of one service. */
function gather(catalogue: Catalogue, service: string): ServiceFacts {
  const prefix = `${service}:`;
  const never = new Map<string, (typeof neverLogged)[number]>();
  for (const row of neverLogged)
    if (row.actions.startsWith(prefix))
      for (const action of catalogue.expand(row.actions)) never.set(action.action, row);
  const data = new Map<string, { resourceTypes: string[]; source: string }>();
  for (const row of dataEvents)
    for (const action of row.actions) {
      if (!action.startsWith(prefix)) continue;
      const known = data.get(action);
      if (known) known.resourceTypes.push(row.resourceType);
      else data.set(action, { resourceTypes: [row.resourceType], source: row.source });
    }
  const hidden = new Map(
    permissionOnlyRows(service).flatMap((row) =>
      row.actions.map((name) => [prefix + name, row.source] as [string, string]),
    ),
  );
  return { never, data, hidden };
}
