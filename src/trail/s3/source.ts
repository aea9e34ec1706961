/** The trail as CloudTrail delivered it to S3: lists the window's objects, reads what the store does not know, scans it. */
import { setMaxListeners } from 'node:events';
import { AccessError, EvidenceError } from '../../errors.ts';
import { type AwsOptions, IDLE_TIMEOUT } from '../aws-config.ts';
import { pooled } from '../concurrency.ts';
import { deliveryDays } from '../days.ts';
import type { Inspect } from '../digest/withhold.ts';
import { createNames } from '../digest-inventory.ts';
import type { Batch, GapReason, ReadOptions, TrailSource } from '../source.ts';
import { type AggregateStore, openStore, type Scanned } from '../store/store.ts';
import { type BucketOptions, bucketError, openBucket } from './bucket.ts';
import { readDigests } from './digests.ts';
import { discover, LISTINGS, normalPrefix, type Scope } from './discover.ts';
import { createFetcher, type Fetcher } from './get.ts';
import { type Listed, listGap, listLogs } from './list.ts';
import { createObjectScanner, type ObjectScanner } from './scan-pool.ts';
import { openGetClient } from './signed-get.ts';
import { type Done, Tally } from './tally.ts';

export interface S3SourceOptions extends BucketOptions, Scope {
  readonly aws: AwsOptions;
  /** What stands before `AWSLogs/`; a path into it is welcome too. */
  readonly prefix?: string;
  /** Days after the window's end whose deliveries are read too; 1 where not set. */
  readonly slackDays?: number;
  /** Objects read at a time; 64 where not set. */
  readonly concurrency?: number;
  /** Tries of one object and first pause between them (ms). */
  readonly tries?: number;
  readonly pause?: number;
  /** Where results are kept from run to run; undefined: nowhere. */
  readonly store?: { readonly directory: string; readonly knowledge: string };
  /** Judges each object by its hash before it is handed on. */
  readonly inspect?: Inspect;
  /** Compressed bytes after which threads help with the scan. */
  readonly threadsFrom?: number;
}

export interface S3Source extends TrailSource {
  /** After `read`: objects whose result came from the store. */
  reused(): number;
  /** After `read`: why results could not be kept, where they could not. */
  storeProblem(): string | undefined;
}

const CONCURRENCY = 64;
/** Bytes of objects begun and not yet handed on. */
const BUDGET = 64 * 1024 * 1024;
/** So many refusals without one success: nothing will be readable. */
const REFUSALS = 50;

/** Opens nothing yet: the first request is made by `read`. */
export function openS3Source(options: S3SourceOptions): S3Source {
  const tally = new Tally();
  let store: AggregateStore | undefined;
  return {
    read: (read) =>
      readAll(options, read, tally, (opened) => {
        store = opened;
      }),
    facts: () => tally.facts('s3', `s3://${options.bucket}/${normalPrefix(options.prefix)}`),
    reused: () => tally.reused,
    storeProblem: () => store?.problem(),
  };
}

async function* readAll(
  options: S3SourceOptions,
  read: ReadOptions,
  tally: Tally,
  onStore: (store: AggregateStore) => void,
): AsyncGenerator<Batch> {
  // Ends listing and reading when the consumer stops early, too.
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const abort = (): void => stop.abort(read.signal?.reason);
  read.signal?.throwIfAborted();
  read.signal?.addEventListener('abort', abort, { once: true });
  const store =
    options.store && openStore(options.store.directory, storeScope(options, options.store.knowledge, read));
  if (store) onStore(store);
  const closers: (() => void)[] = [() => store?.close()];
  try {
    const prefix = normalPrefix(options.prefix);
    const bucket = await openBucket(options.aws, options, prefix, stop.signal);
    closers.push(() => bucket.client.destroy());
    const accounts = options.accounts ?? ownAccounts(read.principals);
    const scope = { ...(options.regions && { regions: options.regions }), ...(accounts && { accounts }) };
    const { leaves, failures, digests, ignored } = await discover(bucket, prefix, scope, stop.signal).catch(
      (error: unknown) => {
        throw bucketError(error, options);
      },
    );
    for (const [kind, count] of ignored) tally.ignore(kind, count);
    for (const failure of failures) {
      const batch = emptyBatch(listGap(options.bucket, failure));
      tally.add({ kind: 'batch', batch, listed: false, reused: false });
      yield batch;
    }
    const concurrency = options.concurrency ?? CONCURRENCY;
    const idleTimeout = options.aws.idleTimeout ?? IDLE_TIMEOUT;
    const client = await openGetClient(bucket, { sockets: concurrency, idleTimeout, signal: stop.signal });
    closers.push(() => client.close());
    const fetcher = createFetcher(client, { ...options, idleTimeout, signal: stop.signal });
    // What is kept of an object, or may be taken back, has to be told for each by itself.
    const aggregate = store || options.inspect ? undefined : read.aggregate;
    const scanner = createObjectScanner({
      ...(read.principals ? { principals: read.principals } : aggregate && { aggregate }),
      ...(options.inspect && { hash: true }),
      ...(options.threadsFrom !== undefined && { threadsFrom: options.threadsFrom }),
    });
    closers.push(() => scanner.close());
    const days = deliveryDays(read.window, options.slackDays ?? 1);
    const present = createNames();
    const listing = listLogs(bucket, leaves, {
      days,
      concurrency: LISTINGS,
      signal: stop.signal,
      onListed: (object) => {
        tally.expect(object.bytes);
        if (digests.length > 0) present.add(object.key);
      },
      onAllListed: () => tally.expectNoMore(),
    });
    const pool = { limit: concurrency, budget: BUDGET, weight: weightOf };
    for await (const done of pooled(listing, pool, (listed) =>
      take(listed, fetcher, store, scanner, options.inspect),
    )) {
      const batch = tally.add(done);
      if (!batch) continue;
      refuseHopeless(tally, options.bucket);
      read.onProgress?.(tally.progress());
      yield done.kind === 'batch' && done.withheld ? emptyBatch(done.withheld) : batch;
      if (scanner.full()) yield* scanner.drain();
    }
    yield* scanner.drain();
    refuseNothing(tally, leaves.length + failures.length, options.bucket);
    const told = await readDigests(bucket, {
      ...(options.regions && { regions: options.regions }),
      folders: digests,
      window: read.window,
      days,
      present,
      fetcher,
      store,
      concurrency,
      onDigest: () => tally.ignore('digest', 1),
      signal: stop.signal,
    });
    tally.delivered = told?.cells;
    for (const gap of told?.missing ?? []) yield emptyBatch(gap);
  } finally {
    read.signal?.removeEventListener('abort', abort);
    stop.abort();
    for (const close of closers.reverse()) close();
  }
}

/**
 * Accounts of the principals, where all are known. Every event of a principal is delivered to its own account; copies that
 * other accounts get as owners of a resource add nothing.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trails-organizations.html
 */
function ownAccounts(principals: ReadOptions['principals']): readonly string[] | undefined {
  const accounts = principals?.map((one) => one.accountId);
  return accounts?.every((one) => one !== undefined) ? [...new Set(accounts)] : undefined;
}

const weightOf = (listed: Listed): number => (listed.kind === 'object' ? listed.object.bytes : 0);

const storeScope = ({ bucket }: S3SourceOptions, knowledge: string, { principals }: ReadOptions) => ({
  bucket,
  knowledge,
  ...(principals && { principals }),
});

async function take(
  listed: Listed,
  fetcher: Fetcher,
  store: AggregateStore | undefined,
  scanner: ObjectScanner,
  inspect: Inspect | undefined,
): Promise<Done> {
  if (listed.kind === 'ignored') return listed;
  if (listed.kind === 'gap')
    return { kind: 'batch', batch: emptyBatch(listed.gap), listed: false, reused: false };
  const { key, etag, ...object } = listed.object;
  const identity = { key, etag, bytes: object.bytes };
  const judged = ({ batch, content }: Scanned, reused: boolean): Done => {
    const withheld = content && inspect?.(object, content);
    return { kind: 'batch', batch, listed: true, reused, ...(withheld && { withheld }) };
  };
  const kept = store?.get(identity, object);
  if (kept && (!inspect || kept.content)) return judged(kept, true);
  const fetched = await fetcher.fetch(identity);
  if (fetched.kind === 'gap') {
    const gap = { object, reason: fetched.reason, detail: fetched.detail, partial: false };
    return { kind: 'batch', batch: emptyBatch(gap), listed: true, reused: false };
  }
  const scanned = await scanner.scan(fetched.bytes, object);
  store?.put(identity, scanned);
  return judged(scanned, false);
}

const emptyBatch = (gap: NonNullable<Batch['gap']>): Batch => ({
  object: gap.object,
  records: 0,
  events: [],
  skippedOtherPrincipal: 0,
  rejections: [],
  gap,
});

const REFUSED: readonly GapReason[] = ['access-denied', 'kms-denied'];

function refuseHopeless(tally: Tally, bucket: string): void {
  if (tally.read > 0) return;
  const refused = REFUSED.reduce((sum, reason) => sum + tally.gaps(reason), 0);
  if (refused >= REFUSALS) throw refusal(tally, bucket, refused);
}

function refuseNothing(tally: Tally, leaves: number, bucket: string): void {
  if (tally.read > 0) return;
  const refused = REFUSED.reduce((sum, reason) => sum + tally.gaps(reason), 0);
  if (refused > 0) throw refusal(tally, bucket, refused);
  const failed = tally.gaps('list-failed');
  if (failed >= leaves)
    throw new EvidenceError(
      `none of ${leaves} folders of \`s3://${bucket}/\` could be listed (${tally.lastDetail})`,
    );
}

function refusal(tally: Tally, bucket: string, count: number): AccessError {
  const kms = tally.gaps('kms-denied') > 0;
  const needed = kms ? '`kms:Decrypt` on the key of the trail' : '`s3:GetObject` on the bucket';
  return new AccessError(
    `s3 refused all ${count} objects tried in \`s3://${bucket}/\` (${tally.lastDetail}); ${needed} is needed`,
  );
}
