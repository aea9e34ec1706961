/** The log objects of a window: account x region x delivery day, in as few listings as the bucket's size allows. */
import pLimit from 'p-limit';
import { awsError, awsErrorCode, credentialsFault, oneLine } from '../aws-error.ts';
import { Channel } from '../concurrency.ts';
import { type DayRange, eachDay } from '../days.ts';
import { parseObjectKey } from '../layout.ts';
import type { ObjectGap, ObjectRef } from '../source.ts';
import type { Bucket, ListInput, Page } from './bucket.ts';
import { listPage } from './bucket.ts';
import { type Failure, type Leaf, pages } from './discover.ts';

export interface ListedObject extends ObjectRef {
  readonly key: string;
  readonly etag: string;
}

export type Listed =
  | { readonly kind: 'object'; readonly object: ListedObject }
  | { readonly kind: 'gap'; readonly gap: ObjectGap }
  | { readonly kind: 'ignored'; readonly what: string };

export interface ListOptions {
  readonly days: DayRange;
  /** Listings under way at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  /** Called for every object as it is listed, and once when all are. */
  readonly onListed?: (object: ListedObject) => void;
  readonly onAllListed?: () => void;
}

/** Objects listed and not yet taken; listing waits beyond that. Some 400 bytes each. */
const AHEAD = 20_000;

/**
 * Lists the folders' objects. A quiet region takes one request for the whole window (keys sort by day); a busy one
 * goes on day by day, several days at a time. A listing that fails is a gap; the others go on.
 */
export function listLogs(
  bucket: Bucket,
  leaves: readonly Leaf[],
  options: ListOptions,
): AsyncIterable<Listed> {
  const channel = new Channel<Listed>(AHEAD);
  const limit = pLimit(options.concurrency);
  const { days, signal } = options;
  const name = bucket.request.Bucket;

  const give = async (page: Page, leaf: Leaf): Promise<void> => {
    for (const { Key: key, ETag: etag, Size: bytes } of page.Contents ?? []) {
      if (key === undefined || etag === undefined) continue;
      const parsed = parseObjectKey(key);
      if (parsed.kind === 'ignored') {
        if (!key.endsWith('/')) await channel.push({ kind: 'ignored', what: parsed.what });
        continue;
      }
      const { day } = parsed;
      if (day < days.first || day > days.last) continue;
      const { accountId, region } = leaf;
      const object = { name: `s3://${name}/${key}`, key, etag, bytes: bytes ?? 0, accountId, region, day };
      options.onListed?.(object);
      await channel.push({ kind: 'object', object });
    }
  };
  const guarded = async (leaf: Leaf, day: string | undefined, work: () => Promise<void>): Promise<void> => {
    try {
      signal?.throwIfAborted();
      await work();
    } catch (error) {
      signal?.throwIfAborted();
      // No other folder will be listed with these credentials either.
      if (credentialsFault(awsErrorCode(error)) !== undefined)
        throw awsError(error, `list \`s3://${name}/${leaf.prefix}\``, 's3:ListBucket');
      const prefix = day === undefined ? leaf.prefix : leaf.prefix + folderOf(day);
      const gap = listGap(name, { ...leaf, prefix, error, ...(day !== undefined && { day }) });
      await channel.push({ kind: 'gap', gap });
    }
  };
  const rest = (leaf: Leaf, day: string, input: ListInput): Promise<void> =>
    guarded(leaf, day, async () => {
      for await (const page of pages(bucket, input, signal)) await give(page, leaf);
    });
  const first = async (leaf: Leaf): Promise<Promise<void>[]> => {
    const more: Promise<void>[] = [];
    await guarded(leaf, undefined, async () => {
      const page = await listPage(
        bucket,
        { prefix: leaf.prefix, startAfter: leaf.prefix + folderOf(days.first) },
        signal,
      );
      // Days that this page did not reach are asked for even where giving its objects on has to wait.
      if (page.NextContinuationToken !== undefined) {
        const last = page.Contents?.at(-1)?.Key ?? '';
        const reached = dayReached(last, leaf.prefix);
        for (const day of eachDay({ first: reached ?? days.first, last: days.last })) {
          const prefix = leaf.prefix + folderOf(day);
          const input = day === reached ? { prefix, startAfter: last } : { prefix };
          const task = limit(() => rest(leaf, day, input));
          // Awaited below, unless this page fails first: then nobody else would look at how it ends.
          task.catch(() => undefined);
          more.push(task);
        }
      }
      await give(page, leaf);
    });
    return more;
  };
  const all = async (): Promise<void> => {
    const begun = await Promise.all(leaves.map((leaf) => limit(() => first(leaf))));
    await Promise.all(begun.flat());
  };
  all().then(
    () => {
      options.onAllListed?.();
      channel.close();
    },
    (error: unknown) => channel.close(error),
  );
  return channel;
}

/** The gap that a listing which failed leaves. */
export function listGap(bucket: string, failed: Failure & { region?: string; day?: string }): ObjectGap {
  const { prefix, accountId, region, day, error } = failed;
  const object: ObjectRef = {
    name: `s3://${bucket}/${prefix}`,
    bytes: 0,
    accountId,
    ...(region !== undefined && { region }),
    ...(day !== undefined && { day }),
  };
  const detail = `${awsErrorCode(error)}: ${oneLine(error)}`;
  return { object, reason: 'list-failed', detail, partial: false };
}

const folderOf = (day: string): string => `${day.replaceAll('-', '/')}/`;

/** Day folder that a key of the leaf lies in; undefined for a key that lies in none. */
function dayReached(key: string, leafPrefix: string): string | undefined {
  const match = /^(\d{4})\/(\d{2})\/(\d{2})\//.exec(key.slice(leafPrefix.length));
  return match ? `${match[1]}-${match[2]}-${match[3]}` : undefined;
}
