/** From flags to evidence: opens the source, reads it into a ledger, remembers what could not be read. */
import { UsageError } from '../errors.ts';
import type { TrailEvent } from '../events/event.ts';
import type { Resolution } from '../permissions/permission.ts';
import { plural } from '../report/text.ts';
import type { ValidationReport } from '../trail/digest/validate.ts';
import { directoryOpener, openDirectory } from '../trail/directory.ts';
import type { RequestReads } from '../trail/scan/rows.ts';
import type { ObjectGap, PrincipalFilter, SourceFacts, TrailSource, Window } from '../trail/source.ts';
import { createLedger, type Ledger } from '../usage/ledger.ts';
import { openAthena } from './athena-source.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Io } from './command.ts';
import type { Exclusions } from './exclusions.ts';
import { createProgress } from './progress.ts';
import { regionList, s3Opener } from './s3-source.ts';
import { validationNotes } from './validate-logs-view.ts';

const DAY = 86_400_000;

export interface Evidence {
  readonly ledger: Ledger;
  readonly gaps: readonly ObjectGap[];
  readonly source: SourceFacts;
  readonly records: number;
}

/** The source that `--source` names; with `--verify-digests` without what was tampered with. */
export async function openSource(args: Args, window: Window, io: Io): Promise<TrailSource> {
  if (args.verifyDigests !== true) return openNamed(args, window, io);
  if (args.source !== 'dir' && args.source !== 's3')
    throw new UsageError(
      `\`--verify-digests\` needs the files that cloudtrail delivered: use \`--source s3\` or \`--source dir\``,
    );
  const [{ validationFromFlags }, { tamperedIn, withholdWhileReading }] = await Promise.all([
    import('./digests.ts'),
    import('../trail/digest/withhold.ts'),
  ]);
  // What happened in the window is delivered shortly after.
  const delivered = { from: window.from, to: Math.max(window.to, Math.min(io.now(), window.to + DAY)) };
  const note = (report: ValidationReport): void => {
    if (args.quiet !== true)
      for (const one of validationNotes(report, tamperedIn(report))) io.err(`note: ${one}\n`);
  };
  // The validation holds no connection that is in use once the report is there.
  let close = (): void => undefined;
  const openWith = args.source === 'dir' ? await directoryOpener(logsOf(args)) : await s3Opener(args, io);
  return withholdWhileReading(
    openWith,
    async ({ principals }) => {
      const opened = await validationFromFlags(args, delivered, io, accountsOf(principals));
      close = opened.close;
      return opened.validation;
    },
    (report) => {
      close();
      note(report);
    },
  );
}

/** Accounts of the principals, where all are known. */
function accountsOf(principals: readonly PrincipalFilter[] | undefined): readonly string[] | undefined {
  const accounts = principals?.map((one) => one.accountId).filter((one) => one !== undefined);
  return accounts?.length === principals?.length ? accounts : undefined;
}

function logsOf(args: Args): string {
  if (args.logs === undefined)
    throw new UsageError('no logs given: add `--logs PATH` with a folder or file of CloudTrail logs');
  return String(args.logs);
}

async function openNamed(args: Args, window: Window, io: Io): Promise<TrailSource> {
  const aws = awsOptions(args as AwsArgs);
  switch (args.source) {
    case 'lookup': {
      const { HISTORY_LIMITS, openLookupSource } = await import('../trail/lookup.ts');
      if (args.quiet !== true) io.err(`note: ${HISTORY_LIMITS}\n`);
      const regions = regionList(args);
      return openLookupSource({ aws, now: Math.max(window.to, io.now()), ...(regions && { regions }) });
    }
    case 's3':
      return (await s3Opener(args, io))();
    case 'dir':
      return openDirectory(logsOf(args));
    case 'athena':
      return openAthena(args, io);
    default:
      throw new UsageError(`\`--source ${args.source}\` is unknown: use dir, s3, athena or lookup`);
  }
}

export interface CollectOptions {
  readonly window: Window;
  /** Undefined: all principals. */
  readonly wanted?: readonly PrincipalFilter[];
  readonly resolve: (event: TrailEvent) => Resolution;
  readonly exclusions?: Exclusions | undefined;
  /** What the mapping reads of a request, so that a source can tell alike records without parsing them. */
  readonly reads?: RequestReads;
  /** Sees every event, whosesoever, before the ledger does. */
  readonly witness?: (events: readonly TrailEvent[]) => void;
  readonly quiet: boolean;
}

/** Reads the source to its end. Unreadable objects become gaps; only a source that gives nothing at all throws. */
export async function collect(source: TrailSource, options: CollectOptions, io: Io): Promise<Evidence> {
  const { window, wanted, resolve, reads, exclusions, witness } = options;
  const cuts = [window.from, window.to, ...(exclusions?.cuts ?? [])];
  const ledger = createLedger({
    window,
    resolve,
    ...(wanted ? { wanted } : {}),
    ...(exclusions ? { exclude: exclusions.exclude } : {}),
  });
  const gaps: ObjectGap[] = [];
  const progress = createProgress(io, options.quiet);
  let [records, forgotten] = [0, 0];
  try {
    const batches = source.read({
      window,
      // Alike records of all principals together come as one event with a count, where the source can.
      ...(wanted ? { principals: wanted } : { aggregate: { resolve, cuts, ...(reads ? { reads } : {}) } }),
      signal: io.signal,
      onProgress: progress.update,
    });
    for await (const batch of batches) {
      witness?.(batch.events);
      ledger.add(batch);
      records += batch.records;
      forgotten += batch.forgotten ?? 0;
      if (batch.gap) gaps.push(batch.gap);
      // A long run of small local files would otherwise never let a signal in.
      if (io.signal.aborted) throw io.signal.reason;
    }
  } finally {
    progress.end();
  }
  const { copies } = source.facts();
  if (copies !== undefined && !options.quiet)
    io.err(`note: ${plural(copies, 'copy', 'copies')} of other files in the folder not read again\n`);
  const unremembered = ledger.unremembered() + forgotten;
  if (unremembered > 0 && !options.quiet)
    io.err(
      `note: the ids of ${plural(unremembered, 'record')} could not be held to the end: copies of them may count twice\n`,
    );
  const unnamed = ledger.unnamedDenials();
  if (unnamed > 0 && !options.quiet)
    io.err(
      `note: ${plural(unnamed, 'principal was', 'principals were')} refused on more than 10000 different resources, which are not named\n`,
    );
  const byName = (a: ObjectGap, b: ObjectGap): number => (a.object.name < b.object.name ? -1 : 1);
  return { ledger, gaps: gaps.sort(byName), source: source.facts(), records };
}
