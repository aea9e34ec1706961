/** From one event to the permissions it needs. Pure and deterministic; unknown operations stay unknown. */
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import type { TrailEvent } from '../events/event.ts';
import { type Need, needsOf, whyUnknown } from './actions.ts';
import { compileTypes, type ServiceTypes } from './arn-types.ts';
import { Call } from './call.ts';
import { contextOf, NO_CONTEXT } from './context.ts';
import eventTypes from './data/event-types.json' with { type: 'json' };
import { parseDenial } from './denial.ts';
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
import { TagSearch, taggedResources } from './tagging.ts';
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
      /** The answer for every call that is not refused and that nobody made on the principal's behalf. */
      readonly always: Resolution | undefined;
      readonly roles: PassRoles | undefined;
      readonly tags: TagSearch;
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
  /** The permission of a need that no record says more of, without a context. */
  readonly same: RequiredPermission | undefined;
  readonly make: () => Finder;
  /** Most conditional actions of most operations are never met: their finders are made when they are. */
  finder: Finder | undefined;
}

const EVENT_TYPES = new Map(eventTypes.map((row) => [row.eventType, row]));
const NO_HIDDEN: readonly HiddenNeed[] = [];
const NO_PERMISSIONS: readonly RequiredPermission[] = [];
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
 * True for events of one name made of one record, as those of one call on many days are: decoding makes a list of resources anew
 * for each. What the mapping reads is compared all the same, the answer last, because reading it is watched.
 */
const isSame = (one: TrailEvent, other: TrailEvent): boolean =>
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
