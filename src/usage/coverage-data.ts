/**
 * Which data events the evidence can hold. Trail facts decide; without them a type counts as recorded (`assumed`) only
 * where its events were really seen all across the window, reads and writes apart.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
import type { TrailFacts } from '../trail/facts.ts';
import type { Window } from '../trail/source.ts';
import type { DataCoverage, Seen } from './coverage.ts';
import type { CoverageInput } from './coverage-build.ts';
import { loggedBy, type TrailGroup, weakest } from './coverage-trails.ts';
import { byCodeUnit } from './seen.ts';

/** The longest silence, in days, that still counts as seen across the window. */
const SILENCE = 7;
const DAY = 86_400_000;
type Access = 'read' | 'write';
const ACCESS: readonly Access[] = ['read', 'write'];

export function dataCoverage(input: CoverageInput, groups: readonly TrailGroup[]): readonly DataCoverage[] {
  const rows = groups.length > 0 ? configured(groups, input.window) : observed(input);
  return rows.flatMap(merge).sort((a, b) => byCodeUnit(a.resourceType, b.resourceType) || byAccess(a, b));
}

interface Row {
  readonly resourceType: string;
  readonly read: readonly [Seen, string];
  readonly write: readonly [Seen, string];
}

function configured(groups: readonly TrailGroup[], window: Window): Row[] {
  const types = new Set(groups.flat().flatMap((trail) => trail.data.map((one) => one.resourceType)));
  return [...types].map((resourceType) => {
    const of = (access: Access): readonly [Seen, string] => {
      const matching = (trail: TrailFacts) =>
        trail.data.filter((one) => one.resourceType === resourceType && one[access]);
      const seen = groups.map((group) => {
        const wide = loggedBy(group, window, (trail) => matching(trail).some((one) => !one.narrowed));
        if (wide === 'yes') return wide;
        const any = loggedBy(group, window, (trail) => matching(trail).length > 0);
        return any === 'no' ? wide : 'part';
      });
      const worst = weakest(seen);
      const notes = groups.flat().flatMap((trail) => matching(trail).flatMap((one) => one.detail ?? []));
      const note = [...new Set(notes)].sort(byCodeUnit).join('; ');
      return [worst, `${STATES[worst]}${worst === 'part' && note ? `: ${note}` : ''}`];
    };
    return { resourceType, read: of('read'), write: of('write') };
  });
}

const STATES: Readonly<Record<Seen, string>> = {
  yes: 'switched on for the whole window',
  part: 'switched on for a part of the window or for some resources',
  no: 'switched off',
  assumed: 'seen across the window; what the trail records was not told',
};

function observed(input: CoverageInput): Row[] {
  const days = new Map<string, Readonly<Record<Access, Set<number>>>>();
  // Few actions, and many uses of each: where its days are noted is found once.
  const places = new Map<string, readonly Set<number>[]>();
  const placesOf = (action: string): readonly Set<number>[] =>
    input.dataTypesOf(action).map((type) => {
      const known = days.get(type) ?? { read: new Set(), write: new Set() };
      days.set(type, known);
      return known[input.isRead(action) ? 'read' : 'write'];
    });
  for (const { entries } of input.usages)
    for (const entry of entries) {
      let seen = places.get(entry.action);
      if (!seen) {
        seen = placesOf(entry.action);
        places.set(entry.action, seen);
      }
      for (const one of seen) for (const day of entry.days) one.add(day);
    }
  return [...days].map(([resourceType, seen]) => {
    const of = (access: Access): readonly [Seen, string] => {
      if (seen[access].size === 0) return ['no', 'never seen, and what the trail records was not told'];
      if (across(seen[access], input.window)) return ['assumed', STATES.assumed];
      return [
        'part',
        `seen on ${seen[access].size} days of the window only; what the trail records was not told`,
      ];
    };
    return { resourceType, read: of('read'), write: of('write') };
  });
}

/** No silence longer than a week, from the window's first day to its last. */
function across(days: ReadonlySet<number>, window: Window): boolean {
  const marks = [
    Math.floor(window.from / DAY) - 1,
    ...[...days].sort((a, b) => a - b),
    Math.floor((window.to - 1) / DAY) + 1,
  ];
  return marks.every((day, index) => index === 0 || day - marks[index - 1]! - 1 <= SILENCE);
}

function merge(row: Row): DataCoverage[] {
  const { resourceType } = row;
  const [seen, detail] = row.read;
  if (seen === row.write[0] && detail === row.write[1]) return [{ resourceType, seen, detail }];
  return ACCESS.map((access) => ({ resourceType, access, seen: row[access][0], detail: row[access][1] }));
}

const byAccess = (a: DataCoverage, b: DataCoverage): number => byCodeUnit(a.access ?? '', b.access ?? '');
