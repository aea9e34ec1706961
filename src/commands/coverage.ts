/** Puts the coverage of one principal's evidence together from what a run has read. */
import type { AccountPrincipal, LastAccessed } from '../account/account.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { TrailFacts } from '../trail/facts.ts';
import type { Window } from '../trail/source.ts';
import type { Coverage } from '../usage/coverage.ts';
import { buildCoverage } from '../usage/coverage-build.ts';
import type { PrincipalUsage } from '../usage/usage.ts';
import type { Evidence } from './evidence.ts';
import { createKnowledge } from './knowledge.ts';

export interface CoverageParts {
  readonly evidence: Evidence;
  readonly usage: PrincipalUsage;
  readonly principal: AccountPrincipal | undefined;
  readonly catalogue: Catalogue;
  readonly window: Window;
  readonly trails: readonly TrailFacts[] | undefined;
  readonly lastAccessed?: LastAccessed | undefined;
}

export function coverageOf({
  evidence,
  usage,
  principal,
  catalogue,
  window,
  trails,
  lastAccessed,
}: CoverageParts): Coverage {
  const { accountId } = usage.principal;
  const createdAt = principal?.createdAt;
  const knowledge = createKnowledge(catalogue);
  return buildCoverage({
    window,
    source: evidence.source,
    objectGaps: evidence.gaps,
    records: evidence.records,
    malformed: usage.accounting.buckets.malformed,
    principal: createdAt === undefined ? { accountId } : { accountId, createdAt },
    usages: [usage],
    dataTypesOf: knowledge.dataTypesOf,
    isRead: knowledge.isRead,
    ...(trails ? { trails } : {}),
    expectedRegions: regionsOf(principal, lastAccessed, window),
  });
}

/** Regions in which AWS knows the principal to have been active inside the window: each must be in the logs. */
function regionsOf(
  principal: AccountPrincipal | undefined,
  lastAccessed: LastAccessed | undefined,
  window: Window,
): readonly string[] {
  const inside = (time: number | undefined): boolean =>
    time !== undefined && time >= window.from && time < window.to;
  const services = lastAccessed?.services ?? [];
  const seen = [
    ...services.map((one) => ({ at: one.lastAuthenticated, region: one.region })),
    ...services.flatMap((one) => one.actions.map(({ lastAccessed: at, region }) => ({ at, region }))),
    { at: principal?.lastUsedAt, region: principal?.lastUsedRegion },
  ];
  const regions = seen.flatMap(({ at, region }) => (inside(at) && region !== undefined ? [region] : []));
  return [...new Set(regions)].sort();
}
