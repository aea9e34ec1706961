/** From one event to the permissions it needs. Pure and deterministic; unknown operations stay unknown. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { TrailEvent } from '../events/event.ts';
import { compileTypes, type ServiceTypes } from './arn-types.ts';
import { Call, isSameToMapping } from './call.ts';
import { buildPlan, type CompiledNeed, NO_HIDDEN, type Plan, UNSEEN } from './call-plan.ts';
import { contextOf, NO_CONTEXT } from './context.ts';
import eventTypes from './data/event-types.json' with { type: 'json' };
import { parseDenial } from './denial.ts';
import { printable } from './names.ts';
import type { PermissionLevel, RequiredPermission, Resolution, ResourceRef } from './permission.ts';
import { taggedResources } from './tagging.ts';

export interface Resolver {
  /** What the call needed, whether or not it was allowed. Never throws for anything a log may hold. */
  resolve(event: TrailEvent): Resolution;
}

const EVENT_TYPES = new Map(eventTypes.map((row) => [row.eventType, row]));
const NO_PERMISSIONS: readonly RequiredPermission[] = [];
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
  const call = new Call();
  let kept = 0;

  const planFor = (eventSource: string, eventName: string): Plan => {
    const namesakes = plans.get(eventName);
    if (namesakes !== undefined)
      for (const one of namesakes) if (one.eventSource === eventSource) return one.plan;
    const plan = buildPlan(catalogue, typesOf, eventSource, eventName);
    if (kept < MAX_PLANS) {
      kept += 1;
      if (namesakes !== undefined && namesakes.length < MAX_NAMESAKES) namesakes.push({ eventSource, plan });
      else if (namesakes === undefined) plans.set(eventName, [{ eventSource, plan }]);
    }
    return plan;
  };

  const resolve = (event: TrailEvent, eventSource: string, found: Plan): Resolution => {
    if (event.eventType !== 'AwsApiCall') return otherType(event.eventType);
    if (found.kind === 'unless-signed' && event.principal.kind === 'none') return found.unsigned;
    const plan = found.kind === 'unless-signed' ? found.signed : found;
    const denied = event.outcome.kind === 'denied' ? denialOf(event) : undefined;
    if (plan.kind === 'fixed') {
      if (plan.resolution.status !== 'unmapped' || denied === undefined) return plan.resolution;
      return { ...plan.resolution, denied };
    }
    // A call that a service makes to itself was made on nobody's behalf.
    const { invokedBy } = event;
    const caller = invokedBy === eventSource ? undefined : invokedBy;
    if (plan.always !== undefined && denied === undefined && caller === undefined) return plan.always;
    call.open(event, caller);
    const permissions = permissionsOf(plan, call);
    const hidden = plan.roles === undefined ? NO_HIDDEN : plan.roles.hidden(call);
    return denied === undefined
      ? { status: 'mapped', permissions, hidden }
      : { status: 'mapped', permissions, hidden, denied };
  };
  let lastEvent: TrailEvent | undefined;
  let lastSource = '';
  let lastName = '';
  let lastPlan: Plan | undefined;
  let last: Resolution | undefined;
  return {
    resolve: (event) => {
      const { eventSource, eventName } = event;
      let plan = lastPlan;
      // Calls of one kind come one after another.
      if (plan === undefined || eventName !== lastName || eventSource !== lastSource) {
        plan = planFor(eventSource, eventName);
        lastPlan = plan;
        lastSource = eventSource;
        lastName = eventName;
      } else if (isSame(event, lastEvent!)) return last!;
      last = resolve(event, eventSource, plan);
      lastEvent = event;
      return last;
    },
  };
}

/**
 * True for events of one name made of one record, as those of one call on many days or of many sessions are: decoding makes a list
 * of resources anew for each. What the mapping reads is compared all the same, the answer last, because reading it is watched.
 */
const isSame = (one: TrailEvent, other: TrailEvent): boolean =>
  one.resources === other.resources &&
  one.requestParameters === other.requestParameters &&
  isSameToMapping(one.principal, other.principal) &&
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

function permissionsOf(
  { needs, roles, choices, tags }: Extract<Plan, { kind: 'needs' }>,
  call: Call,
): readonly RequiredPermission[] {
  let out: RequiredPermission[] | undefined;
  const chosen = choices && isChosen(needs, call);
  for (const one of needs) {
    const { condition, shown } = one;
    if (one.choice && !chosen) out = add(out, call, one, 'possible', HIDDEN_CHOICE);
    else if (shown !== undefined && call.requestParameters !== null) {
      // What is not shown was not asked for.
      if (shown === 'tags' && tags.hasTags(call))
        out = add(out, call, one, 'conditional', taggedResources(one.need, out ?? [], call));
    } else if (condition === undefined || condition(call)) {
      if (one.same !== undefined) out = addSame(out, call, one.same);
      else {
        one.finder ??= one.make();
        out = add(out, call, one, one.level, one.finder.find(call));
      }
    } else if (one.level === 'conditional' && call.requestParameters === null)
      out = add(out, call, one, 'possible', UNSEEN);
  }
  const passed = roles === undefined ? NO_PERMISSIONS : roles.permissions(call);
  if (out === undefined) return passed;
  for (const one of passed) out.push(one);
  return out;
}

function isChosen(needs: readonly CompiledNeed[], call: Call): boolean {
  for (const one of needs) if (one.choice && one.condition?.(call) === true) return true;
  return false;
}

/** Most calls need one permission, and a list that grows from nothing takes room for seventeen. */
function add(
  list: RequiredPermission[] | undefined,
  call: Call,
  { action, basis }: CompiledNeed,
  level: PermissionLevel,
  resources: readonly ResourceRef[],
): RequiredPermission[] | undefined {
  const context = contextOf(action, call);
  let out = list;
  for (const resource of resources) {
    const permission = { action, resource, level, basis, context };
    if (out === undefined) out = [permission];
    else out.push(permission);
  }
  return out;
}

function addSame(
  out: RequiredPermission[] | undefined,
  call: Call,
  same: RequiredPermission,
): RequiredPermission[] {
  const context = contextOf(same.action, call);
  const permission = context === NO_CONTEXT ? same : { ...same, context };
  if (out === undefined) return [permission];
  out.push(permission);
  return out;
}
