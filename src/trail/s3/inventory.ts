/** Lists what a run over the bucket would read, and reads a few of the objects to tell how long that takes here. */
import { setMaxListeners } from 'node:events';
import { type AwsOptions, IDLE_TIMEOUT } from '../aws-config.ts';
import { pooled } from '../concurrency.ts';
import { deliveryDays } from '../days.ts';
import { createInventory, type Inventory } from '../inventory.ts';
import { scanObject } from '../scan/scan.ts';
import type { GapReason, PrincipalFilter, Window } from '../source.ts';
import { type BucketOptions, bucketError, openBucket } from './bucket.ts';
import { digestKeys } from './digests.ts';
import { discover, LISTINGS, normalPrefix, type Scope } from './discover.ts';
import { createFetcher } from './get.ts';
import { type ListedObject, listGap, listLogs } from './list.ts';
import { openGetClient } from './signed-get.ts';

export interface InventoryOptions extends BucketOptions, Scope {
  readonly aws: AwsOptions;
  readonly prefix?: string;
  readonly slackDays?: number;
  readonly concurrency?: number;
  readonly window: Window;
  readonly principals?: readonly PrincipalFilter[];
  /** Objects to read at most; 0: none. */
  readonly sample: number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly signal?: AbortSignal;
}

/** Objects read, and how it went. */
export interface Sample {
  readonly objects: number;
  readonly bytes: number;
  /** Wall time of reading and scanning them, as many at a time as a run reads. */
  readonly ms: number;
  readonly refused?: { readonly reason: GapReason; readonly detail: string };
}

export interface BucketInventory extends Inventory {
  /** Digests of the window, which a run reads beside the log files. */
  readonly digests: number;
  readonly listings: number;
  readonly listingMs: number;
  readonly sample: Sample;
}

const CONCURRENCY = 64;
const BUDGET = 64 * 1024 * 1024;

/** Throws an AccessError where the bucket cannot be listed, an EvidenceError where it holds no logs. */
export async function inventoryBucket(options: InventoryOptions): Promise<BucketInventory> {
  const signal = AbortSignal.any(options.signal ? [options.signal] : []);
  setMaxListeners(0, signal);
  const prefix = normalPrefix(options.prefix);
  const started = options.clock();
  const bucket = await openBucket(options.aws, options, prefix, signal);
  try {
    let listings = 1;
    bucket.client.middlewareStack.add(
      (next, context) => (args) => {
        if (context.commandName === 'ListObjectsV2Command') listings += 1;
        return next(args);
      },
      { step: 'initialize', name: 'genPolicyCount' },
    );
    const scope = {
      ...(options.accounts && { accounts: options.accounts }),
      ...(options.regions && { regions: options.regions }),
    };
    const {
      leaves,
      digests: folders,
      failures,
      ignored,
    } = await discover(bucket, prefix, scope, signal).catch((error: unknown) => {
      throw bucketError(error, options);
    });
    const tally = createInventory();
    for (const [kind, count] of ignored) tally.ignore(kind, count);
    for (const failure of failures) tally.gap(listGap(options.bucket, failure));
    const objects: ListedObject[] = [];
    const days = deliveryDays(options.window, options.slackDays ?? 1);
    for await (const one of listLogs(bucket, leaves, { days, concurrency: LISTINGS, signal })) {
      if (one.kind === 'ignored') tally.ignore(one.what);
      else if (one.kind === 'gap') tally.gap(one.gap);
      else {
        tally.add(one.object);
        objects.push(one.object);
      }
    }
    let digests = 0;
    const { window } = options;
    const asked = { folders, window, signal, ...(options.regions && { regions: options.regions }) };
    for await (const _ of digestKeys(bucket, asked, () => tally.ignore('digest'))) digests += 1;
    const listingMs = options.clock() - started;
    const sample = await readSample(bucket, spread(objects, options.sample), options, signal);
    return { ...tally.done(`s3://${options.bucket}/${prefix}`), listings, listingMs, sample, digests };
  } finally {
    bucket.client.destroy();
  }
}

/** As many objects as asked for, evenly over the listing in its sorted order. */
function spread(objects: ListedObject[], count: number): readonly ListedObject[] {
  const all = objects.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
}

async function readSample(
  bucket: Awaited<ReturnType<typeof openBucket>>,
  objects: readonly ListedObject[],
  options: InventoryOptions,
  signal: AbortSignal,
): Promise<Sample> {
  if (objects.length === 0) return { objects: 0, bytes: 0, ms: 0 };
  const concurrency = options.concurrency ?? CONCURRENCY;
  const idleTimeout = options.aws.idleTimeout ?? IDLE_TIMEOUT;
  const client = await openGetClient(bucket, { sockets: concurrency, idleTimeout, signal });
  const { principals } = options;
  try {
    const fetcher = createFetcher(client, { bucket: options.bucket, idleTimeout, signal });
    const started = options.clock();
    const pool = { limit: concurrency, budget: BUDGET, weight: (one: ListedObject) => one.bytes };
    const read = async (object: ListedObject) => {
      const fetched = await fetcher.fetch(object);
      if (fetched.kind === 'bytes') scanObject(fetched.bytes, object, principals ? { principals } : {});
      return { object, fetched };
    };
    let [count, bytes] = [0, 0];
    let refused: Sample['refused'];
    for await (const { object, fetched } of pooled(each(objects), pool, read)) {
      if (fetched.kind === 'gap') refused ??= { reason: fetched.reason, detail: fetched.detail };
      else {
        count += 1;
        bytes += object.bytes;
      }
    }
    return { objects: count, bytes, ms: options.clock() - started, ...(refused ? { refused } : {}) };
  } finally {
    client.close();
  }
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
