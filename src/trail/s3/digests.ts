/**
 * What the digests of a bucket say was delivered, as the folder source reads them. A digest that cannot be read proves
 * nothing and is left out: only credentials that are no good end the run.
 */
import { awsError, awsErrorCode, credentialsFault } from '../aws-error.ts';
import { pooled } from '../concurrency.ts';
import { type DayRange, dayOf } from '../days.ts';
import { digestText } from '../digest-folder.ts';
import {
  collectDelivered,
  type Delivered,
  type DigestInventory,
  isDigestDay,
  type Names,
  parseDigest,
  parseDigestKey,
} from '../digest-inventory.ts';
import { parseObjectKey } from '../layout.ts';
import type { Window } from '../source.ts';
import type { AggregateStore, ObjectIdentity } from '../store/store.ts';
import type { Bucket } from './bucket.ts';
import { pages, type Scope } from './discover.ts';
import type { Fetcher } from './get.ts';

export interface DigestsOptions extends Pick<Scope, 'regions'> {
  /** `…/CloudTrail-Digest/` of each account. */
  readonly folders: readonly string[];
  readonly window: Window;
  /** Delivery days whose log files were listed; of other days nothing is known to be missing. */
  readonly days: DayRange;
  /** Log files that were listed. */
  readonly present: Names;
  readonly fetcher: Fetcher;
  readonly store: AggregateStore | undefined;
  readonly concurrency: number;
  /** Called for each file in the folders of digests. */
  readonly onDigest: () => void;
  readonly signal?: AbortSignal;
}

const DAY = 86_400_000;
const BUDGET = 16 * 1024 * 1024;

/** Undefined where no digest of the window could be read. */
export async function readDigests(bucket: Bucket, options: DigestsOptions): Promise<Delivered | undefined> {
  const { present, days, fetcher, store, onDigest } = options;
  const listed = (name: string): boolean => {
    const key = parseObjectKey(name);
    return key.kind === 'log' && key.day >= days.first && key.day <= days.last;
  };
  const have = { ...present, has: (name: string): boolean => !listed(name) || present.has(name) };
  const told = collectDelivered(have, (key) => `s3://${bucket.request.Bucket}/${key}`);
  const read = async (identity: ObjectIdentity): Promise<DigestInventory | undefined> => {
    const kept = store?.note(identity) as DigestInventory | undefined;
    if (kept) return kept;
    const fetched = await fetcher.fetch(identity);
    if (fetched.kind === 'gap') return undefined;
    try {
      const digest = parseDigest(identity.key, digestText(fetched.bytes));
      if (digest) store?.keepNote(identity, digest);
      return digest;
    } catch {
      return undefined;
    }
  };
  const pool = {
    limit: options.concurrency,
    budget: BUDGET,
    weight: ({ bytes }: ObjectIdentity): number => bytes,
  };
  let any = false;
  for await (const digest of pooled(digestKeys(bucket, options, onDigest), pool, read))
    if (digest) {
      any = true;
      told.add(digest);
    }
  return any ? told.result() : undefined;
}

/** The digests of the window, which a run reads. `onDigest` hears of each file beside them, too. */
export async function* digestKeys(
  bucket: Bucket,
  { folders, regions, window, signal }: Pick<DigestsOptions, 'folders' | 'regions' | 'window' | 'signal'>,
  onDigest: () => void,
): AsyncGenerator<ObjectIdentity> {
  const name = bucket.request.Bucket;
  const dayFolder = (time: number): string => `${dayOf(time).replaceAll('-', '/')}/`;
  const last = dayFolder(window.to + DAY);
  try {
    for (const folder of folders)
      for (const place of await below(bucket, folder, signal)) {
        if (regions?.includes(place.slice(folder.length, -1)) === false) continue;
        const startAfter = place + dayFolder(Math.max(0, window.from - 2 * DAY));
        for await (const page of pages(bucket, { prefix: place, startAfter }, signal)) {
          for (const { Key: key = '', ETag: etag, Size: bytes } of page.Contents ?? []) {
            if (key.endsWith('/')) continue;
            onDigest();
            const digest = parseDigestKey(key);
            if (digest && etag !== undefined && isDigestDay(digest.day, window))
              yield { key, etag, bytes: bytes ?? 0 };
          }
          if ((page.Contents?.at(-1)?.Key ?? '').slice(place.length, place.length + last.length) > last)
            break;
        }
      }
  } catch (error) {
    signal?.throwIfAborted();
    if (credentialsFault(awsErrorCode(error)) !== undefined)
      throw awsError(error, `list \`s3://${name}/\``, 's3:ListBucket');
  }
}

async function below(bucket: Bucket, prefix: string, signal: AbortSignal | undefined): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages(bucket, { prefix, folders: true }, signal))
    for (const folder of page.CommonPrefixes ?? [])
      if (folder.Prefix !== undefined) found.push(folder.Prefix);
  return found;
}
