/** AWS partitions by region name. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
import partitions from './data/partitions.json' with { type: 'json' };

const ROWS = partitions.map((row) => [row.regionPrefix, row.partition] as const);

/** Partition of a region; a region of no special partition (or none at all, as in old records) is commercial AWS. */
export function partitionOf(region: string): string {
  for (const [prefix, partition] of ROWS) if (region.startsWith(prefix)) return partition;
  return 'aws';
}
