/**
 * What the key of a digest says: account, region, trail and its home, end of its time, standard or backfill.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */

export interface ChainId {
  readonly accountId: string;
  /** Region that the logs come from; also where its public keys are kept. */
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
  /** Backfill digests list what the hourly ones missed, and form a chain of their own. */
  readonly backfill: boolean;
}

export interface DigestKey extends ChainId {
  /** Epoch ms of the time in the name. */
  readonly time: number;
}

/** A trail's name may hold underscores, regions never do. */
const NAME =
  /(?:^|\/)(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_([^/]+)_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(_backfill)?\.json(?:\.gz)?$/;
const LOG_TIME = /_CloudTrail_[a-z0-9-]+_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z/;

/** Undefined for any other key. */
export function parseDigestName(key: string): DigestKey | undefined {
  const match = NAME.exec(key);
  if (!match) return undefined;
  const [, accountId, region, trail, homeRegion, year, month, day, hour, minute, second, backfill] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) return undefined;
  return {
    accountId: accountId!,
    region: region!,
    trail: trail!,
    homeRegion: homeRegion!,
    backfill: backfill !== undefined,
    time,
  };
}

/** Delivery time in a log file's name, epoch ms, to the minute; undefined where it has none. */
export function logTime(key: string): number | undefined {
  const match = LOG_TIME.exec(key);
  if (!match) return undefined;
  const [, year, month, day, hour, minute] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

export const chainName = ({ accountId, region, trail, homeRegion, backfill }: ChainId): string =>
  `${accountId} ${region} ${trail} (${homeRegion})${backfill ? ' backfill' : ''}`;
