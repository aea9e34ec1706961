/**
 * What the trails that fill the source record, and when. Trails writing to the same place add up; where it is not known
 * which of several places the source is a copy of, only what each of them records counts.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
import type { TrailFacts } from '../trail/facts.ts';
import type { SourceFacts, Window } from '../trail/source.ts';
import type { Coverage, Gap, Seen } from './coverage.ts';
import { byCodeUnit } from './seen.ts';

/** Trails that write to one bucket and prefix. */
export type TrailGroup = readonly TrailFacts[];

/** Sources a trail leaves out when it does not include global service events. Each is in us-east-1 since 2021-11-22. */
const GLOBAL_SOURCES = ['cloudfront.amazonaws.com', 'iam.amazonaws.com', 'sts.amazonaws.com'];

/** The trails behind the source, grouped by where they write. Empty: nobody told. */
export function trailGroups(trails: readonly TrailFacts[], source: SourceFacts): readonly TrailGroup[] {
  const groups = new Map<string, TrailFacts[]>();
  for (const trail of trails) {
    const place = `${trail.bucket}/${trail.prefix ?? ''}`;
    groups.set(place, [...(groups.get(place) ?? []), trail]);
  }
  const location = /^s3:\/\/([^/]+)/.exec(source.location);
  const all = [...groups.entries()].sort((a, b) => byCodeUnit(a[0], b[0]));
  const matching = location ? all.filter(([place]) => place.startsWith(`${location[1]}/`)) : all;
  return (matching.length > 0 ? matching : all).map(([, group]) => group);
}

/** The worst of what the groups record: nobody can tell of which one the source is a copy. */
export function weakest(seen: readonly Seen[]): Seen {
  const order: readonly Seen[] = ['no', 'part', 'assumed', 'yes'];
  return order.find((one) => seen.includes(one)) ?? 'assumed';
}

/** How much of the window the trails of a group that pass `records` were logging. */
export function loggedBy(group: TrailGroup, window: Window, records: (trail: TrailFacts) => boolean): Seen {
  const recording = group.filter(records);
  if (recording.length === 0) return 'no';
  const missing = holes(recording, window);
  if (missing.length === 0) return 'yes';
  return missing.length === 1 && missing[0]!.from === window.from && missing[0]!.to === window.to
    ? 'no'
    : 'part';
}

export function managementCoverage(groups: readonly TrailGroup[], window: Window): Coverage['management'] {
  if (groups.length === 0) return { read: 'assumed', write: 'assumed', excludedSources: [] };
  const excluded = groups.flatMap((group) => {
    const recording = group.filter((trail) => trail.management.read || trail.management.write);
    const left = recording.map(excludedBy);
    return (left[0] ?? []).filter((source) => left.every((other) => other.includes(source)));
  });
  return {
    read: weakest(groups.map((group) => loggedBy(group, window, (trail) => trail.management.read))),
    write: weakest(groups.map((group) => loggedBy(group, window, (trail) => trail.management.write))),
    excludedSources: [...new Set(excluded)].sort(byCodeUnit),
  };
}

const excludedBy = (trail: TrailFacts): readonly string[] => [
  ...trail.management.excludedSources,
  ...(trail.includesGlobalServiceEvents ? [] : GLOBAL_SOURCES),
];

/** Times at which no trail logged, and regions that none records. */
export function trailGaps(groups: readonly TrailGroup[], window: Window): Gap[] {
  return groups.flatMap((group) => {
    const names = group.map((trail) => trail.name).join(', ');
    const gaps: Gap[] = holes(group, window).map((hole) => {
      const stopped = group.some((trail) => stoppedAt(trail) !== undefined && stoppedAt(trail)! <= hole.from);
      return {
        reason: stopped ? 'trail-stopped' : 'before-trail',
        from: hole.from,
        to: hole.to,
        objects: 0,
        detail: `trail ${names} was not logging`,
      };
    });
    if (!group.some((trail) => trail.multiRegion)) {
      const regions = [...new Set(group.map((trail) => trail.homeRegion))].sort(byCodeUnit);
      const detail = `trail ${names} records only ${regions.join(', ')}`;
      gaps.push({ reason: 'selector-narrower', exceptRegions: regions, objects: 0, detail });
    }
    return gaps;
  });
}

/**
 * When the trail stopped, where it is not logging now or was restarted later. `StopLoggingTime` without a later start
 * and without `IsLogging: true` is the end of its logging.
 */
function stoppedAt(trail: TrailFacts): number | undefined {
  if (trail.stoppedLogging !== undefined) return trail.stoppedLogging;
  return trail.isLogging === false ? Number.NEGATIVE_INFINITY : undefined;
}

/** Half-open intervals in which the trail is known or taken to have logged. */
function logging(trail: TrailFacts): readonly Window[] {
  const started = trail.startedLogging ?? Number.NEGATIVE_INFINITY;
  const stopped = stoppedAt(trail);
  if (stopped === undefined) return [{ from: started, to: Number.POSITIVE_INFINITY }];
  if (trail.isLogging === true || started > stopped) {
    // Stopped and started again: what was before the stop is of an earlier start whose time AWS no longer tells.
    const again = { from: started, to: Number.POSITIVE_INFINITY };
    return started > stopped ? [{ from: Number.NEGATIVE_INFINITY, to: stopped }, again] : [again];
  }
  return [{ from: started, to: stopped }];
}

/** Parts of the window in which no trail of the group logged. */
function holes(group: readonly TrailFacts[], window: Window): readonly Window[] {
  const intervals = group
    .flatMap(logging)
    .filter((one) => one.to > one.from)
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const found: Window[] = [];
  let at = window.from;
  for (const one of intervals) {
    if (one.from >= window.to) break;
    if (one.from > at) found.push({ from: at, to: one.from });
    at = Math.max(at, one.to);
  }
  if (at < window.to) found.push({ from: at, to: window.to });
  return found;
}
