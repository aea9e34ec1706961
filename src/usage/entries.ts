/** One principal's accumulators: permissions used, denials, unmapped events, hidden needs. */
import type { TrailEvent } from '../events/event.ts';
import type { RequiredPermission, Resolution } from '../permissions/permission.ts';
import { byCodeUnit, createDistinct, createSeen } from './seen.ts';
import type { DenialEntry, HiddenEntry, UnmappedEntry, UsageEntry } from './usage.ts';

const DAY = 86_400_000;
/** The fields are joined by a character that cannot end one and begin the next. */
const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
const sorted = <T>(map: ReadonlyMap<string, T>): readonly T[] =>
  [...map].sort(([a], [b]) => byCodeUnit(a, b)).map(([, value]) => value);

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

export function createEntries(): Entries {
  const usage = new Map<string, ReturnType<typeof createUsage>>();
  const denials = new Map<string, ReturnType<typeof createGroup<Omit<DenialEntry, SeenKeys>>>>();
  const unmapped = new Map<string, ReturnType<typeof createGroup<Omit<UnmappedEntry, SeenKeys>>>>();
  const hidden = new Map<string, ReturnType<typeof createGroup<Omit<HiddenEntry, SeenKeys>>>>();
  return {
    used: (event, mapped) => {
      for (const permission of mapped.permissions) {
        const { action, resource, level, context } = permission;
        const key = keyOf(action, JSON.stringify(resource), level, JSON.stringify(context));
        upsert(usage, key, () => createUsage(permission)).add(event, permission);
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
      entries: sorted(usage).map((one) => one.value()),
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

function createUsage({ action, resource, level, context }: RequiredPermission) {
  const seen = createSeen();
  const counts = { succeeded: 0, failed: 0, inconclusive: 0 };
  const days = new Set<number>();
  const regions = new Set<string>();
  const via = new Set<string>();
  const eventNames = new Set<string>();
  const [sessions, sourceIps, workloads] = [createDistinct(), createDistinct(), createDistinct()];
  let basis: string | undefined;
  let direct = false;
  return {
    add: (event: TrailEvent, permission: RequiredPermission): void => {
      seen.add(event.count, event.firstSeen, event.lastSeen, event.sampleIds, event.sampleTimes);
      if (event.outcome.kind !== 'denied') counts[event.outcome.kind] += event.count;
      days.add(dayOf(event.firstSeen)).add(dayOf(event.lastSeen));
      regions.add(event.awsRegion);
      eventNames.add(event.eventName);
      if (event.invokedBy === undefined) direct = true;
      else via.add(event.invokedBy);
      if (event.principal.kind === 'role') sessions.add(event.principal.session);
      sourceIps.add(event.sourceIp);
      workloads.add(event.workload);
      if (basis === undefined || permission.basis < basis) basis = permission.basis;
    },
    value: (): UsageEntry => ({
      action,
      resource,
      level,
      context,
      basis: basis ?? '',
      ...seen.value(),
      ...counts,
      days: [...days].sort((a, b) => a - b),
      regions: [...regions].sort(byCodeUnit),
      sessions: sessions.value(),
      sourceIps: sourceIps.value(),
      workloads: workloads.value(),
      via: [...via].sort(byCodeUnit),
      direct,
      eventNames: [...eventNames].sort(byCodeUnit),
    }),
  };
}
