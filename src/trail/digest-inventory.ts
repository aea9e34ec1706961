/**
 * What CloudTrail's digest files say was delivered. Hourly digests list every log file of an account and region, and are
 * written also when there was none: so they tell a lost object from a quiet day. Their signatures are not looked at here
 * (`validate-logs` does); an inventory can only withhold removals or explain silence.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
import { parseObjectKey } from './layout.ts';
import type { CoverageCell, ObjectGap } from './source.ts';

export interface DigestInventory {
  readonly accountId: string;
  readonly region: string;
  /** Delivery time that the digest covers, half-open, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Keys of the log files it lists. */
  readonly files: readonly string[];
}

const DIGEST =
  /(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_.+_(\d{4})(\d{2})(\d{2})T\d{4,6}Z(?:_backfill)?\.json(?:\.gz)?$/;
const DAY = 86_400_000;

/** Account, region and end day of a digest by its key; undefined for any other key. */
export function parseDigestKey(
  key: string,
): { readonly accountId: string; readonly region: string; readonly day: string } | undefined {
  const match = DIGEST.exec(key);
  if (!match) return undefined;
  const [, accountId, region, year, month, day] = match;
  return { accountId: accountId!, region: region!, day: `${year}-${month}-${day}` };
}

/** Undefined for what is no digest: it then proves nothing either way. */
export function parseDigest(key: string, text: string): DigestInventory | undefined {
  const place = parseDigestKey(key);
  if (!place) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { digestStartTime, digestEndTime, logFiles } = value as Record<string, unknown>;
  const [from, to] = [Date.parse(String(digestStartTime)), Date.parse(String(digestEndTime))];
  if (Number.isNaN(from) || Number.isNaN(to) || to <= from || !Array.isArray(logFiles)) return undefined;
  const files = logFiles.map((one: unknown) => (one as { s3Object?: unknown } | null)?.s3Object);
  if (!files.every((one) => typeof one === 'string')) return undefined;
  return { accountId: place.accountId, region: place.region, from, to, files };
}

/** A log file's name is unique by itself; copies may lie under another prefix and be unpacked. */
const bare = (key: string): string => key.slice(key.lastIndexOf('/') + 1).replace(/\.gz$/, '');

export interface Delivered {
  /** A row for each account, region and day that has log files listed, or that the digests cover from end to end. */
  readonly cells: readonly CoverageCell[];
  /** Listed files that are not among `present`. */
  readonly missing: readonly ObjectGap[];
}

/** `present`: keys or relative paths of the log files that the source holds. */
export function deliveredBy(digests: readonly DigestInventory[], present: readonly string[]): Delivered {
  const have = new Set(present.map(bare));
  const cells = new Map<string, CoverageCell & { objects: number }>();
  const missing = new Map<string, ObjectGap>();
  const cell = (accountId: string, region: string, day: string) => {
    const key = `${accountId}/${region}/${day}`;
    const known = cells.get(key) ?? { accountId, region, day, objects: 0 };
    cells.set(key, known);
    return known;
  };
  const seen = new Set<string>();
  for (const name of digests.flatMap((one) => one.files)) {
    const key = parseObjectKey(name);
    if (key.kind !== 'log' || seen.has(bare(name))) continue;
    seen.add(bare(name));
    const { accountId, region, day } = key;
    cell(accountId, region, day).objects += 1;
    if (have.has(bare(name))) continue;
    const object = { name, bytes: 0, accountId, region, day };
    missing.set(name, {
      object,
      reason: 'not-found',
      detail: 'listed in a digest and not there',
      partial: false,
    });
  }
  for (const [accountId, region, day] of wholeDays(digests)) cell(accountId, region, day);
  return {
    cells: [...cells].sort(byKey).map(([, one]) => one),
    missing: [...missing].sort(byKey).map(([, one]) => one),
  };
}

const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1;

/** Days whose 24 hours lie inside digests of one account and region without a hole. */
function wholeDays(digests: readonly DigestInventory[]): (readonly [string, string, string])[] {
  const places = new Map<string, DigestInventory[]>();
  for (const one of digests) {
    const key = `${one.accountId}/${one.region}`;
    const known = places.get(key);
    if (known) known.push(one);
    else places.set(key, [one]);
  }
  return [...places.values()].flatMap((list) => {
    const { accountId, region } = list[0]!;
    const runs: { from: number; to: number }[] = [];
    for (const one of list.sort((a, b) => a.from - b.from)) {
      const open = runs.at(-1);
      if (open && one.from <= open.to) open.to = Math.max(open.to, one.to);
      else runs.push({ from: one.from, to: one.to });
    }
    return runs.flatMap((run) => {
      const days: (readonly [string, string, string])[] = [];
      for (let day = Math.ceil(run.from / DAY); (day + 1) * DAY <= run.to; day += 1)
        days.push([accountId, region, new Date(day * DAY).toISOString().slice(0, 10)]);
      return days;
    });
  });
}
