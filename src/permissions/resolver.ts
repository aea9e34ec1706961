/** From one event to the permissions it needs. Pure and deterministic; unknown operations stay unknown. */
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import type { TrailEvent } from '../events/event.ts';
import { type Need, needsOf, whyUnknown } from './actions.ts';
import { compileTypes, type ServiceTypes } from './arn-types.ts';
import { contextOf } from './context.ts';
import eventTypes from './data/event-types.json' with { type: 'json' };
import { parseDenial } from './denial.ts';
import { compileFinder, type Finder } from './finder.ts';
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
import { compileHasTags, taggedResources } from './tagging.ts';
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
      readonly hasTags: (event: TrailEvent) => boolean;
      /** Some of the needs are ones of which the parameters choose. */
      readonly choices: boolean;
    };

interface CompiledNeed {
  readonly need: Need;
  readonly action: ActionName;
  readonly level: PermissionLevel;
  readonly basis: string;
  readonly choice: boolean;
  readonly condition: Condition | undefined;
  /** What there is to say of a possible action where the parameters are at hand: tags and roles are there to see. */
  readonly shown: 'tags' | 'nothing' | undefined;
  readonly make: () => Finder;
  /** Most conditional actions of most operations are never met: their finders are made when they are. */
  find: Finder | undefined;
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
/** AWS has a few hundred services, and `TagResource` is an operation of most. */
const MAX_NAMESAKES = 500;

/** Builds a resolver over the pinned tables; keeps one plan for each (eventSource, eventName) it has met. */
export function createResolver(catalogue: Catalogue): Resolver {
  /** By event name: few names are those of more than one service. */
  const plans = new Map<string, { readonly eventSource: string; readonly plan: Plan }[]>();
  const types = new Map<string, ServiceTypes>();
  const typesOf = (prefix: string): ServiceTypes => {
    const known = types.get(prefix) ?? compileTypes(catalogue, prefix);
    types.set(prefix, known);
    return known;
  };
  let kept = 0;

  const planFor = (event: TrailEvent): Plan => {
    const namesakes = plans.get(event.eventName);
    if (namesakes !== undefined)
      for (const one of namesakes) if (one.eventSource === event.eventSource) return one.plan;
    const { eventSource, eventName } = event;
    const plan = buildPlan(catalogue, typesOf, eventSource, eventName);
    if (kept < MAX_PLANS) {
      kept += 1;
      if (namesakes !== undefined && namesakes.length < MAX_NAMESAKES) namesakes.push({ eventSource, plan });
      else if (namesakes === undefined) plans.set(eventName, [{ eventSource, plan }]);
    }
    return plan;
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
    const permissions = permissionsOf(plan, event);
    const hidden = plan.roles === undefined ? NO_HIDDEN : plan.roles.hidden(event);
    return denied
      ? { status: 'mapped', permissions, hidden, denied }
      : { status: 'mapped', permissions, hidden };
  };
  let lastEvent: TrailEvent | undefined;
  let last: Resolution | undefined;
  return {
    resolve: (event) => {
      if (last !== undefined && isSame(event, lastEvent!)) return last;
      last = resolve(event);
      lastEvent = event;
      return last;
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
  if (needs === undefined) return unmapped(whyUnknown(service, operation));
  const roles = compilePassRoles(service, operation);
  return {
    kind: 'needs',
    roles,
    choices: needs.some((need) => need.choice),
    hasTags: compileHasTags(),
    needs: needs.map((need) => ({
      need,
      action: need.action.action,
      level: need.level,
      basis: need.basis,
      choice: need.choice,
      condition: need.when && compileWhen(need.when),
      shown: shownOf(need, roles),
      make: () => compileFinder(need.action, operation, typesOf(need.action.service), need.resource),
      find: need.level === 'possible' ? () => UNSEEN : undefined,
    })),
  };
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

function permissionsOf(
  { needs, roles, choices, hasTags }: Extract<Plan, { kind: 'needs' }>,
  event: TrailEvent,
): readonly RequiredPermission[] {
  const out: RequiredPermission[] = [];
  const chosen = choices && needs.some((one) => one.choice && one.condition?.(event) === true);
  for (const one of needs) {
    const { condition, shown } = one;
    if (one.choice && !chosen) add(out, event, one, 'possible', HIDDEN_CHOICE);
    else if (shown !== undefined && event.requestParameters !== null) {
      // What is not shown was not asked for.
      if (shown === 'tags' && hasTags(event))
        add(out, event, one, 'conditional', taggedResources(one.need, out, event));
    } else if (condition === undefined || condition(event)) {
      one.find ??= one.make();
      add(out, event, one, one.level, one.find(event));
    } else if (one.level === 'conditional' && event.requestParameters === null)
      add(out, event, one, 'possible', UNSEEN);
  }
  if (roles !== undefined) for (const one of roles.permissions(event)) out.push(one);
  return out;
}

function add(
  out: RequiredPermission[],
  event: TrailEvent,
  { action, basis }: CompiledNeed,
  level: PermissionLevel,
  resources: readonly ResourceRef[],
): void {
  const context = contextOf(action, event);
  for (const resource of resources) out.push({ action, resource, level, basis, context });
}
