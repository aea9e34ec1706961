/** Whether the evidence could have shown the use of an action, and which gaps could have hidden it. */

import type { Observability } from '../permissions/observability.ts';
import type { Statement } from '../policy/document.ts';
import type { Coverage, DataCoverage, Gap, Seen } from '../usage/coverage.ts';
import { hides } from '../usage/coverage-build.ts';
import types from './data/data-types.json' with { type: 'json' };
import globals from './data/global-services.json' with { type: 'json' };
import { meets } from './grants.ts';
import type { PrefixesOf } from './judge-advisor.ts';

export type Observed =
  | { readonly kind: 'observable'; readonly how: 'known' | 'assumed'; readonly note: string }
  /** `attempted`: Access Advisor would have counted an attempt, so its "never" speaks where the trail is silent. */
  | { readonly kind: 'hidden'; readonly attempted: boolean; readonly reason: string };

/** Judges one action against what the trails record; gaps in what was read are a question of their own. */
export function observe(
  service: string,
  statement: Statement,
  observability: Observability,
  coverage: Coverage,
  prefixesOf: PrefixesOf,
): Observed {
  if (observability.kind === 'never') {
    return { kind: 'hidden', attempted: observability.permissionOnly, reason: observability.reason };
  }
  if (observability.kind === 'data') return observeData(observability, statement, coverage);
  const source = coverage.management.excludedSources.find((one) => prefixesOf(one).includes(service));
  if (source !== undefined)
    return { kind: 'hidden', attempted: true, reason: `the trail leaves out management events of ${source}` };
  const access = observability.access;
  const seen = coverage.management[access];
  if (seen === 'no' || seen === 'part') {
    const how = seen === 'no' ? 'does not record' : 'recorded for a part of the window only';
    return { kind: 'hidden', attempted: true, reason: `the trail ${how} management ${access} events` };
  }
  return seen === 'yes'
    ? { kind: 'observable', how: 'known', note: `management ${access} events are recorded` }
    : {
        kind: 'observable',
        how: 'assumed',
        note: `management ${access} events are taken to be recorded; the trail's settings were not given`,
      };
}

type DataEvents = Extract<Observability, { kind: 'data' }>;
const TYPES = new Map(types.map((row) => [row.type, row]));

/**
 * Every type the action may be logged under must be recorded: the call could have come in by any of them. But for types
 * that no resource of the statement can be of, and types of which each call is recorded under another one as well.
 */
function observeData(data: DataEvents, statement: Statement, coverage: Coverage): Observed {
  const relevant = data.resourceTypes.filter((type) => {
    const row = TYPES.get(type);
    if (row === undefined) return true;
    if (row.recordedBy !== undefined && data.resourceTypes.includes(row.recordedBy)) return false;
    return meets(statement.resource, row.arn);
  });
  const rows = relevant.map((type) => ({ type, row: dataRow(coverage.data, type, data.access) }));
  const lacking =
    rows.find(({ row }) => seenOf(row) === 'no') ?? rows.find(({ row }) => seenOf(row) === 'part');
  if (lacking) {
    const told = coverage.management.write !== 'assumed';
    const detail = lacking.row?.detail ?? (told ? 'switched off' : 'not known to be switched on');
    return { kind: 'hidden', attempted: true, reason: `data events of ${lacking.type}: ${detail}` };
  }
  const assumed = rows.some(({ row }) => seenOf(row) === 'assumed');
  const note = `data events of ${relevant.join(', ')} are ${assumed ? 'seen across the window' : 'recorded'}`;
  return { kind: 'observable', how: assumed ? 'assumed' : 'known', note };
}

const seenOf = (row: DataCoverage | undefined): Seen => row?.seen ?? 'no';
const dataRow = (
  rows: readonly DataCoverage[],
  type: string,
  access: 'read' | 'write',
): DataCoverage | undefined =>
  rows.find((row) => row.resourceType === type && (row.access === undefined || row.access === access));

const HOMES: ReadonlyMap<string, string> = new Map(globals.map((row) => [row.service, row.region]));

/**
 * Regions in which a use of the service under the statement can be logged; undefined: any. A global service has one, and
 * a statement whose resources all name a region cannot be used elsewhere. Only the `aws` partition has the table's regions.
 */
export function regionsOf(
  service: string,
  statement: Statement,
  partition: string,
): ReadonlySet<string> | undefined {
  const home = partition === 'aws' ? HOMES.get(service) : undefined;
  if (home !== undefined) return new Set([home]);
  if (statement.resource.not || statement.resource.patterns.length === 0) return undefined;
  const regions = new Set<string>();
  for (const pattern of statement.resource.patterns) {
    const region = /^arn:[^:*?$]*:[^:*?$]+:([a-z0-9-]+):/.exec(pattern)?.[1];
    if (region === undefined) return undefined;
    regions.add(region);
  }
  return regions;
}

/** Gaps in which a use may lie unseen, for regions as `regionsOf` gives them. */
export function gapsFor(
  coverage: Coverage,
  accountId: string,
  regions: ReadonlySet<string> | undefined,
): readonly Gap[] {
  return coverage.gaps.filter((gap) => {
    if (!hides(gap, accountId)) return false;
    if (regions === undefined) return true;
    if (gap.exceptRegions) return [...regions].some((region) => !gap.exceptRegions?.includes(region));
    return gap.region === undefined || regions.has(gap.region);
  });
}
