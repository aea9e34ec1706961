/** A trail's bucket: the digests and log files of a window as CloudTrail left them, with the metadata that hold signatures. */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { EvidenceError } from '../../errors.ts';
import type { AwsOptions } from '../aws-config.ts';
import { awsError, awsErrorCode, credentialsFault, oneLine } from '../aws-error.ts';
import { dayOf } from '../days.ts';
import { parseObjectKey } from '../layout.ts';
import { type Bucket, type BucketOptions, bucketError, openBucket } from '../s3/bucket.ts';
import { normalPrefix, pages, type Scope } from '../s3/discover.ts';
import type { Window } from '../source.ts';
import { type Archive, type Fetched, type Place, s3Name } from './archive.ts';
import { parseDigestName } from './key.ts';

export interface BucketArchiveOptions extends BucketOptions, Scope {
  readonly aws: AwsOptions;
  readonly prefix?: string;
  readonly window: Window;
  readonly signal?: AbortSignal;
}

export interface BucketArchive extends Archive {
  close(): void;
}

const ACCOUNT = /^\d{12}$/;
const ORGANIZATION = /^o-[a-z0-9]{1,32}$/;
const HOUR = 3_600_000;
const TRIES = 4;
const PAUSE = 200;
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound', 'NoSuchBucket']);

/**
 * Opens the bucket. Digests name their bucket, and one that they name is read too. Throws an AccessError where it cannot be
 * listed, an EvidenceError where there is nothing of CloudTrail under the prefix.
 */
export async function openBucketArchive(given: BucketArchiveOptions): Promise<BucketArchive> {
  // Many requests listen to it at a time, which Node would warn of.
  const signal = AbortSignal.any(given.signal ? [given.signal] : []);
  setMaxListeners(0, signal);
  const options = { ...given, signal };
  const { aws, window } = options;
  const prefix = normalPrefix(options.prefix);
  const own = await openBucket(aws, options, prefix, signal);
  const buckets = new Map<string, Promise<Bucket>>([[options.bucket, Promise.resolve(own)]]);
  const bucketOf = (name: string): Promise<Bucket> => {
    const known = buckets.get(name) ?? openBucket(aws, { ...options, bucket: name }, '', signal);
    buckets.set(name, known);
    return known;
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw bucketError(error, options);
    }
  };
  const accounts = await guarded(() => accountFolders(own, prefix, options));
  if (accounts.length === 0)
    throw new EvidenceError(
      `no cloudtrail folders under \`s3://${options.bucket}/${prefix}\`: give the trail's bucket and prefix`,
    );
  const list = (product: string, wanted: (key: string) => boolean) =>
    guarded(async () => {
      const keys: string[] = [];
      for (const account of accounts)
        for (const region of await folders(own, `${account}${product}/`, options))
          if (options.regions?.includes(region) !== false)
            keys.push(...(await keysOf(own, `${account}${product}/${region}/`, options)));
      return keys.filter(wanted).map((key) => s3Name({ bucket: options.bucket, key }));
    });
  return {
    copied: false,
    digests: () => list('CloudTrail-Digest', (key) => parseDigestName(key) !== undefined),
    logs: () => list('CloudTrail', (key) => parseObjectKey(key).kind === 'log'),
    locate: (place) => [s3Name(place)],
    isAt: (name, place) => name === s3Name(place),
    read: (name) => read(name, bucketOf, signal),
    close: () => {
      for (const one of buckets.values()) one.then(({ client }) => client.destroy()).catch(() => undefined);
    },
  };

  /** Keys of the window in a folder of days; a file may lie in the folder of the day after. */
  async function keysOf(bucket: Bucket, folder: string, { signal }: BucketArchiveOptions): Promise<string[]> {
    const dayFolder = (time: number): string => `${folder}${dayOf(time).replaceAll('-', '/')}/`;
    const last = dayFolder(window.to + HOUR);
    const keys: string[] = [];
    const input = { prefix: folder, startAfter: dayFolder(Math.max(0, window.from - HOUR)) };
    for await (const page of pages(bucket, input, signal)) {
      for (const { Key: key } of page.Contents ?? [])
        if (key !== undefined && key.slice(0, last.length) <= last) keys.push(key);
      if ((page.Contents?.at(-1)?.Key ?? '').slice(0, last.length) > last) break;
    }
    return keys;
  }
}

/** Folders of accounts, also those of an organisation, in the scope. A prefix that leads into `AWSLogs/` is cut to it. */
async function accountFolders(
  bucket: Bucket,
  prefix: string,
  options: BucketArchiveOptions,
): Promise<string[]> {
  const inside = `/${prefix}`.lastIndexOf('/AWSLogs/');
  const root = inside >= 0 ? prefix.slice(0, inside) : prefix;
  const found: string[] = [];
  const visit = async (at: string): Promise<void> => {
    for (const name of await folders(bucket, at, options))
      if (ORGANIZATION.test(name)) await visit(`${at}${name}/`);
      else if (ACCOUNT.test(name) && options.accounts?.includes(name) !== false) found.push(`${at}${name}/`);
  };
  await visit(`${root}AWSLogs/`);
  return found;
}

async function folders(bucket: Bucket, prefix: string, { signal }: BucketArchiveOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages(bucket, { prefix, folders: true }, signal))
    for (const { Prefix: folder } of page.CommonPrefixes ?? [])
      if (folder !== undefined) names.push(folder.slice(prefix.length, -1));
  return names;
}

/** Throws for bad credentials only: every other failure is one of this object. */
async function read(
  name: string,
  bucketOf: (name: string) => Promise<Bucket>,
  signal: AbortSignal | undefined,
): Promise<Fetched> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const place = placeOf(name);
  for (let round = 1; ; round++) {
    signal?.throwIfAborted();
    try {
      const { client, request } = await bucketOf(place.bucket);
      const command = new GetObjectCommand({ ...request, Key: place.key });
      const answer = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      if (answer.ContentLength !== undefined && bytes.length < answer.ContentLength)
        throw Object.assign(new Error('the body ended too early'), { code: 'ECONNRESET' });
      return { kind: 'object', bytes, metadata: new Map(Object.entries(answer.Metadata ?? {})) };
    } catch (error) {
      signal?.throwIfAborted();
      const code = awsErrorCode(error);
      if (MISSING.has(code)) return { kind: 'missing' };
      if (credentialsFault(code) !== undefined) throw awsError(error, `read \`${name}\``, 's3:GetObject');
      // The SDK tries again what fails before the body; what is cut off in the body is ours.
      if (code !== 'ECONNRESET' || round >= TRIES)
        return { kind: 'unreadable', detail: `${code}: ${oneLine(error)}` };
      await sleep(PAUSE * 2 ** round * Math.random());
    }
  }
}

function placeOf(name: string): Place {
  const slash = name.indexOf('/', 's3://'.length);
  return { bucket: name.slice('s3://'.length, slash), key: name.slice(slash + 1) };
}
