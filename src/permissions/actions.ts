/**
 * Which actions an operation needs, from the tables and the catalogue: the static part of a resolution, built once for
 * each (service, event name) pair.
 */
import type { ActionName, Catalogue, CatalogueAction } from '../catalogue/catalogue.ts';
import apigateway from './data/apigateway.json' with { type: 'json' };
import authorized from './data/authorized-actions.json' with { type: 'json' };
import operations from './data/operations.json' with { type: 'json' };
import { prefixesOf, printable } from './names.ts';
import type { PermissionLevel } from './permission.ts';
import { rowsByKey } from './rows.ts';
import type { When } from './when.ts';

/** One row of operations.json: the action that an event needs, alone or when its parameters show it. */
export interface OperationRow {
  readonly service: string;
  readonly event: string;
  readonly action: ActionName;
  /** Absent: primary. */
  readonly level?: 'conditional';
  readonly when?: When;
  /** One of several of which the parameters choose; all are possible where the record hides the parameter. */
  readonly choice?: true;
  /** The resource is at another place than the action's table rows say. */
  readonly resource?: ResourceOverride;
  readonly source: string;
}

/** Either the parameter that names the resource, or ARN templates whose variables are names of parameters. */
export type ResourceOverride =
  | {
      readonly path: string;
      readonly sets?: string;
      readonly match?: string;
      readonly decode?: 'uri';
    }
  | { readonly templates: readonly string[] };

/** An action an event needs, before its parameters are looked at. */
export interface Need {
  readonly action: CatalogueAction;
  readonly level: PermissionLevel;
  readonly choice: boolean;
  readonly when?: When;
  readonly resource?: ResourceOverride;
  readonly basis: string;
}

const operationRows = rowsByKey(operations as readonly OperationRow[], (row) => row.event);
const apigatewayRows = rowsByKey(apigateway as readonly OperationRow[], (row) => row.event);
const authorizedRows = rowsByKey(authorized, (row) => row.operation);

/** Why `needsOf` has no answer: AWS's map may list tagging or PassRole alone, which is not what the call itself needs. */
export function whyUnknown(service: string, operation: string): string {
  const name = printable(`${service}:${operation}`);
  const listed = prefixesOf(service).flatMap((prefix) => authorizedRows(prefix, operation)[0]?.actions ?? []);
  return listed.length === 0
    ? `no table row and no published action for \`${name}\``
    : `AWS's operation map lists only \`${listed.join('`, `')}\` for \`${name}\` and publishes no action of its name`;
}

/** @returns undefined where neither a table nor the catalogue knows the operation: it is never guessed. */
export function needsOf(
  catalogue: Catalogue,
  service: string,
  operation: string,
): readonly Need[] | undefined {
  const rows = [...operationRows(service, operation), ...apigatewayRows(service, operation)];
  const needs: Need[] = [];
  for (const row of rows) {
    const action = catalogue.action(row.action);
    if (action === undefined) continue;
    needs.push({
      action,
      level: row.level ?? 'primary',
      choice: row.choice === true,
      ...(row.when && { when: row.when }),
      ...(row.resource && { resource: row.resource }),
      basis: `operations.json ${row.service}:${row.event} [${row.source}]`,
    });
  }
  const official = prefixesOf(service)
    .map((prefix) => authorizedRows(prefix, operation)[0])
    .find((row) => row !== undefined);
  if (!needs.some((need) => need.level === 'primary')) {
    const primary = primaryOf(catalogue, service, operation, official?.actions);
    if (primary === undefined) return undefined;
    needs.push(primary);
  }
  for (const name of official?.actions ?? []) {
    const action = catalogue.action(name);
    if (action === undefined || needs.some((need) => need.action.action === action.action)) continue;
    needs.push({
      action,
      level: 'possible',
      choice: false,
      basis: `authorized-actions.json ${official!.service}:${operation} [${official!.source}]`,
    });
  }
  return needs.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

const LEVELS: readonly PermissionLevel[] = ['primary', 'conditional', 'possible'];

function primaryOf(
  catalogue: Catalogue,
  service: string,
  operation: string,
  official: readonly ActionName[] | undefined,
): Need | undefined {
  for (const prefix of prefixesOf(service)) {
    const own = `${prefix}:${operation}`.toLowerCase();
    // Where it lists nothing but tagging or PassRole, its row is known to be incomplete (event-name-mismatches, order 6).
    const only = official?.length === 1 ? catalogue.action(official[0]!) : undefined;
    const whole =
      only?.accessLevel !== 'Tagging' && only?.action !== 'iam:PassRole' ? only?.action : undefined;
    // AWS's own map wins over an action of the same name that it does not list for the operation.
    const named = official?.find((name) => name.toLowerCase() === own) ?? whole;
    const action = catalogue.action(named ?? own);
    if (action === undefined) continue;
    const basis = named
      ? `authorized-actions.json ${prefix}:${operation} [SR]`
      : `an action of the operation's name [SAR]`;
    return { action, level: 'primary', choice: false, basis };
  }
  return undefined;
}
