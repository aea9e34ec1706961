/** `--source s3` from flags: which bucket, which accounts and regions, where results are kept. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Inspect } from '../trail/digest/withhold.ts';
import type { BucketOptions } from '../trail/s3/bucket.ts';
import type { Scope } from '../trail/s3/discover.ts';
import type { S3SourceOptions } from '../trail/s3/source.ts';
import type { TrailSource } from '../trail/source.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import { buildId } from './build-id.ts';
import type { Args, Io } from './command.ts';

/** What opens the source. Without `--bucket` the account is asked for its trails. */
export async function s3Opener(args: Args, io: Io): Promise<(inspect?: Inspect) => TrailSource> {
  const aws = awsOptions(args as AwsArgs);
  const options = await readOptions(args, io);
  const { openS3Source } = await import('../trail/s3/source.ts');
  const note = (text: string): void => {
    if (args.quiet !== true) io.err(`note: ${text}\n`);
  };
  return (inspect) => {
    const source = openS3Source({ aws, ...options, ...(inspect && { inspect }) });
    return {
      facts: source.facts,
      async *read(read) {
        yield* source.read(read);
        const problem = source.storeProblem();
        if (problem !== undefined) note(problem);
        if (source.reused() > 0) note(`${source.reused()} objects were known from an earlier run`);
      },
    };
  };
}

/** Where results are kept by default. https://specifications.freedesktop.org/basedir-spec/latest/ */
export const defaultStore = (env: Io['env']): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gen-policy', 'objects');

async function readOptions(args: Args, io: Io): Promise<Omit<S3SourceOptions, 'aws'>> {
  const store = args.store === false ? undefined : String(args.store ?? defaultStore(io.env));
  const slackDays = whole(args, 'slack-days', 0, 30);
  const concurrency = whole(args, 'concurrency', 1, 512);
  return {
    ...(await bucketOptions(args)),
    ...(slackDays !== undefined && { slackDays }),
    ...(concurrency !== undefined && { concurrency }),
    ...(store !== undefined && { store: { directory: store, knowledge: buildId() } }),
  };
}

/** Which bucket, and what of it; the trail is asked for its bucket where none is given. */
export async function bucketOptions(args: Args): Promise<BucketOptions & Scope & { prefix?: string }> {
  const accounts = list(args, 'accounts', /^\d{12}$/, '12-digit account ids');
  const regions = regionList(args);
  const owner = list(args, 'expected-bucket-owner', /^\d{12}$/, 'a 12-digit account id')?.[0];
  return {
    ...(await place(args)),
    ...(accounts && { accounts }),
    ...(regions && { regions }),
    ...(args['requester-pays'] === true && { requesterPays: true }),
    ...(owner !== undefined && { expectedBucketOwner: owner }),
  };
}

/** `--regions`, for the event history as well. */
export const regionList = (args: Args): readonly string[] | undefined =>
  list(args, 'regions', /^[a-z]{2,}(?:-[a-z0-9]+)+$/, 'regions such as `eu-west-1`');

async function place(args: Args): Promise<{ readonly bucket: string; readonly prefix?: string }> {
  if (args.bucket === undefined) {
    const { chooseTrail, readTrailFacts } = await import('../trail/facts-live.ts');
    const { trails } = await readTrailFacts(awsOptions(args as AwsArgs));
    const { bucket, prefix } = chooseTrail(trails, args.trail === undefined ? undefined : String(args.trail));
    const given = args.prefix === undefined ? prefix : String(args.prefix);
    return { bucket, ...(given !== undefined && { prefix: given }) };
  }
  const [, bucket = '', inside = ''] = /^(?:s3:\/\/)?([^/]*)\/?(.*)$/.exec(String(args.bucket)) ?? [];
  if (!/^[A-Za-z0-9._-]{3,255}$/.test(bucket) && !bucket.startsWith('arn:'))
    throw new UsageError(
      `\`--bucket ${args.bucket}\` is no bucket name: use \`my-logs\` or \`s3://my-logs/prefix\``,
    );
  if (inside !== '' && args.prefix !== undefined)
    throw new UsageError('`--bucket` holds a prefix and `--prefix` is given too: give it once');
  const prefix = inside === '' ? args.prefix : inside;
  return { bucket, ...(prefix !== undefined && { prefix: String(prefix) }) };
}

function list(args: Args, flag: string, shape: RegExp, what: string): readonly string[] | undefined {
  if (args[flag] === undefined) return undefined;
  const values = String(args[flag])
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const wrong = values.find((one) => !shape.test(one));
  if (wrong !== undefined || values.length === 0)
    throw new UsageError(`\`--${flag} ${args[flag]}\` must be ${what}`);
  return [...new Set(values)].sort();
}

/** The whole number a flag gives; undefined where it was not given. */
export function whole(args: Args, flag: string, least: number, most: number): number | undefined {
  if (args[flag] === undefined) return undefined;
  const value = Number(args[flag]);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`\`--${flag} ${args[flag]}\` must be a whole number from ${least} to ${most}`);
  return value;
}
