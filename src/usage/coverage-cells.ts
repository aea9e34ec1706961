/** Gaps that the objects themselves show: unusable ones, and days and regions without any. */
import type { TrailFacts } from '../trail/facts.ts';
import type { CoverageCell, ObjectGap, Window } from '../trail/source.ts';
import type { Gap } from './coverage.ts';
import type { CoverageInput } from './coverage-build.ts';
import { byCodeUnit } from './seen.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/**
 * A region with objects on at least this share of the window's days is busy: a day without one is then a day missing.
 * Below it, silence is as likely; digests tell which (`delivered`).
 */
const BUSY = 0.5;

const dayName = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
const dayNumber = (name: string): number => Math.floor(Date.parse(`${name}T00:00:00Z`) / DAY);

/** Unusable objects, one gap for each place and reason. An object may hold events of the day before its delivery day. */
export function objectGaps(gaps: readonly ObjectGap[], window: Window): Gap[] {
  const grouped = new Map<string, { readonly first: ObjectGap; readonly names: string[] }>();
  for (const gap of gaps) {
    if (gap.object.day !== undefined) {
      const day = dayNumber(gap.object.day) * DAY;
      if (day - DAY >= window.to || day + DAY <= window.from) continue;
    }
    const { accountId, region, day } = gap.object;
    const key = JSON.stringify([gap.reason, accountId ?? '', region ?? '', day ?? '']);
    const known = grouped.get(key);
    if (known) known.names.push(gap.object.name);
    else grouped.set(key, { first: gap, names: [gap.object.name] });
  }
  return [...grouped.values()].map(({ first, names }) => {
    const { accountId, region, day } = first.object;
    const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
    return {
      reason: first.reason,
      ...(day === undefined ? {} : span(dayNumber(day), dayNumber(day), window)),
      ...(accountId === undefined ? {} : { accountId }),
      ...(region === undefined ? {} : { region }),
      objects: names.length,
      detail: `${names.sort(byCodeUnit)[0]}${more}: ${first.detail}`,
    };
  });
}

/** Days and regions of the principal's account that should have objects and have none. */
export function cellGaps(input: CoverageInput): Gap[] {
  const { source, window } = input;
  const accountId = input.principal.accountId;
  if (source.cells.length === 0) return [];
  const days = windowDays(window);
  if (days.length === 0) return [];
  const read = byRegion(source.cells, accountId);
  const delivered = byRegion(source.delivered ?? [], accountId);
  const gaps: Gap[] = [];

  const empty = days.filter((day) => !anyRegion(read, day) && !anyRegion(delivered, day));
  for (const run of runs(empty))
    gaps.push({
      reason: 'day-missing',
      ...span(run[0], run[1], window),
      accountId,
      objects: 0,
      detail: `no object of any region was delivered ${dayRange(run)}`,
    });

  const whole = new Set(empty);
  const regions = new Set([
    ...read.keys(),
    ...delivered.keys(),
    ...(input.expectedRegions ?? []),
    ...(input.trails ?? []).flatMap(regionsOfTrail),
  ]);
  for (const region of [...regions].sort(byCodeUnit)) {
    const have = read.get(region) ?? new Map<number, number>();
    const told = delivered.get(region);
    const present = days.filter((day) => have.has(day)).length;
    // The window's first and last day may lie in digests that reach beyond it and were not read.
    const toldNone = told !== undefined && days.every((day, i) => (told.get(day) ?? edge(i, days)) === 0);
    if (present === 0 && !toldNone) {
      const detail = `no object of region ${region} was read`;
      gaps.push({ reason: 'region-missing', accountId, region, objects: 0, detail });
      continue;
    }
    if (present / days.length < BUSY) continue;
    const silent = days.filter((day) => !have.has(day) && told?.get(day) === undefined && !whole.has(day));
    for (const run of runs(silent)) {
      const detail = `no object of region ${region} was delivered ${dayRange(run)}, which has some on most days`;
      gaps.push({
        reason: 'day-missing',
        ...span(run[0], run[1], window),
        accountId,
        region,
        objects: 0,
        detail,
      });
    }
  }
  return gaps;
}

const edge = (index: number, days: readonly number[]): number | undefined =>
  index === 0 || index === days.length - 1 ? 0 : undefined;

/**
 * Regions that a trail fills in any account in use: its own, and where it has global service events us-east-1, in which
 * IAM and the global STS endpoint are logged. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
 */
function regionsOfTrail(trail: TrailFacts): readonly string[] {
  const records = trail.management.read || trail.management.write;
  const global = trail.multiRegion && trail.includesGlobalServiceEvents && trail.arn.startsWith('arn:aws:');
  return records ? [trail.homeRegion, ...(global ? ['us-east-1'] : [])] : [];
}

type RegionDays = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Of one account's cells; all its principals ask for the same. */
const divided = new WeakMap<readonly CoverageCell[], Map<string, RegionDays>>();

function byRegion(cells: readonly CoverageCell[], accountId: string): RegionDays {
  const accounts = divided.get(cells) ?? new Map<string, RegionDays>();
  divided.set(cells, accounts);
  const known = accounts.get(accountId) ?? divide(cells, accountId);
  accounts.set(accountId, known);
  return known;
}

function divide(cells: readonly CoverageCell[], accountId: string): RegionDays {
  const regions = new Map<string, Map<number, number>>();
  for (const cell of cells) {
    if (cell.accountId !== accountId) continue;
    const days = regions.get(cell.region) ?? new Map<number, number>();
    regions.set(cell.region, days.set(dayNumber(cell.day), cell.objects));
  }
  return regions;
}

const anyRegion = (regions: RegionDays, day: number): boolean =>
  [...regions.values()].some((days) => days.has(day));

/** UTC days of the window, but for a last one of which less than an hour lies inside: its objects may not be out yet. */
function windowDays(window: Window): number[] {
  const first = Math.floor(window.from / DAY);
  const last = Math.floor((window.to - HOUR) / DAY);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function runs(days: readonly number[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const day of days) {
    const open = found.at(-1);
    if (open && open[1] === day - 1) open[1] = day;
    else found.push([day, day]);
  }
  return found;
}

const dayRange = ([first, last]: readonly [number, number]): string =>
  first === last ? `on ${dayName(first)}` : `from ${dayName(first)} to ${dayName(last)}`;

const span = (first: number, last: number, window: Window): { from: number; to: number } => ({
  from: Math.max(first * DAY, Math.min(window.from, window.to)),
  to: Math.max(Math.min((last + 1) * DAY, window.to), Math.min(first * DAY, window.to)),
});
