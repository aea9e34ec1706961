/** What a query would scan: the listed sizes of the objects in the partitions it opens. Starts no query. */
import { isExpected } from '../../errors.ts';
import { awsErrorCode, oneLine } from '../aws-error.ts';
import { type DayRange, dayOf } from '../days.ts';
import { openBucket } from '../s3/bucket.ts';
import { LISTINGS } from '../s3/discover.ts';
import { listLogs } from '../s3/list.ts';
import type { AthenaOptions } from './client.ts';
import { type Asked, askedAccount, askedDays } from './questions.ts';
import { readPartitions } from './table.ts';

export type Estimate =
  | {
      readonly kind: 'known';
      /** `s3://bucket` that was listed. */
      readonly place: string;
      readonly accounts: number;
      readonly regions: number;
      /** First to last delivery day, both included; undefined where the table has none of the window. */
      readonly days?: DayRange;
      readonly objects: number;
      /** Stored bytes, compressed as they are: what one query reads. */
      readonly bytes: number;
      /** Files in the partitions that are no logs, whose size is not counted. */
      readonly others: number;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Lists the partitions. Never throws but when aborted. `now` is epoch ms: projected days end today. */
export async function estimateScan(
  options: AthenaOptions,
  table: string,
  asked: Asked,
  now: number,
  signal?: AbortSignal,
): Promise<Estimate> {
  const found = await readPartitions(options, table, askedAccount(asked), signal);
  if (found.kind === 'unknown') return found;
  const days = within(askedDays(asked), found.firstDay, dayOf(now));
  const place = `s3://${found.bucket}`;
  const count = (key: 'accountId' | 'region'): number => new Set(found.leaves.map((leaf) => leaf[key])).size;
  const shape = { kind: 'known' as const, place, accounts: count('accountId'), regions: count('region') };
  if (!days || found.leaves.length === 0) return { ...shape, objects: 0, bytes: 0, others: 0 };
  try {
    const bucket = await openBucket(options.aws, { bucket: found.bucket }, found.leaves[0]!.prefix, signal);
    let [objects, bytes, others] = [0, 0, 0];
    const listing = listLogs(bucket, found.leaves, {
      days,
      concurrency: LISTINGS,
      ...(signal && { signal }),
    });
    for await (const one of listing) {
      if (one.kind === 'gap')
        return {
          kind: 'unknown',
          reason: `\`${one.gap.object.name}\` could not be listed: ${one.gap.detail}`,
        };
      if (one.kind === 'ignored') others++;
      else {
        objects++;
        bytes += one.object.bytes;
      }
    }
    return { ...shape, days, objects, bytes, others };
  } catch (error) {
    signal?.throwIfAborted();
    const what = isExpected(error) ? error.message : `\`${awsErrorCode(error)}\` (${oneLine(error)})`;
    return { kind: 'unknown', reason: `\`${place}\` could not be listed: ${what}` };
  }
}

function within({ first, last }: DayRange, from: string, to: string): DayRange | undefined {
  const days = { first: first < from ? from : first, last: last > to ? to : last };
  return days.first <= days.last ? days : undefined;
}
