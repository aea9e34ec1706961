/** What a call needs by its name alone: built once for each (eventSource, eventName), asked for every record. */
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import { type Need, needsOf, whyUnknown } from './actions.ts';
import type { ServiceTypes } from './arn-types.ts';
import { NO_CONTEXT } from './context.ts';
import { ANY_RESOURCE, compileFinder, type Finder } from './finder.ts';
import { printable, serviceOf, withoutVersion } from './names.ts';
import { noPermissionRow } from './no-permission.ts';
import { compilePassRoles, type PassRoles } from './passrole.ts';
import type {
  HiddenNeed,
  PermissionLevel,
  RequiredPermission,
  Resolution,
  ResourceRef,
} from './permission.ts';
import { TagSearch } from './tagging.ts';
import { type Condition, compileWhen } from './when.ts';

/** What a call of one name needs, as far as its name tells. */
export type Plan =
  /** Without an IAM identity the call needs no permission; a principal that signed it was asked for its own. */
  { readonly kind: 'unless-signed'; readonly unsigned: Resolution; readonly signed: SurePlan } | SurePlan;
export type SurePlan =
  | { readonly kind: 'fixed'; readonly resolution: Resolution }
  | {
      readonly kind: 'needs';
      readonly needs: readonly CompiledNeed[];
      /** The answer for every call that is not refused and that nobody made on the principal's behalf. */
      readonly always: Resolution | undefined;
      readonly roles: PassRoles | undefined;
      readonly tags: TagSearch;
      /** Some of the needs are ones of which the parameters choose. */
      readonly choices: boolean;
    };

export interface CompiledNeed {
  readonly need: Need;
  readonly action: ActionName;
  readonly level: PermissionLevel;
  readonly basis: string;
  readonly choice: boolean;
  readonly condition: Condition | undefined;
  /** What there is to say of a possible action where the parameters are at hand: tags and roles are there to see. */
  readonly shown: 'tags' | 'nothing' | undefined;
  /** The permission of a need that no record says more of, without a context. */
  readonly same: RequiredPermission | undefined;
  readonly make: () => Finder;
  /** Most conditional actions of most operations are never met: their finders are made when they are. */
  finder: Finder | undefined;
}

export const NO_HIDDEN: readonly HiddenNeed[] = [];
export const UNSEEN: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'the record cannot tell whether the call needed it' },
];

/** The plan of an operation; `unmapped` with the reason where no table and no catalogue knows it. */
export function buildPlan(
  catalogue: Catalogue,
  typesOf: (prefix: string) => ServiceTypes,
  eventSource: string,
  eventName: string,
): Plan {
  const service = serviceOf(eventSource);
  if (service === undefined) return unmapped(`\`${printable(eventSource)}\` is not an AWS event source`);
  const operation = withoutVersion(eventName);
  const none = noPermissionRow(service, eventName) ?? noPermissionRow(service, operation);
  if (none === undefined) return needsPlan(catalogue, typesOf, service, operation);
  const unsigned: Resolution = { status: 'no-permission', reason: none.reason, source: none.source };
  return none.unless === undefined
    ? { kind: 'fixed', resolution: unsigned }
    : { kind: 'unless-signed', unsigned, signed: needsPlan(catalogue, typesOf, service, operation) };
}

function needsPlan(
  catalogue: Catalogue,
  typesOf: (prefix: string) => ServiceTypes,
  service: string,
  operation: string,
): SurePlan {
  const needs = needsOf(catalogue, service, operation);
  if (needs === undefined) return unmapped(whyUnknown(service, operation));
  const roles = compilePassRoles(service, operation);
  const compiled = needs.map(
    (need): CompiledNeed => ({
      need,
      action: need.action.action,
      level: need.level,
      basis: need.basis,
      choice: need.choice,
      condition: need.when && compileWhen(need.when),
      shown: shownOf(need, roles),
      same: sameFor(need),
      make: () => compileFinder(need.action, operation, typesOf(need.action.service), need.resource),
      finder: undefined,
    }),
  );
  const same = compiled.flatMap((one) =>
    one.same && !one.condition && !one.choice && !one.shown ? [one.same] : [],
  );
  const isSame = roles === undefined && same.length === needs.length;
  return {
    kind: 'needs',
    needs: compiled,
    always: isSame ? { status: 'mapped', permissions: same, hidden: NO_HIDDEN } : undefined,
    roles,
    choices: needs.some((need) => need.choice),
    tags: new TagSearch(),
  };
}

/** An action without resource-level permission, and one that is possible: no record says more of them. */
function sameFor({ action, level, basis }: Need): RequiredPermission | undefined {
  const resource = level === 'possible' ? UNSEEN[0] : ANY_RESOURCE[0];
  return level === 'possible' || action.resourceTypes.length === 0
    ? { action: action.action, resource: resource!, level, basis, context: NO_CONTEXT }
    : undefined;
}

const unmapped = (reason: string): SurePlan => ({
  kind: 'fixed',
  resolution: { status: 'unmapped', reason },
});

function shownOf(need: Need, roles: PassRoles | undefined): CompiledNeed['shown'] {
  if (need.level !== 'possible') return undefined;
  if (need.action.accessLevel === 'Tagging') return 'tags';
  return need.action.action === 'iam:PassRole' && roles?.known ? 'nothing' : undefined;
}
