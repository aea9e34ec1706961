/**
 * iam:PassRole is no API call and is in no log; it is inferred from the calls that hand a role to a service.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
import type { Call } from './call.ts';
import hiddenNeeds from './data/hidden-needs.json' with { type: 'json' };
import passRole from './data/passrole.json' with { type: 'json' };
import { anyPath } from './inexact.ts';
import { prefixesOf } from './names.ts';
import { splitPath } from './path.ts';
import { PathIndex } from './path-index.ts';
import type { HiddenNeed, RequiredPermission } from './permission.ts';
import { rowsByKey } from './rows.ts';

/**
 * How sure it is that the service is the one the role is passed to. reference: printed in the Service Authorization
 * Reference. managed-policies: AWS's own policies condition on it. default: the usual form, not confirmed. unlisted:
 * the member holds a role, AWS does not list PassRole for the operation.
 */
type Evidence = 'reference' | 'managed-policies' | 'default' | 'unlisted';

interface PassRoleRow {
  readonly service: string;
  readonly event: string;
  readonly path: string;
  readonly passedTo?: string;
  readonly evidence: Evidence;
  readonly source: string;
}

export interface PassRoles {
  /** True where the tables know the members of the operation that carry a role. */
  readonly known: boolean;
  readonly reads: readonly string[];
  permissions(call: Call): readonly RequiredPermission[];
  hidden(call: Call): readonly HiddenNeed[];
}

const roleRows = rowsByKey(passRole as readonly PassRoleRow[], (row) => row.event);
const hiddenRows = rowsByKey(hiddenNeeds, (row) => row.event);
const ROLE = /^arn:aws[a-z-]*:iam::([0-9]{12}):role\/.+$/s;
const NAME = /^[\w+=,.@-]{1,64}$/;
const NONE: readonly never[] = [];

/** Compiles the rows of one operation; undefined where the tables have none. */
export function compilePassRoles(service: string, operation: string): PassRoles | undefined {
  const prefixes = [service, ...prefixesOf(service)];
  const rows = prefixes.map((prefix) => roleRows(prefix, operation)).find((one) => one.length > 0) ?? NONE;
  const hidden =
    prefixes.map((prefix) => hiddenRows(prefix, operation)).find((one) => one.length > 0) ?? NONE;
  if (rows.length === 0 && hidden.length === 0) return undefined;
  const roles = new PathIndex(rows.map((row) => ({ row, path: splitPath(row.path) })));
  const needs = new PathIndex(hidden.map((row) => ({ row, path: splitPath(row.path) })));
  return {
    known: true,
    reads: [...rows, ...hidden].map((row) => row.path),
    permissions: (call) => {
      if (call.requestParameters === null || roles.isEmpty) return NONE;
      const out = new Map<string, RequiredPermission>();
      roles.each(call.requestParameters, {
        visit: ({ row, path }, value) => {
          for (const permission of permissionsAt(path.rest(value), row, call))
            out.set(JSON.stringify([permission.resource, permission.context]), permission);
        },
      });
      return out.size === 0 ? NONE : [...out.values()];
    },
    hidden: (call) => {
      if (call.requestParameters === null || needs.isEmpty) return NONE;
      const out: HiddenNeed[] = [];
      needs.each(call.requestParameters, {
        visit: ({ row, path }, value) => {
          for (const one of new Set(path.rest(value)))
            out.push({ action: row.action, through: `${row.through} ${one}`, reason: row.reason });
        },
      });
      return out;
    },
  };
}

function permissionsAt(
  values: readonly string[],
  row: PassRoleRow,
  call: Call,
): readonly RequiredPermission[] {
  return values.flatMap((value): RequiredPermission[] => {
    const resource = roleOf(value, call);
    if (resource === undefined) return [];
    const sure = row.evidence === 'reference' || row.evidence === 'managed-policies';
    return [
      {
        action: 'iam:PassRole',
        resource,
        level: row.evidence === 'unlisted' ? 'possible' : 'conditional',
        basis: `passrole.json ${row.service}:${row.event} ${row.path} (${row.evidence}) [${row.source}]`,
        context: sure && row.passedTo !== undefined ? [['iam:PassedToService', row.passedTo]] : [],
      },
    ];
  });
}

function roleOf(value: string, call: Call): RequiredPermission['resource'] | undefined {
  const { account, partition } = call.place;
  const whole = ROLE.exec(value);
  // A role can only be passed within its own account.
  if (whole)
    return account === undefined || whole[1] === account
      ? { kind: 'arn', arn: value, type: 'role', found: 'request' }
      : undefined;
  if (!NAME.test(value) || account === undefined) return undefined;
  const arn = `arn:${partition}:iam::${account}:role/${value}`;
  return {
    kind: 'arn',
    arn,
    type: 'role',
    found: 'request',
    inexact: { why: 'path-unknown', patterns: anyPath(arn) },
  };
}
