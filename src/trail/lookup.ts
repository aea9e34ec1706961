/**
 * The event history: LookupEvents in every region, for accounts without a trail. It holds the management events of one
 * account for 90 days and no data events, and gives at most 100 events a second and region.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudTrailClient, Event } from '@aws-sdk/client-cloudtrail';
import pLimit from 'p-limit';
import { type AwsOptions, awsClientConfig } from './aws-config.ts';
import { awsError, awsErrorCode, credentialsFault, isDenied, oneLine } from './aws-error.ts';
import { Channel } from './concurrency.ts';
import { isOptIn, regionsLike } from './regions.ts';
import { scanObject } from './scan/scan.ts';
import type { Batch, GapReason, ObjectRef, ReadOptions, SourceFacts, TrailSource } from './source.ts';

export interface LookupOptions {
  readonly aws: AwsOptions;
  /** Undefined: all regions of the partition. */
  readonly regions?: readonly string[];
  /** Epoch ms; decides how far back the history reaches. */
  readonly now: number;
  /** Milliseconds between requests to one region; AWS allows two a second. */
  readonly interval?: number;
}

/** What the event history can never hold, for people. */
export const HISTORY_LIMITS =
  'the event history holds management events of one account for 90 days; no data events (object reads, item writes, invocations)';

const INTERVAL = 500;
const HISTORY = 90 * 86_400_000;
/** A window computed a moment ago as `the last 90 days` is not older than the history. */
const TOLERANCE = 3_600_000;
const REGIONS_AT_ONCE = 8;
/** Throttled more than others: its limit is counted over all callers of the account. */
const ATTEMPTS = 10;

export function openLookupSource(options: LookupOptions): TrailSource {
  const counts = { records: 0, bytes: 0, pages: 0, ignored: new Map<string, number>() };
  return {
    read: (read) => readAll(options, read, counts),
    facts: (): SourceFacts => ({
      kind: 'lookup',
      location: 'event history',
      objectsListed: counts.pages,
      objectsRead: counts.pages,
      bytesRead: counts.bytes,
      ignored: [...counts.ignored].sort(([a], [b]) => (a < b ? -1 : 1)),
      cells: [],
    }),
  };
}

interface Counts {
  records: number;
  bytes: number;
  pages: number;
  readonly ignored: Map<string, number>;
}

async function* readAll(options: LookupOptions, read: ReadOptions, counts: Counts): AsyncGenerator<Batch> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const abort = (): void => stop.abort(read.signal?.reason);
  read.signal?.throwIfAborted();
  read.signal?.addEventListener('abort', abort, { once: true });
  const { CloudTrailClient } = await import('@aws-sdk/client-cloudtrail');
  const config = await awsClientConfig({ maxAttempts: ATTEMPTS, ...options.aws });
  const home = new CloudTrailClient(config);
  const clients: CloudTrailClient[] = [home];
  try {
    await firstCall(home, stop.signal);
    const regions = options.regions ?? regionsLike(await home.config.region());
    if (read.window.from < options.now - HISTORY - TOLERANCE)
      yield gapBatch(
        { name: 'event history', bytes: 0 },
        'day-missing',
        'the window begins before the 90 days it holds',
      );
    const channel = new Channel<Batch>(2 * REGIONS_AT_ONCE);
    const limit = pLimit(REGIONS_AT_ONCE);
    const one = async (region: string): Promise<void> => {
      const client = new CloudTrailClient({ ...config, region });
      clients.push(client);
      await readRegion({ client, region, options, read, counts, signal: stop.signal }, channel);
    };
    Promise.all(regions.map((region) => limit(() => one(region)))).then(
      () => channel.close(),
      (error: unknown) => channel.close(error),
    );
    for await (const batch of channel) {
      counts.records += batch.records;
      read.onProgress?.({ objectsDone: counts.pages, bytesDone: counts.bytes, records: counts.records });
      yield batch;
    }
  } finally {
    read.signal?.removeEventListener('abort', abort);
    stop.abort();
    for (const client of clients) client.destroy();
  }
}

/** One event, to tell credentials that are no good anywhere from a region that is not enabled. */
async function firstCall(client: CloudTrailClient, signal: AbortSignal): Promise<void> {
  const { LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail');
  try {
    await client.send(new LookupEventsCommand({ MaxResults: 1 }), { abortSignal: signal });
  } catch (error) {
    signal.throwIfAborted();
    throw awsError(error, 'read the event history', 'cloudtrail:LookupEvents');
  }
}

interface RegionRead {
  readonly client: CloudTrailClient;
  readonly region: string;
  readonly options: LookupOptions;
  readonly read: ReadOptions;
  readonly counts: Counts;
  readonly signal: AbortSignal;
}

async function readRegion(task: RegionRead, channel: Channel<Batch>): Promise<void> {
  const { client, region, options, read, counts, signal } = task;
  const { LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail');
  const { window, principals } = read;
  const input = { StartTime: new Date(window.from), EndTime: new Date(window.to), MaxResults: 50 };
  let token: string | undefined;
  let next = 0;
  try {
    do {
      const wait = next - Date.now();
      if (wait > 0) await sleep(wait, undefined, { signal });
      next = Date.now() + (options.interval ?? INTERVAL);
      const command = new LookupEventsCommand(token === undefined ? input : { ...input, NextToken: token });
      const page = await client.send(command, { abortSignal: signal });
      const document = documentOf(page.Events ?? []);
      counts.pages += 1;
      counts.bytes += document.length;
      const object = { name: `event history of ${region}`, bytes: document.length, region };
      if (!(await channel.push(scanObject(document, object, principals ? { principals } : {})))) return;
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    signal.throwIfAborted();
    const code = awsErrorCode(error);
    if (credentialsFault(code) === 'expired')
      throw awsError(error, 'read the event history', 'cloudtrail:LookupEvents');
    if (credentialsFault(code) !== undefined && isOptIn(region) && (await reachAllRegions(client))) {
      counts.ignored.set('region-not-enabled', (counts.ignored.get('region-not-enabled') ?? 0) + 1);
      return;
    }
    const reason: GapReason = isDenied(code)
      ? 'access-denied'
      : token === undefined
        ? 'region-missing'
        : 'list-failed';
    await channel.push(
      gapBatch(
        { name: `event history of ${region}`, bytes: 0, region },
        reason,
        `${code}: ${oneLine(error)}`,
      ),
    );
  }
}

/**
 * Whether the credentials are of a kind that every enabled region takes: long-term keys and version 2 session tokens do,
 * version 1 tokens (of the global STS endpoint) are refused by opt-in regions even where these are enabled.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
 */
async function reachAllRegions(client: CloudTrailClient): Promise<boolean> {
  const { sessionToken } = await client.config.credentials();
  return sessionToken === undefined || sessionToken.startsWith('IQoJ');
}

/** The page as a log document. An event that is no JSON stays one element, which the scan rejects and counts. */
function documentOf(events: readonly Event[]): Buffer {
  const records = events.map(({ CloudTrailEvent: text = '' }) =>
    isJson(text) ? text : JSON.stringify(text),
  );
  return Buffer.from(`{"Records":[${records.join(',')}]}`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const gapBatch = (object: ObjectRef, reason: GapReason, detail: string): Batch => ({
  object,
  records: 0,
  events: [],
  skippedOtherPrincipal: 0,
  rejections: [],
  gap: { object, reason, detail, partial: false },
});
