/**
 * What an object's key says of it, for single-account and organisation trails with any prefix. Folder and file name both
 * carry account, region and delivery day; the folder wins, the name serves where somebody copied files flat.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */

export type IgnoredKind = 'digest' | 'insight' | 'network-activity' | 'aggregated' | 'other';

export interface LogKey {
  readonly kind: 'log';
  readonly accountId: string;
  readonly region: string;
  /** Delivery day `YYYY-MM-DD`; events may be older. */
  readonly day: string;
}

export type ObjectKey = LogKey | { readonly kind: 'ignored'; readonly what: IgnoredKind };

const FOLDERS =
  /(?:^|\/)(\d{12})\/(CloudTrail(?:-[A-Za-z]+)?)\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;
const NAME =
  /(?:^|\/)(\d{12})_(CloudTrail(?:-[A-Za-z]+)?)_([a-z0-9-]+)_(?:.*_)?(\d{4})(\d{2})(\d{2})T\d{4,6}Z(?:_[^/]*)?$/;
const LOG_FILE = /\.json(?:\.gz)?$/;
const SIBLINGS: ReadonlyMap<string, IgnoredKind> = new Map([
  ['CloudTrail-Digest', 'digest'],
  ['CloudTrail-Insight', 'insight'],
  ['CloudTrail-NetworkActivity', 'network-activity'],
  ['CloudTrail-Aggregated', 'aggregated'],
]);

/** Reads a key or a relative path with `/`. Never throws: a key that is no CloudTrail log is `ignored`, with its kind. */
export function parseObjectKey(key: string): ObjectKey {
  const name = key.replace(LOG_FILE, '');
  const match = FOLDERS.exec(key) ?? NAME.exec(name);
  if (!match) return { kind: 'ignored', what: 'other' };
  const [, accountId, product, region, year, month, dayOfMonth] = match;
  const sibling = SIBLINGS.get(product!);
  if (sibling) return { kind: 'ignored', what: sibling };
  const day = `${year}-${month}-${dayOfMonth}`;
  if (product !== 'CloudTrail' || name === key || !isDay(day)) return { kind: 'ignored', what: 'other' };
  return { kind: 'log', accountId: accountId!, region: region!, day };
}

/** Whether `YYYY-MM-DD` is a day of the calendar. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === day;
}
