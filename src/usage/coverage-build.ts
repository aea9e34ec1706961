/** Builds the coverage of one principal's evidence from what was read, what was missing and what the trails record. */
import type { TrailFacts } from '../trail/facts.ts';
import type { ObjectGap, SourceFacts, Window } from '../trail/source.ts';
import type { Coverage, Gap } from './coverage.ts';
import { cellGaps, objectGaps } from './coverage-cells.ts';
import { dataCoverage } from './coverage-data.ts';
import { managementCoverage, trailGaps, trailGroups } from './coverage-trails.ts';
import { byCodeUnit } from './seen.ts';
import type { PrincipalUsage } from './usage.ts';

export interface CoverageInput {
  readonly window: Window;
  readonly source: SourceFacts;
  /** Objects that could not be used, as the source's batches told. */
  readonly objectGaps: readonly ObjectGap[];
  /** Records read in all, and those that could not be decoded: one of them may be the one that is missing. */
  readonly records: number;
  readonly malformed: number;
  readonly principal: { readonly accountId: string; readonly createdAt?: number };
  /** Every principal the run followed: their data events show which data events are switched on. */
  readonly usages: readonly PrincipalUsage[];
  /** Data-event resource types an action is logged under; empty for anything but a data action. */
  readonly dataTypesOf: (action: string) => readonly string[];
  /** Whether an action is a read in CloudTrail's sense (`readOnly`). */
  readonly isRead: (action: string) => boolean;
  readonly trails?: readonly TrailFacts[];
  /** Regions in which the principal is known to have been active, from Access Advisor or RoleLastUsed. */
  readonly expectedRegions?: readonly string[];
}

/** Event history and LookupEvents hold 90 days. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
const HISTORY_DAYS = 90;
const DAY = 86_400_000;

export function buildCoverage(input: CoverageInput): Coverage {
  const { window, source, principal } = input;
  const history = source.kind === 'lookup';
  const groups = trailGroups(history ? [] : (input.trails ?? []), source);
  const gaps: Gap[] = [
    ...objectGaps(input.objectGaps, window),
    ...(history ? historyGaps(window) : [...trailGaps(groups, window), ...cellGaps(input)]),
    ...malformedGaps(input.malformed),
    ...youngPrincipal(principal.createdAt, window),
  ];
  const nothing = input.records === 0 || (source.objectsRead === 0 && source.cells.length > 0);
  const last = lastSeen(input.usages);
  return {
    window,
    state: nothing ? 'none' : gaps.some((gap) => hides(gap, principal.accountId)) ? 'partial' : 'complete',
    gaps: gaps.sort(byPlace),
    management: history
      ? { read: 'yes', write: 'yes', excludedSources: [] }
      : managementCoverage(groups, window),
    data: history ? [] : dataCoverage(input, groups),
    cells: inOrder(source.cells),
    ...(last === undefined ? {} : { lastEventTime: last }),
  };
}

const ordered = new WeakMap<SourceFacts['cells'], Coverage['cells']>();

/** An organisation's trail has a hundred thousand cells: they are sorted once, not for each principal. */
function inOrder(cells: SourceFacts['cells']): Coverage['cells'] {
  const known =
    ordered.get(cells) ??
    cells
      .map((cell) => [cell.accountId, cell.region, cell.day, cell.objects] as const)
      .sort((a, b) => byCodeUnit(a[0], b[0]) || byCodeUnit(a[1], b[1]) || byCodeUnit(a[2], b[2]));
  ordered.set(cells, known);
  return known;
}

/**
 * Whether something the principal did may lie in the gap. Events of a principal are always delivered to its own account,
 * so what is missing of another account's folder hides nothing; and before it existed it did nothing.
 */
export function hides(gap: Gap, accountId: string): boolean {
  return gap.reason !== 'before-principal' && (gap.accountId === undefined || gap.accountId === accountId);
}

function historyGaps(window: Window): Gap[] {
  const from = window.to - HISTORY_DAYS * DAY;
  if (window.from >= from) return [];
  const detail = `event history holds ${HISTORY_DAYS} days`;
  return [{ reason: 'source-limit', from: window.from, to: from, objects: 0, detail }];
}

function malformedGaps(malformed: number): Gap[] {
  if (malformed === 0) return [];
  const what = malformed === 1 ? '1 record could' : `${malformed} records could`;
  return [{ reason: 'unreadable', objects: 0, detail: `${what} not be decoded` }];
}

function youngPrincipal(createdAt: number | undefined, window: Window): Gap[] {
  if (createdAt === undefined || createdAt <= window.from) return [];
  const to = Math.min(createdAt, window.to);
  return [
    {
      reason: 'before-principal',
      from: window.from,
      to,
      objects: 0,
      detail: `the principal was created ${new Date(createdAt).toISOString()}`,
    },
  ];
}

function lastSeen(usages: readonly PrincipalUsage[]): number | undefined {
  let last: number | undefined;
  for (const { entries, denials, unmapped } of usages)
    for (const list of [entries, denials, unmapped])
      for (const one of list) if (last === undefined || one.lastSeen > last) last = one.lastSeen;
  return last;
}

const byPlace = (a: Gap, b: Gap): number =>
  byCodeUnit(a.reason, b.reason) ||
  byCodeUnit(a.accountId ?? '', b.accountId ?? '') ||
  byCodeUnit(a.region ?? '', b.region ?? '') ||
  (a.from ?? 0) - (b.from ?? 0) ||
  byCodeUnit(a.detail, b.detail);
