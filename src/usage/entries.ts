/** One principal's accumulators: permissions used, denials, unmapped events, hidden needs. */
import type { TrailEvent } from '../events/event.ts';
import type { RequiredPermission, Resolution } from '../permissions/permission.ts';
import { type Budget, Shelf } from './many.ts';
import {
  byCodeUnit,
  createSeen,
  distinctOf,
  type Few,
  type FewDistinct,
  merged,
  type SeenBuilder,
  valuesOf,
  withDistinct,
  withValue,
} from './seen.ts';
import type { Carried, DenialEntry, HiddenEntry, UnmappedEntry, UsageEntry } from './usage.ts';

const DAY = 86_400_000;
/** The fields are joined by a character that cannot end one and begin the next. */
const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
const sorted = <T>(map: ReadonlyMap<string, T>): readonly T[] =>
  [...map].sort(([a], [b]) => byCodeUnit(a, b)).map(([, value]) => value);

/** Equal for what is one entry, told apart by no more than it takes; the order of results is that of `orderOf`. */
function usageKey({ action, resource, level, context }: RequiredPermission): string {
  // JSON holds no line break, and the other words are the tables': only the ARN, which comes last, could hold one.
  const place = context.length === 0 ? '' : JSON.stringify(context);
  if (resource.kind !== 'arn' || resource.inexact)
    return `${action}\n${level}\n${place}\n\n${JSON.stringify(resource)}`;
  return `${action}\n${level}\n${place}\n${resource.found}\n${resource.type ?? ''}\n${resource.arn}`;
}
const orderOf = ({ action, resource, level, context }: RequiredPermission): string =>
  keyOf(action, JSON.stringify(resource), level, JSON.stringify(context));

export type Mapped = Extract<Resolution, { status: 'mapped' }>;

/** Epoch days from the first to the last record an event stands for; a source that aggregates does so per day. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

export interface Entries {
  used(event: TrailEvent, mapped: Mapped): void;
  denied(event: TrailEvent, resolution: Resolution): void;
  unmapped(event: TrailEvent, reason: string): void;
  /** Whether denials are held without the resources that AWS named, because there were too many. */
  unnamedDenials(): boolean;
  result(): {
    readonly entries: readonly UsageEntry[];
    readonly denials: readonly DenialEntry[];
    readonly unmapped: readonly UnmappedEntry[];
    readonly hidden: readonly HiddenEntry[];
  };
}

/** What is made of an answer, once for all events in a row that have it: those of one call, on many days or of many callers. */
export function onceEach<T>(make: (mapped: Mapped) => T): (mapped: Mapped) => T {
  let last: { readonly mapped: Mapped; readonly made: T } | undefined;
  return (mapped) => {
    if (last?.mapped !== mapped) last = { mapped, made: make(mapped) };
    return last.made;
  };
}
/** Keys of the entries that an answer is entered under. */
export const keysOf = (mapped: Mapped): readonly string[] => mapped.permissions.map(usageKey);

/** `keys` gives `keysOf`; it may be shared by many. */
export function createEntries(budget: Budget, keys: (mapped: Mapped) => readonly string[]): Entries {
  const usage = new Map<string, Usage>();
  const shelves = new Map<string, Shelf<Usage>>();
  const shelfOf = ({ action, level }: RequiredPermission): Shelf<Usage> =>
    upsert(shelves, `${action} ${level}`, () => new Shelf(budget, usage, (one) => new Usage(one)));
  const denials = createDenials();
  const unmapped = new Map<string, ReturnType<typeof createGroup<Omit<UnmappedEntry, SeenKeys>>>>();
  const hidden = new Map<string, ReturnType<typeof createGroup<Omit<HiddenEntry, SeenKeys>>>>();
  return {
    used: (event, mapped) => {
      const all = keys(mapped);
      for (let index = 0; index < all.length; index += 1) {
        const key = all[index]!;
        const permission = mapped.permissions[index]!;
        const known = usage.get(key) ?? shelfOf(permission).place(key, permission);
        known.add(event, permission.basis);
      }
      for (const need of mapped.hidden)
        upsert(hidden, keyOf(need.action, need.through, need.reason, event.eventName), () =>
          createGroup({ ...need, eventName: event.eventName }),
        ).add(event);
    },
    denied: (event, resolution) => {
      const denied = resolution.status === 'no-permission' ? undefined : resolution.denied;
      const actions =
        resolution.status === 'mapped'
          ? [
              ...new Set(
                resolution.permissions.filter((one) => one.level !== 'possible').map((one) => one.action),
              ),
            ].sort(byCodeUnit)
          : [];
      const fields = {
        eventSource: event.eventSource,
        eventName: event.eventName,
        errorCode: event.outcome.errorCode ?? '',
        actions,
        ...(denied ? { denied } : {}),
      };
      denials.add(fields, event);
    },
    unmapped: (event, reason) => {
      const fields = { eventSource: event.eventSource, eventName: event.eventName, reason };
      upsert(unmapped, JSON.stringify(fields), () => createGroup(fields)).add(event);
    },
    unnamedDenials: denials.unnamed,
    result: () => ({
      entries: sorted(
        new Map(
          [...usage.values(), ...[...shelves.values()].flatMap((one) => [...one.coarse()])].map((one) => [
            one.order(),
            one,
          ]),
        ),
      ).map((one) => one.value(budget.exact)),
      denials: denials.value(),
      unmapped: sorted(unmapped).map((one) => one.value()),
      hidden: sorted(hidden).map((one) => one.value()),
    }),
  };
}

function upsert<T>(map: Map<string, T>, key: string, create: () => T): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}

type SeenKeys = 'count' | 'firstSeen' | 'lastSeen' | 'sampleIds';

type DenialFields = Omit<DenialEntry, SeenKeys>;
/** Denials of one principal that are held one by one: as many as resources of an action. */
const MOST_DENIALS = 10_000;

/**
 * What AWS says of a refusal names the resource, and there may be any number of those. Where they are too many, all are
 * held without: how many there were does not depend on their order.
 */
function createDenials() {
  let groups = new Map<string, ReturnType<typeof createGroup<DenialFields>>>();
  let named = true;
  const put = (fields: DenialFields): ReturnType<typeof createGroup<DenialFields>> => {
    const held = named ? fields : withoutResource(fields);
    return upsert(groups, JSON.stringify(held), () => createGroup(held));
  };
  return {
    add: (fields: DenialFields, event: TrailEvent): void => {
      put(fields).add(event);
      if (!named || groups.size <= MOST_DENIALS) return;
      const before = groups;
      groups = new Map();
      named = false;
      for (const one of before.values()) put(one.fields).merge(one);
    },
    unnamed: () => !named,
    value: () => sorted(groups).map((one) => one.value()),
  };
}

function withoutResource({ denied, ...fields }: DenialFields): DenialFields {
  if (denied === undefined) return fields;
  const { resource: _resource, ...said } = denied;
  return { ...fields, denied: said };
}

function createGroup<T extends object>(fields: T) {
  const seen = createSeen();
  return {
    fields,
    seen,
    merge: (other: { readonly seen: SeenBuilder }): void => seen.merge(other.seen),
    add: (event: TrailEvent): void =>
      seen.add(event.count, event.firstSeen, event.lastSeen, event.sampleIds, event.sampleTimes),
    value: () => ({ ...fields, ...seen.value() }),
  };
}

const ADDRESS = 1;
const ENDPOINT = 2;
const MFA = 4;
function carried(few: FewDistinct, every: boolean): Carried {
  const { values, more } = distinctOf(few);
  return { values, more, every };
}

/** A class, as a log can fill many: closures would take more than what they hold. */
class Usage {
  readonly #permission: RequiredPermission;
  readonly #seen = createSeen();
  #succeeded = 0;
  #failed = 0;
  #inconclusive = 0;
  #days: Few<number>;
  #regions: Few<string>;
  #eventNames: Few<string>;
  #via: Few<string>;
  #sessions: FewDistinct;
  #sourceIps: FewDistinct;
  #workloads: FewDistinct;
  #vpcEndpoints: FewDistinct;
  #mfa: FewDistinct;
  /** What at least one call did not carry. */
  #lacks = 0;
  #basis: string;
  #direct = false;

  constructor(permission: RequiredPermission) {
    this.#permission = permission;
    this.#basis = permission.basis;
  }

  merge(other: Usage): void {
    this.#seen.merge(other.#seen);
    this.#succeeded += other.#succeeded;
    this.#failed += other.#failed;
    this.#inconclusive += other.#inconclusive;
    for (const day of valuesOf(other.#days)) this.#days = withValue(this.#days, day);
    for (const region of valuesOf(other.#regions)) this.#regions = withValue(this.#regions, region);
    for (const name of valuesOf(other.#eventNames)) this.#eventNames = withValue(this.#eventNames, name);
    for (const service of valuesOf(other.#via)) this.#via = withValue(this.#via, service);
    this.#direct ||= other.#direct;
    this.#sessions = merged(this.#sessions, other.#sessions);
    this.#sourceIps = merged(this.#sourceIps, other.#sourceIps);
    this.#workloads = merged(this.#workloads, other.#workloads);
    this.#vpcEndpoints = merged(this.#vpcEndpoints, other.#vpcEndpoints);
    this.#mfa = merged(this.#mfa, other.#mfa);
    this.#lacks |= other.#lacks;
    if (other.#basis < this.#basis) this.#basis = other.#basis;
  }

  order(): string {
    return orderOf(this.#permission);
  }

  add(event: TrailEvent, basis: string): void {
    this.#seen.add(event.count, event.firstSeen, event.lastSeen, event.sampleIds, event.sampleTimes);
    const { kind } = event.outcome;
    if (kind === 'succeeded') this.#succeeded += event.count;
    else if (kind === 'failed') this.#failed += event.count;
    else if (kind === 'inconclusive') this.#inconclusive += event.count;
    this.#days = withValue(this.#days, dayOf(event.firstSeen));
    this.#days = withValue(this.#days, dayOf(event.lastSeen));
    this.#regions = withValue(this.#regions, event.awsRegion);
    this.#eventNames = withValue(this.#eventNames, event.eventName);
    if (event.invokedBy === undefined) this.#direct = true;
    else this.#via = withValue(this.#via, event.invokedBy);
    if (event.principal.kind === 'role')
      this.#sessions = withDistinct(this.#sessions, event.principal.session);
    this.#sourceIps = withDistinct(this.#sourceIps, event.sourceIp);
    this.#workloads = withDistinct(this.#workloads, event.workload);
    this.#vpcEndpoints = withDistinct(this.#vpcEndpoints, event.vpcEndpointId);
    if (event.mfa !== undefined) this.#mfa = withDistinct(this.#mfa, String(event.mfa));
    // An event of no calls is a witness to values of calls counted elsewhere.
    if (event.count > 0)
      this.#lacks |=
        (event.sourceIp === undefined ? ADDRESS : 0) |
        (event.vpcEndpointId === undefined ? ENDPOINT : 0) |
        (event.mfa === undefined ? MFA : 0);
    if (basis < this.#basis) this.#basis = basis;
  }

  /** `exact`: how many resources of an action are held by name. */
  value(exact: number): UsageEntry {
    const { action, resource, level, context } = this.#permission;
    const many = resource.kind === 'unresolved' && resource.many;
    return {
      action,
      resource: many ? { ...resource, reason: `more than ${exact} different resources were used` } : resource,
      level,
      context,
      basis: this.#basis,
      ...this.#seen.value(),
      succeeded: this.#succeeded,
      failed: this.#failed,
      inconclusive: this.#inconclusive,
      days: valuesOf(this.#days).sort((a, b) => a - b),
      regions: valuesOf(this.#regions).sort(byCodeUnit),
      sessions: distinctOf(this.#sessions),
      sourceIps: carried(this.#sourceIps, (this.#lacks & ADDRESS) === 0),
      vpcEndpoints: carried(this.#vpcEndpoints, (this.#lacks & ENDPOINT) === 0),
      mfa: carried(this.#mfa, (this.#lacks & MFA) === 0),
      workloads: distinctOf(this.#workloads),
      via: valuesOf(this.#via).sort(byCodeUnit),
      direct: this.#direct,
      eventNames: valuesOf(this.#eventNames).sort(byCodeUnit),
    };
  }
}
