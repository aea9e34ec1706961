/**
 * What CloudTrail's digest files say was delivered. Hourly digests list every log file of an account and region, and are
 * written also when there was none: so they tell a lost object from a quiet day. Their signatures are not looked at here
 * (`validate-logs` does); an inventory can only withhold removals or explain silence.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
import { parseObjectKey } from './layout.ts';
import type { CoverageCell, ObjectGap, Window } from './source.ts';

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

/** Whether a digest that ends on the day can list files with events of the window. */
export function isDigestDay(day: string, window: Window): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return time + 2 * DAY > window.from && time - DAY < window.to;
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
  const have = createNames();
  for (const name of present) have.add(name);
  const told = collectDelivered(have, (name) => name);
  for (const one of digests) told.add(one);
  return told.result();
}

/** Names of log files, whatever their folders; 8 bytes of each are kept, and two are alike once in a quadrillion. */
export interface Names {
  /** False where it was there already. */
  add(name: string): boolean;
  has(name: string): boolean;
}

export function createNames(): Names {
  const kept = new Set<number>();
  return {
    add: (name) => {
      const before = kept.size;
      return kept.add(fingerprint(bare(name))).size > before;
    },
    has: (name) => kept.has(fingerprint(bare(name))),
  };
}

/** 53 bits of two mixed multiplicative hashes. */
function fingerprint(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (b & 0x1fffff) + (a >>> 0);
}

/** As `deliveredBy`, digest by digest: their lists are not kept. `named` tells what a missing file is called. */
export function collectDelivered(
  have: Names,
  named: (key: string) => string,
): { add(digest: DigestInventory): void; result(): Delivered } {
  const cells = new Map<string, CoverageCell & { objects: number }>();
  const missing = new Map<string, ObjectGap>();
  const spans: Span[] = [];
  const seen = createNames();
  const cell = (accountId: string, region: string, day: string) => {
    const key = `${accountId}/${region}/${day}`;
    const known = cells.get(key) ?? { accountId, region, day, objects: 0 };
    cells.set(key, known);
    return known;
  };
  return {
    add: ({ files, accountId, region, from, to }) => {
      spans.push({ accountId, region, from, to });
      for (const name of files) {
        const key = parseObjectKey(name);
        if (key.kind !== 'log' || !seen.add(name)) continue;
        cell(key.accountId, key.region, key.day).objects += 1;
        if (have.has(name)) continue;
        const object = {
          name: named(name),
          bytes: 0,
          accountId: key.accountId,
          region: key.region,
          day: key.day,
        };
        missing.set(name, {
          object,
          reason: 'not-found',
          detail: 'listed in a digest and not there',
          partial: false,
        });
      }
    },
    result: () => {
      for (const [accountId, region, day] of wholeDays(spans)) cell(accountId, region, day);
      return {
        cells: [...cells].sort(byKey).map(([, one]) => one),
        missing: [...missing].sort(byKey).map(([, one]) => one),
      };
    },
  };
}

type Span = Omit<DigestInventory, 'files'>;

const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1;

/** Days whose 24 hours lie inside digests of one account and region without a hole. */
function wholeDays(digests: readonly Span[]): (readonly [string, string, string])[] {
  const places = new Map<string, Span[]>();
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
