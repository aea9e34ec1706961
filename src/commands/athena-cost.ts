/** The estimate of a scan as lines for people, and what it costs. */
import { UsageError } from '../errors.ts';
import type { Estimate } from '../trail/athena/estimate.ts';
import type { Args } from './command.ts';
import prices from './doctor/data/prices.json' with { type: 'json' };

interface Price {
  readonly usd: number;
  readonly from: string;
}

/** Of US East (N. Virginia), as all prices of the table. */
const SCAN = prices.find((row) => row.id === 'athena-scan')!;

/** `--price-per-tb`, or the price of the table with its source. */
export function pricePerTerabyte(args: Args): Price {
  const given = args['price-per-tb'];
  if (given === undefined)
    return {
      usd: SCAN.usd,
      from: `us-east-1, ${SCAN.source}; other regions differ: \`--price-per-tb\``,
    };
  const usd = Number(given);
  if (!Number.isFinite(usd) || usd < 0)
    throw new UsageError(`\`--price-per-tb ${given}\` must be US dollars, such as 5`);
  return { usd, from: '`--price-per-tb`' };
}

/** What is charged for a query that reads so many bytes: never less than the least. */
export const charged = (bytes: number): number => Math.max(bytes, SCAN.least ?? 0);

/** SQL comments: what is scanned and what it costs, or why that cannot be said. */
export function costLines(estimate: Estimate, queries: number, price: Price): readonly string[] {
  if (estimate.kind === 'unknown') return [`-- estimate: cannot be made: ${estimate.reason}`];
  const { place, accounts, regions, days, objects, bytes, others } = estimate;
  const each = (bytes: number): string => bytes.toLocaleString('en-US');
  const period = days ? `${days.first} to ${days.last}` : 'no day that the table has';
  const usd = (queries * charged(bytes) * price.usd) / SCAN.per;
  return [
    `-- estimate: each query reads ${each(bytes)} bytes, the listed size of ${each(objects)} objects of ${place}`,
    `--   in the partitions of ${accounts} accounts x ${regions} regions, ${period}`,
    ...(others > 0 ? [`--   not counted: ${each(others)} files there that are no cloudtrail logs`] : []),
    `-- cost: ${queries} queries x ${each(charged(bytes))} bytes${bytes < charged(bytes) ? ' (the least charged)' : ''} = USD ${usd.toFixed(usd < 1 ? 4 : 2)}`,
    `--   at USD ${price.usd} for 10^12 bytes (${price.from}); requests to S3 and Glue come on top`,
  ];
}
