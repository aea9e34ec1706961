/** One principal's accumulators: permissions used, denials, unmapped events, hidden needs. */
import type { TrailEvent } from '../events/event.ts';
import type { RequiredPermission, Resolution } from '../permissions/permission.ts';
import { type Budget, Shelf } from './many.ts';
import { byCodeUnit, createDistinct, createSeen, type DistinctBuilder, FewValues } from './seen.ts';
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

type Mapped = Extract<Resolution, { status: 'mapped' }>;

/** Epoch days from the first to the last record an event stands for; a source that aggregates does so per day. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

export interface Entries {
  used(event: TrailEvent, mapped: Mapped): void;
  denied(event: TrailEvent, resolution: Resolution): void;
  unmapped(event: TrailEvent, reason: string): void;
  result(): {
    readonly entries: readonly UsageEntry[];
    readonly denials: readonly DenialEntry[];
    readonly unmapped: readonly UnmappedEntry[];
    readonly hidden: readonly HiddenEntry[];
  };
}

export function createEntries(budget: Budget): Entries {
  const usage = new Map<string, Usage>();
  const shelves = new Map<string, Shelf<Usage>>();
  const shelfOf = ({ action, level }: RequiredPermission): Shelf<Usage> =>
    upsert(shelves, `${action} ${level}`, () => new Shelf(budget, usage, (one) => new Usage(one)));
  const denials = new Map<string, ReturnType<typeof createGroup<Omit<DenialEntry, SeenKeys>>>>();
  const unmapped = new Map<string, ReturnType<typeof createGroup<Omit<UnmappedEntry, SeenKeys>>>>();
  const hidden = new Map<string, ReturnType<typeof createGroup<Omit<HiddenEntry, SeenKeys>>>>();
  return {
    used: (event, mapped) => {
      for (const permission of mapped.permissions) {
        const key = usageKey(permission);
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
      upsert(denials, JSON.stringify(fields), () => createGroup(fields)).add(event);
    },
    unmapped: (event, reason) => {
      const fields = { eventSource: event.eventSource, eventName: event.eventName, reason };
      upsert(unmapped, JSON.stringify(fields), () => createGroup(fields)).add(event);
    },
    result: () => ({
      entries: sorted(
        new Map(
          [...usage.values(), ...[...shelves.values()].flatMap((one) => [...one.coarse()])].map((one) => [
            one.order(),
            one,
          ]),
        ),
      ).map((one) => one.value(budget.exact)),
      denials: sorted(denials).map((one) => one.value()),
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

function createGroup<T extends object>(fields: T) {
  const seen = createSeen();
  return {
    add: (event: TrailEvent): void =>
      seen.add(event.count, event.firstSeen, event.lastSeen, event.sampleIds, event.sampleTimes),
    value: () => ({ ...fields, ...seen.value() }),
  };
}

const ADDRESS = 1;
const ENDPOINT = 2;
const MFA = 4;
const carried = (values: DistinctBuilder | undefined, every: boolean): Carried => ({
  ...(values?.value() ?? { values: [], more: false }),
  every,
});

function mergedValues(
  mine: DistinctBuilder | undefined,
  other: DistinctBuilder | undefined,
): DistinctBuilder | undefined {
  if (mine && other) mine.merge(other);
  return mine ?? other;
}

/** A class, as a log can fill many: closures would take more than what they hold. */
class Usage {
  readonly #permission: RequiredPermission;
  readonly #seen = createSeen();
  #succeeded = 0;
  #failed = 0;
  #inconclusive = 0;
  readonly #days = new FewValues<number>();
  readonly #regions = new FewValues<string>();
  readonly #eventNames = new FewValues<string>();
  #via: FewValues<string> | undefined;
  readonly #sessions = createDistinct();
  readonly #sourceIps = createDistinct();
  readonly #workloads = createDistinct();
  #vpcEndpoints: DistinctBuilder | undefined;
  #mfa: DistinctBuilder | undefined;
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
    for (const day of other.#days.values()) this.#days.add(day);
    for (const region of other.#regions.values()) this.#regions.add(region);
    for (const name of other.#eventNames.values()) this.#eventNames.add(name);
    this.#direct ||= other.#direct;
    for (const service of other.#via?.values() ?? []) {
      this.#via ??= new FewValues();
      this.#via.add(service);
    }
    this.#sessions.merge(other.#sessions);
    this.#sourceIps.merge(other.#sourceIps);
    this.#workloads.merge(other.#workloads);
    this.#vpcEndpoints = mergedValues(this.#vpcEndpoints, other.#vpcEndpoints);
    this.#mfa = mergedValues(this.#mfa, other.#mfa);
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
    this.#days.add(dayOf(event.firstSeen));
    this.#days.add(dayOf(event.lastSeen));
    this.#regions.add(event.awsRegion);
    this.#eventNames.add(event.eventName);
    if (event.invokedBy === undefined) this.#direct = true;
    else {
      this.#via ??= new FewValues();
      this.#via.add(event.invokedBy);
    }
    if (event.principal.kind === 'role') this.#sessions.add(event.principal.session);
    this.#sourceIps.add(event.sourceIp);
    this.#workloads.add(event.workload);
    if (event.vpcEndpointId !== undefined) {
      this.#vpcEndpoints ??= createDistinct();
      this.#vpcEndpoints.add(event.vpcEndpointId);
    }
    if (event.mfa !== undefined) {
      this.#mfa ??= createDistinct();
      this.#mfa.add(String(event.mfa));
    }
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
      days: this.#days.values().sort((a, b) => a - b),
      regions: this.#regions.values().sort(byCodeUnit),
      sessions: this.#sessions.value(),
      sourceIps: { ...this.#sourceIps.value(), every: (this.#lacks & ADDRESS) === 0 },
      vpcEndpoints: carried(this.#vpcEndpoints, (this.#lacks & ENDPOINT) === 0),
      mfa: carried(this.#mfa, (this.#lacks & MFA) === 0),
      workloads: this.#workloads.value(),
      via: this.#via?.values().sort(byCodeUnit) ?? [],
      direct: this.#direct,
      eventNames: this.#eventNames.values().sort(byCodeUnit),
    };
  }
}
