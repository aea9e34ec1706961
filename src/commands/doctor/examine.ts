/** Puts doctor's looks together, in the order in which each needs what came before. */
import { loadCatalogue } from '../../catalogue/load.ts';
import { EXIT } from '../../errors.ts';
import { outlook } from '../../plan/outlook.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import { chooseTrail } from '../../trail/facts-live.ts';
import type { PrincipalFilter, Window } from '../../trail/source.ts';
import { buildCoverage } from '../../usage/coverage-build.ts';
import { VERSION } from '../../version.ts';
import { pricePerTerabyte } from '../athena-cost.ts';
import type { Args, Io } from '../command.ts';
import { createKnowledge } from '../knowledge.ts';
import { bucketOptions } from '../s3-source.ts';
import { type Amount, athenaCosts, type Estimate, s3Costs, secondsFor } from './estimate.ts';
import type { Examination, RegionLogs, Verdict } from './examination.ts';
import {
  type Around,
  type Found,
  found,
  type Logs,
  type LogsInput,
  liveOptions,
  lookAround,
  lookAtBucket,
  lookAtCaller,
  lookAtFolder,
} from './look.ts';
import { neededParts, type Part } from './needs.ts';
import { type OwnPolicy, ownPolicy, placeholdersIn } from './own-policy.ts';
import type { PermissionRow } from './permissions.ts';
import type { Known } from './places.ts';
import { knownPlaces, reachesAws, setupFacts } from './setup.ts';
import { tryPermissions } from './try-permissions.ts';

export interface ExamineInput {
  readonly args: Args;
  readonly filter: PrincipalFilter | undefined;
  readonly window: Window;
  readonly sample: number;
  readonly io: Io;
}

interface Met {
  readonly caller: Awaited<ReturnType<typeof lookAtCaller>> | undefined;
  readonly live: Awaited<ReturnType<typeof liveOptions>> | undefined;
  readonly around: Around;
  readonly trail: TrailFacts | undefined;
  readonly parts: readonly Part[];
  readonly known: Known;
}

/** Who asks, about what, and which calls that takes. */
async function meet({ args, filter, io }: ExamineInput): Promise<Met> {
  const live = reachesAws(args) ? await liveOptions(args, io) : undefined;
  const caller = live ? await lookAtCaller(live) : undefined;
  const who = caller && 'value' in caller ? caller.value : undefined;
  const around = await lookAround(args, filter, who && live, io);
  const place =
    args.source === 's3' || args.bucket !== undefined
      ? await found(() => bucketOptions(args)).catch(() => undefined)
      : undefined;
  const bucket = place && 'value' in place ? place.value : undefined;
  const trail = trailOf(args, around.trails ?? [], bucket?.bucket);
  const parts = neededParts(setupFacts({ args, filter, trail }));
  const known = knownPlaces({
    args,
    env: io.env,
    filter,
    caller: who,
    principal: around.principal,
    trail,
    place: bucket ?? (trail && { bucket: trail.bucket, ...(trail.prefix ? { prefix: trail.prefix } : {}) }),
  });
  return { caller, live, around, trail, parts, known };
}

/** The policy alone: nothing is tried, listed or read but what tells whom and which bucket it is about. */
export async function smallestPolicy(
  input: ExamineInput,
): Promise<{ readonly policy: OwnPolicy; readonly notes: readonly string[] }> {
  const met = await meet(input);
  return { policy: ownPolicy(met.parts, met.known), notes: keyNote(met) };
}

/** Without a trail nobody has told whether its files are encrypted; reading one would. */
function keyNote({ trail, parts }: Met): readonly string[] {
  const reads = parts.some((part) => part.resource === 'trail-objects');
  return reads && trail === undefined
    ? ['whether the trail has a KMS key is not known: if so, `kms:Decrypt` on it is needed too']
    : [];
}

export async function examine(input: ExamineInput): Promise<Examination> {
  const { args, filter, window, io } = input;
  const met = await meet(input);
  const { caller, live, around, trail, parts, known } = met;
  const accountId = around.principal?.accountId ?? filter?.accountId;
  const size = who(met) ? await sizeOfQuery({ ...input, accountId }) : undefined;
  const logs = await look({ ...input, accountId }, caller === undefined || 'value' in caller);
  const permissions =
    live && caller && 'value' in caller
      ? await tryPermissions({ args, filter, live, caller: caller.value, trail, parts, known, logs, io })
      : [];
  const seen = logs && 'value' in logs ? logs.value : undefined;
  const coverage = seen && (await coverageOf(input, met, seen));
  const policies = around.principal?.policies;
  const estimate =
    size?.kind === 'known'
      ? queryEstimate(args, size)
      : seen && (args.source === 'athena' ? queryEstimate(args, seen) : estimateOf(args, seen, trail));
  const problems = [
    ...(size?.kind === 'unknown' ? [size.reason] : []),
    ...(caller && 'error' in caller ? [caller.error.message] : []),
    ...around.problems,
    ...(logs && 'error' in logs ? [logs.error.message] : []),
    ...(seen?.sample === undefined || seen.sample.objects === 0 ? keyNote(met) : []),
    ...(accountId === undefined && seen ? severalAccounts(seen) : []),
  ];
  const policy = ownPolicy(parts, known);
  const failed =
    (caller !== undefined && 'error' in caller) ||
    (logs !== undefined && 'error' in logs && logs.error.exitCode === EXIT.access);
  return {
    tool: { name: 'gen-policy', version: VERSION },
    purpose: String(args.for),
    source: String(args.source),
    ...(filter ? { principal: around.principal?.arn ?? filter.arn ?? `${filter.kind} ${filter.name}` } : {}),
    window: { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() },
    ...(caller && 'value' in caller
      ? { identity: { accountId: caller.value.accountId, arn: caller.value.arn } }
      : {}),
    permissions,
    ...(around.trails ? { trails: around.trails } : {}),
    ...(seen ? { logs: placed(seen) } : {}),
    ...(coverage ? { coverage: { state: coverage.state, gaps: coverage.gaps } } : {}),
    ...(coverage && policies ? { outlook: outlook(policies, coverage, await loadCatalogue()) } : {}),
    ...(estimate ? { estimate } : {}),
    policy,
    placeholders: placeholdersIn(policy),
    problems: [...new Set(problems)],
    verdict: verdictOf(failed, permissions, args.for === 'snapshot' ? 'complete' : coverage?.state, args),
  };
}

/** The logs, where a listing can tell of them; undefined for the event history, which nothing lists. */
async function look(input: LogsInput, known: boolean): Promise<Found<Logs> | undefined> {
  const { args } = input;
  if (args.for === 'snapshot' || args.source === 'lookup') return undefined;
  if (args.source === 'dir') return found(() => lookAtFolder(input));
  // Days and regions of a table's place are not told: the bucket is listed where it was named.
  if (args.source === 'athena' && args.bucket === undefined) return undefined;
  return known ? found(() => lookAtBucket(input)) : undefined;
}

function trailOf(
  args: Args,
  trails: readonly TrailFacts[],
  bucket: string | undefined,
): TrailFacts | undefined {
  const there = bucket === undefined ? trails : trails.filter((trail) => trail.bucket === bucket);
  try {
    return chooseTrail(there, args.trail === undefined ? undefined : String(args.trail));
  } catch {
    // None, or several that nothing tells apart: no key and no prefix is taken from any of them.
    return undefined;
  }
}

const accountsOf = (logs: Logs): readonly string[] => [...new Set(logs.cells.map((cell) => cell.accountId))];

function severalAccounts(logs: Logs): readonly string[] {
  const [first, ...others] = accountsOf(logs);
  return others.length === 0
    ? []
    : [
        `what is missing is told of account ${first} alone, the first of ${others.length + 1}: name a principal of another`,
      ];
}

async function coverageOf({ args, filter, window }: ExamineInput, { around }: Met, logs: Logs) {
  const catalogue = await loadCatalogue();
  const { dataTypesOf, isRead } = createKnowledge(catalogue);
  const accountId = around.principal?.accountId ?? filter?.accountId ?? accountsOf(logs)[0] ?? '';
  const createdAt = around.principal?.createdAt;
  return buildCoverage({
    window,
    source: {
      kind: args.source === 'dir' ? 'dir' : 's3',
      location: logs.location,
      objectsListed: logs.objects,
      objectsRead: logs.objects,
      bytesRead: logs.bytes,
      ignored: logs.ignored,
      cells: logs.cells,
      ...(logs.delivered ? { delivered: logs.delivered } : {}),
    },
    objectGaps: logs.gaps,
    records: logs.objects,
    malformed: 0,
    principal: createdAt === undefined ? { accountId } : { accountId, createdAt },
    usages: [],
    dataTypesOf,
    isRead,
    ...(around.trails ? { trails: around.trails } : {}),
  });
}

function placed(logs: Logs): NonNullable<Examination['logs']> {
  const regions = new Map<string, RegionLogs>();
  for (const { accountId, region, day, objects, bytes } of logs.cells) {
    const key = `${accountId}/${region}`;
    const known = regions.get(key);
    regions.set(key, {
      accountId,
      region,
      days: (known?.days ?? 0) + 1,
      firstDay: known?.firstDay ?? day,
      lastDay: day,
      objects: (known?.objects ?? 0) + objects,
      bytes: (known?.bytes ?? 0) + bytes,
    });
  }
  const { location, objects, bytes, unplaced, ignored } = logs;
  return { location, objects, bytes, unplaced, regions: [...regions.values()], ignored };
}

const who = ({ caller }: Met): boolean => caller !== undefined && 'value' in caller;

/** What a query would read, as `--dry-run` asks; undefined for other sources, or where no table is named. */
async function sizeOfQuery({ args, filter, accountId, window, io }: LogsInput) {
  if (args.for === 'snapshot' || args.source !== 'athena' || args.table === undefined) return undefined;
  const [{ athenaTable, slackDays }, { estimateScan }] = await Promise.all([
    import('../athena-source.ts'),
    import('../../trail/athena/estimate.ts'),
  ]);
  const { options, table } = await athenaTable(args);
  const principals = filter && [{ ...filter, ...(accountId === undefined ? {} : { accountId }) }];
  const asked = { window, ...(principals ? { principals } : {}), ...slackDays(args) };
  return estimateScan(options, table, asked, io.now(), io.signal);
}

const queryEstimate = (args: Args, { objects, bytes }: Amount): Estimate => ({
  objects,
  bytes,
  costs: athenaCosts(bytes, pricePerTerabyte(args).usd),
});

function estimateOf(args: Args, logs: Logs, trail: TrailFacts | undefined): Estimate {
  const { objects, bytes, sample } = logs;
  const amount = { objects, bytes };
  const seconds = sample ? secondsFor(amount, sample, logs.listingMs ?? 0) : undefined;
  const { listings = 0, digests = 0 } = logs;
  const costs =
    args.source === 's3' ? s3Costs(amount, { listings, digests }, trail?.kmsKeyId !== undefined) : [];
  return {
    ...amount,
    ...(logs.digests === undefined ? {} : { digests: logs.digests }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(sample && sample.objects > 0
      ? { measured: { objects: sample.objects, bytes: sample.bytes, ms: sample.ms } }
      : {}),
    costs,
  };
}

function verdictOf(
  failed: boolean,
  permissions: readonly PermissionRow[],
  coverage: 'complete' | 'partial' | 'none' | undefined,
  args: Args,
): Verdict {
  const denied = permissions.filter((row) => row.verdict === 'denied');
  if (failed || denied.some((row) => !row.optional)) return 'not ready';
  const open =
    coverage === undefined ? args.source !== 'lookup' && args.source !== 'athena' : coverage !== 'complete';
  return open || denied.length > 0 ? 'incomplete' : 'ready';
}
