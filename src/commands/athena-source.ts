/** `--source athena` from flags, and `--dry-run`: what would be asked, before anything is. */
import { loadCatalogue } from '../catalogue/load.ts';
import { UsageError } from '../errors.ts';
import { neededParameters } from '../permissions/needed.ts';
import type { AthenaOptions } from '../trail/athena/client.ts';
import type { TrailSource } from '../trail/source.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Io } from './command.ts';
import { readQuery } from './queries.ts';

/** What the flags say of Athena itself. Throws a UsageError for what cannot be. */
export function athenaOptions(args: Args): AthenaOptions {
  const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
  const output = text(args.outputLocation);
  if (output !== undefined && !/^s3:\/\/[a-z0-9.-]{3,63}(\/.*)?$/.test(output))
    throw new UsageError(`\`--output-location ${output}\` is no \`s3://bucket/folder/\``);
  const [workgroup, catalog, database] = [text(args.workgroup), text(args.catalog), text(args.database)];
  return {
    aws: awsOptions(args as AwsArgs),
    ...(workgroup !== undefined && { workgroup }),
    ...(catalog !== undefined && { catalog }),
    ...(database !== undefined && { database }),
    ...(output !== undefined && { output }),
    ...(typeof args.reuseMinutes === 'number' && { reuseMinutes: args.reuseMinutes }),
  };
}

/** Opens the source. */
export async function openAthena(args: Args, io: Io): Promise<TrailSource> {
  if (args.table === undefined)
    throw new UsageError('no table given: add `--table`, or make one with `gen-policy athena init`');
  const [{ openAthenaSource }, { tableName }, catalogue] = await Promise.all([
    import('../trail/athena/source.ts'),
    import('../trail/athena/sql.ts'),
    loadCatalogue(),
  ]);
  const limit = typeof args.maxBytes === 'number' ? args.maxBytes : undefined;
  const [coverage, one, all] = await Promise.all(
    ['coverage', 'usage-by-principal', 'usage-all-principals'].map(readQuery),
  );
  return openAthenaSource({
    ...athenaOptions(args),
    table: tableName('table', String(args.table)),
    location: `${args.database === undefined ? '' : `${args.database}.`}${args.table}`,
    queries: { coverage: coverage!, one: one!, all: all! },
    needed: (source, name) => neededParameters(catalogue, source, name),
    onScanned: (bytes, reused) => {
      if (args.quiet !== true)
        io.err(
          `note: athena scanned ${bytes.toLocaleString('en-US')} bytes${reused ? ' (earlier result)' : ''}\n`,
        );
      if (limit !== undefined && bytes > limit)
        throw new UsageError(
          `one query scanned ${bytes.toLocaleString('en-US')} bytes, more than \`--max-bytes ${limit}\`: shorten the window or raise the limit`,
        );
    },
  });
}
