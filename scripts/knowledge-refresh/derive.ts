/** The derived tables: what AWS authorises beyond an operation's own action, and what no operation is authorised by. */
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { ServiceReference } from './reference.ts';

type Row = Readonly<Record<string, unknown>>;
export interface Derived {
  readonly tables: readonly (readonly [file: string, rows: readonly Row[]])[];
  /** Actions of the reference that the pinned catalogue does not have. */
  readonly unknown: readonly string[];
}

interface Kept {
  readonly permissionOnly: readonly { readonly service: string; readonly actions: readonly string[] }[];
  /** Hand-kept: an action that a row gives to an event is no permission-only action. */
  readonly operations: readonly { readonly action: string; readonly level?: string }[];
}

/** Documents that share a service (two SDK clients, one prefix) are one. */
export function derive(reference: readonly ServiceReference[], catalogue: Catalogue, kept: Kept): Derived {
  const unknown = new Set<string>();
  const authorized = new Map<string, { service: string; operation: string; actions: Set<string> }>();
  const shown = new Set(
    kept.operations.filter((row) => row.level !== 'conditional').map((row) => row.action),
  );
  const mapped = new Set<string>();
  for (const { service, operations } of reference)
    for (const { name, actions } of operations) {
      const key = `${service}:${name}`;
      const row = authorized.get(key) ?? { service, operation: name, actions: new Set<string>() };
      for (const action of actions) {
        const known = catalogue.action(action)?.action;
        if (known === undefined) unknown.add(action);
        else {
          row.actions.add(known);
          shown.add(known);
        }
      }
      if (actions.length > 0) mapped.add(service);
      authorized.set(key, row);
    }
  const rows = [...authorized.values()]
    .filter(({ service, operation, actions }) => {
      const own = catalogue.action(`${service}:${operation}`)?.action;
      return actions.size > 0 && !(actions.size === 1 && own !== undefined && actions.has(own));
    })
    .map(({ actions, ...row }) => ({ ...row, actions: [...actions].sort(), source: 'SR' }));
  return {
    tables: [
      ['authorized-actions.json', rows],
      ['permission-only.json', permissionOnly(reference, catalogue, kept, shown, mapped)],
    ],
    unknown: [...unknown].sort(),
  };
}

/** Services whose operations AWS has not mapped yet keep the rows they have: silence is no statement. */
function permissionOnly(
  reference: readonly ServiceReference[],
  catalogue: Catalogue,
  kept: Kept,
  shown: ReadonlySet<string>,
  mapped: ReadonlySet<string>,
): readonly Row[] {
  const rows: Row[] = kept.permissionOnly
    .filter((row) => !mapped.has(row.service))
    .map((row) => ({ ...row }));
  for (const service of [...mapped].sort()) {
    const names = reference
      .filter((one) => one.service === service)
      .flatMap((one) => one.actions)
      .flatMap((name) => catalogue.action(`${service}:${name}`) ?? [])
      .filter((action) => !shown.has(action.action))
      .map((action) => action.name);
    if (names.length > 0) rows.push({ service, actions: [...new Set(names)].sort(), source: 'SR' });
  }
  return rows;
}
