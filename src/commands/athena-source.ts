/** `--source athena` from flags. */
import { loadCatalogue } from '../catalogue/load.ts';
import { EvidenceError, UsageError } from '../errors.ts';
import { neededParameters } from '../permissions/needed.ts';
import type { AthenaOptions } from '../trail/athena/client.ts';
import type { Asked, QueryTexts } from '../trail/athena/questions.ts';
import type { TrailSource } from '../trail/source.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Io } from './command.ts';
import { readQuery } from './queries.ts';
import { whole } from './s3-source.ts';

/** Minutes in seven days. https://docs.aws.amazon.com/athena/latest/APIReference/API_ResultReuseByAgeConfiguration.html */
const LONGEST_REUSE = 10_080;

/** What the flags say of Athena itself. Throws a UsageError for what cannot be. */
export function athenaOptions(args: Args): AthenaOptions {
  const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
  const output = text(args.outputLocation);
  if (output !== undefined && !/^s3:\/\/[a-z0-9.-]{3,63}(\/.*)?$/.test(output))
    throw new UsageError(`\`--output-location ${output}\` is no \`s3://bucket/folder/\``);
  const [workgroup, catalog, database] = [text(args.workgroup), text(args.catalog), text(args.database)];
  const reuseMinutes = whole(args, 'reuse-minutes', 0, LONGEST_REUSE);
  const maxBytes = whole(args, 'max-bytes', 0, Number.MAX_SAFE_INTEGER);
  return {
    aws: awsOptions(args as AwsArgs),
    ...(workgroup !== undefined && { workgroup }),
    ...(catalog !== undefined && { catalog }),
    ...(database !== undefined && { database }),
    ...(output !== undefined && { output }),
    ...(reuseMinutes !== undefined && { reuseMinutes }),
    ...(maxBytes !== undefined && { maxBytes }),
  };
}

/** The table, and what the flags say of Athena. Throws a UsageError where no table is named. */
export async function athenaTable(
  args: Args,
): Promise<{ readonly options: AthenaOptions; readonly table: string }> {
  if (args.table === undefined)
    throw new UsageError('no table given: add `--table`, or make one with `gen-policy athena init`');
  const { tableName } = await import('../trail/athena/sql.ts');
  return { options: athenaOptions(args), table: tableName('table', String(args.table)) };
}

/** Opens the source. */
export async function openAthena(args: Args, io: Io): Promise<TrailSource> {
  const { options, table } = await athenaTable(args);
  const [{ openAthenaSource }, catalogue, queries] = await Promise.all([
    import('../trail/athena/source.ts'),
    loadCatalogue(),
    queryTexts(),
  ]);
  const note = (text: string): void => {
    if (args.quiet !== true) io.err(`note: ${text}\n`);
  };
  const { maxBytes } = options;
  return openAthenaSource({
    ...options,
    ...slackDays(args),
    table,
    location: `${args.database === undefined ? '' : `${args.database}.`}${args.table}`,
    queries,
    needed: (source, name) => neededParameters(catalogue, source, name),
    ...(maxBytes !== undefined && {
      beforeQueries: (read) =>
        holdTo(maxBytes, { options, table, read: { ...read, ...slackDays(args) }, io, note }),
    }),
    onScanned: (bytes, reused) =>
      note(`athena scanned ${bytes.toLocaleString('en-US')} bytes${reused ? ' (earlier result)' : ''}`),
  });
}

interface Before {
  readonly options: AthenaOptions;
  readonly table: string;
  readonly read: Asked;
  readonly io: Io;
  readonly note: (text: string) => void;
}

/** Looks at the size of the partitions before a query reads them. Throws an EvidenceError where that is too much. */
async function holdTo(maxBytes: number, { options, table, read, io, note }: Before): Promise<void> {
  const { estimateScan } = await import('../trail/athena/estimate.ts');
  const estimate = await estimateScan(options, table, read, io.now(), io.signal);
  if (estimate.kind === 'unknown')
    return note(
      `the size of a query is not known beforehand, \`--max-bytes\` stops it midway: ${estimate.reason}`,
    );
  if (estimate.bytes > maxBytes)
    throw new EvidenceError(
      `each query would scan ${estimate.bytes.toLocaleString('en-US')} bytes, more than \`--max-bytes ${maxBytes}\`: none was started; shorten the window or raise the limit`,
    );
}

/** `--slack-days`, as an option. */
export function slackDays(args: Args): { readonly slackDays?: number } {
  const days = whole(args, 'slack-days', 0, 30);
  return days === undefined ? {} : { slackDays: days };
}

/** The texts of queries/. */
export async function queryTexts(): Promise<QueryTexts> {
  const [coverage, one, all] = await Promise.all(
    ['coverage', 'usage-by-principal', 'usage-all-principals'].map(readQuery),
  );
  return { coverage: coverage!, one: one!, all: all! };
}
