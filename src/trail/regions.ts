/** The regions of an AWS partition, for calls that have to be made in each: the event history is kept by region. */
import { UsageError } from '../errors.ts';
import table from './data/regions.json' with { type: 'json' };

/** Regions of the partition that `near` lies in, sorted; a UsageError where the table does not know it. */
export function regionsLike(near: string): readonly string[] {
  const known = table.regions.find((row) => row.region === near);
  if (!known)
    throw new UsageError(
      `the regions that belong with \`${near}\` are not known; name all to read with \`--regions\``,
    );
  return table.regions.filter((row) => row.partition === known.partition).map((row) => row.region);
}

/** Whether an account has to switch the region on before it can be used. */
export const isOptIn = (region: string): boolean =>
  table.regions.some((row) => row.region === region && row.optIn);
