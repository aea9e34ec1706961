/** Runs the cases under test/cases/usage/coverage: what was read and recorded, and what that can and cannot show. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TrailFacts } from '../../src/trail/facts.ts';
import type { CoverageCell, GapReason, SourceFacts } from '../../src/trail/source.ts';
import type { Coverage } from '../../src/usage/coverage.ts';
import { buildCoverage, type CoverageInput } from '../../src/usage/coverage-build.ts';
import { time, type UseCase, usageOf } from '../support/plan-input.ts';

type DayList = readonly string[];
interface Given {
  readonly window?: readonly [string, string];
  readonly source?: Partial<SourceFacts>;
  /** region -> days (`2026-01-01` or `2026-01-01..2026-01-10`) with one object each; `account/region` for another. */
  readonly cells?: Readonly<Record<string, DayList>>;
  /** The same with a number after `x`: `2026-01-01..2026-01-10x4`. */
  readonly delivered?: Readonly<Record<string, DayList>>;
  readonly objectGaps?: readonly {
    readonly reason: GapReason;
    readonly name?: string;
    readonly accountId?: string;
    readonly region?: string;
    readonly day?: string;
  }[];
  readonly records?: number;
  readonly malformed?: number;
  readonly createdAt?: string;
  readonly use?: readonly UseCase[];
  readonly trails?: readonly (Partial<Omit<TrailFacts, 'startedLogging' | 'stoppedLogging'>> & {
    readonly startedLogging?: string;
    readonly stoppedLogging?: string;
  })[];
  readonly expectedRegions?: readonly string[];
}
interface Case {
  readonly name: string;
  readonly given: Given;
  readonly expect: {
    readonly state?: Coverage['state'];
    /** `reason region from..to: detail`, parts left out where the gap has none; all gaps, in order. */
    readonly gaps?: readonly string[];
    readonly management?: Partial<Coverage['management']>;
    /** `type access seen` of every row. */
    readonly data?: readonly string[];
  };
}

const ACCOUNT = '111122223333';
const DAY = 86_400_000;
const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

function cells(given: Readonly<Record<string, DayList>> | undefined): CoverageCell[] {
  return Object.entries(given ?? {}).flatMap(([place, days]) => {
    const [region, accountId = ACCOUNT] = place.split('/').reverse();
    return days.flatMap((text) => {
      const [range, objects = '1'] = text.split('x');
      const [first, last = first] = range!.split('..');
      const found: CoverageCell[] = [];
      for (let at = time(first!); at <= time(last!); at += DAY)
        found.push({ accountId, region: region!, day: dayText(at), objects: Number(objects) });
      return found;
    });
  });
}

function trail(given: NonNullable<Given['trails']>[number]): TrailFacts {
  const { startedLogging, stoppedLogging, ...more } = given;
  return {
    name: 'main',
    arn: `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/main`,
    homeRegion: 'eu-west-1',
    multiRegion: true,
    organization: false,
    includesGlobalServiceEvents: true,
    logFileValidation: true,
    bucket: 'logs',
    data: [],
    isLogging: true,
    ...more,
    management: { read: true, write: true, excludedSources: [], ...more.management },
    ...(startedLogging === undefined ? {} : { startedLogging: time(startedLogging) }),
    ...(stoppedLogging === undefined ? {} : { stoppedLogging: time(stoppedLogging) }),
  };
}

/** Enough of the tables for the cases: the room's own tests hold them. */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['s3:GetObject', ['AWS::S3::Object']],
  ['s3:PutObject', ['AWS::S3::Object']],
  ['dynamodb:Query', ['AWS::DynamoDB::Table']],
]);

function input(given: Given): CoverageInput {
  const [from, to] = given.window ?? ['2026-01-01', '2026-01-31'];
  const whole = ['2026-01-01..2026-01-31'];
  // A multi-region trail fills its own region and the one of the global services.
  const read = cells(given.cells ?? { 'eu-west-1': whole, ...(given.trails ? { 'us-east-1': whole } : {}) });
  return {
    window: { from: time(from), to: time(to) },
    source: {
      kind: 'dir',
      location: 'logs',
      objectsListed: read.length,
      objectsRead: read.length,
      bytesRead: 1,
      ignored: [],
      cells: read,
      ...given.source,
      ...(given.delivered ? { delivered: cells(given.delivered) } : {}),
    },
    objectGaps: (given.objectGaps ?? []).map(({ reason, name = 'a.json.gz', ...place }) => ({
      object: { name, bytes: 1, ...place },
      reason,
      detail: reason,
      partial: false,
    })),
    records: given.records ?? 10,
    malformed: given.malformed ?? 0,
    principal: {
      accountId: ACCOUNT,
      ...(given.createdAt === undefined ? {} : { createdAt: time(given.createdAt) }),
    },
    usages: [usageOf({ use: given.use ?? [] })],
    dataTypesOf: (action) => TYPES.get(action) ?? [],
    isRead: (action) => !action.includes('Put'),
    ...(given.trails ? { trails: given.trails.map(trail) } : {}),
    ...(given.expectedRegions ? { expectedRegions: given.expectedRegions } : {}),
  };
}

const gapText = (gap: Coverage['gaps'][number]): string =>
  [
    gap.reason,
    gap.accountId === ACCOUNT ? undefined : gap.accountId,
    gap.region ?? (gap.exceptRegions ? `not ${gap.exceptRegions.join(',')}` : undefined),
    gap.from === undefined ? undefined : `${dayText(gap.from)}..${dayText(gap.to!)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');

const FOLDER = new URL('../cases/usage/coverage/', import.meta.url);
for (const file of readdirSync(FOLDER).sort()) {
  const cases = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Case[];
  describe(file.replace('.json', ''), () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { given, expect: wanted }) => {
      const coverage = buildCoverage(input(given));
      if (wanted.state !== undefined) expect(coverage.state).toBe(wanted.state);
      if (wanted.gaps) expect(coverage.gaps.map(gapText)).toEqual(wanted.gaps);
      if (wanted.management) expect(coverage.management).toEqual(expect.objectContaining(wanted.management));
      if (wanted.data)
        expect(
          coverage.data.map((row) => [row.resourceType, row.access ?? 'all', row.seen].join(' ')),
        ).toEqual(wanted.data);
    });
  });
}
