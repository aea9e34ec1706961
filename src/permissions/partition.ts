/** AWS partitions by region name. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
import partitions from './data/partitions.json' with { type: 'json' };

const ROWS = partitions.map((row) => [row.regionPrefix, row.partition] as const);

/** Regions met so far; their names come from logs, hence the bound. */
const KNOWN = new Map<string, string>();
const MAX_REGIONS = 200;

/** Partition of a region; a region of no special partition (or none at all, as in old records) is commercial AWS. */
export function partitionOf(region: string): string {
  const known = KNOWN.get(region);
  if (known !== undefined) return known;
  const partition = lookUp(region);
  if (KNOWN.size < MAX_REGIONS) KNOWN.set(region, partition);
  return partition;
}

function lookUp(region: string): string {
  for (const [prefix, partition] of ROWS) if (region.startsWith(prefix)) return partition;
  return 'aws';
}
