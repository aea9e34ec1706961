/** What a run will take: requests, bytes, time by what a sample took here, and money by AWS's list prices. */
import type { Sample } from '../../trail/s3/inventory.ts';
import { charged } from '../athena-cost.ts';
import prices from './data/prices.json' with { type: 'json' };

export interface Cost {
  readonly what: string;
  readonly usd: number;
  /** What it is a price of, or when it is charged. */
  readonly note: string;
}

export interface Estimate {
  readonly objects: number;
  readonly bytes: number;
  /** Digests of a bucket, which are read beside the log files. */
  readonly digests?: number;
  /** Seconds, the listing included; undefined where nothing was measured. */
  readonly seconds?: number;
  readonly measured?: { readonly objects: number; readonly bytes: number; readonly ms: number };
  readonly costs: readonly Cost[];
}

export interface Amount {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Time of all from that of a sample read as many at a time as a run does: in proportion to objects or to bytes, whichever
 * is more.
 */
export function secondsFor(all: Amount, sample: Sample, listingMs = 0): number | undefined {
  if (sample.objects === 0 || sample.bytes === 0) return all.objects === 0 ? listingMs / 1000 : undefined;
  const times = Math.max(all.objects / sample.objects, all.bytes / sample.bytes, 1);
  return (listingMs + sample.ms * times) / 1000;
}

/** Digests are objects like the log files: they lie in the same bucket under the same key. */
export function s3Costs(
  all: Amount,
  { listings, digests }: { readonly listings: number; readonly digests: number },
  encrypted: boolean,
): readonly Cost[] {
  const gets = all.objects + digests;
  return [
    price('s3-get', gets, 'a first run; what is kept of it makes the next one cheaper'),
    price('s3-list', listings, 'every run'),
    ...(encrypted ? [price('kms-request', gets, 'at most; bucket keys need fewer')] : []),
    price('s3-out', all.bytes, 'only where gen-policy runs outside AWS; less or nothing inside'),
  ];
}

/** Both queries read the window's files whole: gzip cannot be read in part. `usd`: for a terabyte scanned. */
export const athenaCosts = (bytes: number, usd: number): readonly Cost[] => [
  {
    what: 'athena-scan',
    usd: (2 * charged(bytes) * usd) / 1e12,
    note: `bytes scanned; two queries over the window at $${usd} for 10^12 bytes`,
  },
];

function price(id: string, amount: number, note: string): Cost {
  const row = prices.find((one) => one.id === id)!;
  return { what: id, usd: (amount * row.usd) / row.per, note: `${row.unit}; ${note}` };
}
