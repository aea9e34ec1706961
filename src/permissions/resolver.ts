/** From one event to the permissions it needs. Pure and deterministic; unknown operations stay unknown. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { TrailEvent } from '../events/event.ts';
import { type Need, needsOf } from './actions.ts';
import { compileTypes, type ServiceTypes } from './arn-types.ts';
import { contextOf } from './context.ts';
import eventTypes from './data/event-types.json' with { type: 'json' };
import { parseDenial } from './denial.ts';
import { compileFinder, type Finder } from './finder.ts';
import { serviceOf, withoutVersion } from './names.ts';
import { noPermissionRow } from './no-permission.ts';
import { compilePassRoles, type PassRoles } from './passrole.ts';
import type {
  HiddenNeed,
  PermissionLevel,
  RequiredPermission,
  Resolution,
  ResourceRef,
} from './permission.ts';
import { hasTags, taggedResources } from './tagging.ts';
import { type Condition, compileWhen } from './when.ts';

export interface Resolver {
  /** What the call needed, whether or not it was allowed. Never throws for anything a log may hold. */
  resolve(event: TrailEvent): Resolution;
}

type Plan =
  /** Without an IAM identity the call needs no permission; a principal that signed it was asked for its own. */
  { readonly kind: 'unless-signed'; readonly unsigned: Resolution; readonly signed: SurePlan } | SurePlan;
type SurePlan =
  | { readonly kind: 'fixed'; readonly resolution: Resolution }
  | {
      readonly kind: 'needs';
      readonly needs: readonly CompiledNeed[];
      readonly roles: PassRoles | undefined;
      /** Some of the needs are ones of which the parameters choose. */
      readonly choices: boolean;
    };

interface CompiledNeed {
  readonly need: Need;
  readonly condition: Condition | undefined;
  readonly find: Finder;
}

const EVENT_TYPES = new Map(eventTypes.map((row) => [row.eventType, row]));
const NO_HIDDEN: readonly HiddenNeed[] = [];
const UNSEEN: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'the record cannot tell whether the call needed it' },
];
const HIDDEN_CHOICE: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'the record hides the parameter that chooses the action' },
];
/** Event names come from logs: past this many distinct ones plans are built anew each time instead of kept. */
const MAX_PLANS = 20_000;

/** Builds a resolver over the pinned tables; keeps one plan for each (eventSource, eventName) it has met. */
export function createResolver(catalogue: Catalogue): Resolver {
  const plans = new Map<string, Map<string, Plan>>();
  const types = new Map<string, ServiceTypes>();
  const typesOf = (prefix: string): ServiceTypes => {
    const known = types.get(prefix) ?? compileTypes(catalogue, prefix);
    types.set(prefix, known);
    return known;
  };
  let kept = 0;

  const planFor = (event: TrailEvent): Plan => {
    let names = plans.get(event.eventSource);
    const known = names?.get(event.eventName);
    if (known) return known;
    const built = buildPlan(catalogue, typesOf, event.eventSource, event.eventName);
    if (kept < MAX_PLANS) {
      kept += 1;
      if (!names) {
        names = new Map();
        plans.set(event.eventSource, names);
      }
      names.set(event.eventName, built);
    }
    return built;
  };

  const resolve = (event: TrailEvent): Resolution => {
    if (event.eventType !== 'AwsApiCall') return otherType(event.eventType);
    const found = planFor(event);
    if (found.kind === 'unless-signed' && event.principal.kind === 'none') return found.unsigned;
    const plan = found.kind === 'unless-signed' ? found.signed : found;
    if (plan.kind === 'fixed') {
      if (plan.resolution.status !== 'unmapped' || event.outcome.kind !== 'denied') return plan.resolution;
      const denied = denialOf(event);
      return denied ? { ...plan.resolution, denied } : plan.resolution;
    }
    const denied = event.outcome.kind === 'denied' ? denialOf(event) : undefined;
    return {
      status: 'mapped',
      permissions: permissionsOf(plan, event),
      hidden: plan.roles?.hidden(event) ?? NO_HIDDEN,
      ...(denied && { denied }),
    };
  };
  let last: { readonly event: TrailEvent; readonly resolution: Resolution } | undefined;
  return {
    resolve: (event) => {
      if (last && isSame(event, last.event)) return last.resolution;
      const resolution = resolve(event);
      last = { event, resolution };
      return resolution;
    },
  };
}

/**
 * True for events made of one record, as those of one call on many days are: decoding makes a list of resources anew
 * for each. What the mapping reads is compared all the same, the answer last, because reading it is watched.
 */
const isSame = (one: TrailEvent, other: TrailEvent): boolean =>
  one.eventName === other.eventName &&
  one.eventSource === other.eventSource &&
  one.resources === other.resources &&
  one.requestParameters === other.requestParameters &&
  one.principal === other.principal &&
  one.outcome === other.outcome &&
  one.eventType === other.eventType &&
  one.awsRegion === other.awsRegion &&
  one.recipientAccountId === other.recipientAccountId &&
  one.invokedBy === other.invokedBy &&
  one.responseElements === other.responseElements &&
  one.additionalEventData === other.additionalEventData;

const denialOf = (event: TrailEvent) => parseDenial(event.outcome.errorCode, event.outcome.errorMessage);

function otherType(eventType: string): Resolution {
  const row = EVENT_TYPES.get(eventType);
  if (row) return { status: 'no-permission', reason: row.reason, source: row.source };
  return { status: 'unmapped', reason: `unknown eventType \`${printable(eventType)}\`` };
}

function buildPlan(
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
  if (needs === undefined)
    return unmapped(`no table row and no published action for \`${printable(`${service}:${operation}`)}\``);
  return {
    kind: 'needs',
    roles: compilePassRoles(service, operation),
    choices: needs.some((need) => need.choice),
    needs: needs.map((need) => ({
      need,
      condition: need.when && compileWhen(need.when),
      find:
        need.level === 'possible'
          ? () => UNSEEN
          : lazily(() => compileFinder(need.action, operation, typesOf(need.action.service), need.resource)),
    })),
  };
}

/** Most conditional actions of most operations are never met: their finders are built when they are. */
function lazily(make: () => Finder): Finder {
  let made: Finder | undefined;
  return (event) => {
    made ??= make();
    return made(event);
  };
}

const unmapped = (reason: string): SurePlan => ({
  kind: 'fixed',
  resolution: { status: 'unmapped', reason },
});
/** Names from a log go into reasons that are printed: no control characters, no more than 100 characters. */
const printable = (text: string): string => text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');

function permissionsOf(
  { needs, roles, choices }: Extract<Plan, { kind: 'needs' }>,
  event: TrailEvent,
): readonly RequiredPermission[] {
  const out: RequiredPermission[] = [];
  const add = (need: Need, level: PermissionLevel, resources: readonly ResourceRef[]): void => {
    const action = need.action.action;
    const context = contextOf(action, event);
    for (const resource of resources) out.push({ action, resource, level, basis: need.basis, context });
  };
  const chosen = choices && needs.some((one) => one.need.choice && one.condition?.(event) === true);
  for (const { need, condition, find } of needs) {
    if (need.choice && !chosen) add(need, 'possible', HIDDEN_CHOICE);
    else if (need.level === 'possible' && event.requestParameters !== null) {
      // With the parameters at hand, tags and roles are there to see: what is not shown was not asked for.
      if (need.action.accessLevel === 'Tagging') {
        if (hasTags(event)) add(need, 'conditional', taggedResources(need, out, event));
      } else if (!(need.action.action === 'iam:PassRole' && roles?.known)) add(need, 'possible', UNSEEN);
    } else if (!condition || condition(event)) add(need, need.level, find(event));
  }
  return roles ? [...out, ...roles.permissions(event)] : out;
}
