/** Which accounts and regions a bucket holds logs of: asked of the bucket, folder by folder, never assumed. */
import pLimit from 'p-limit';
import { EvidenceError } from '../../errors.ts';
import { type Bucket, type ListInput, listPage, type Page } from './bucket.ts';

/** One account x region folder, `…/CloudTrail/<region>/`. */
export interface Leaf {
  readonly prefix: string;
  readonly accountId: string;
  readonly region: string;
}

export interface Scope {
  /** Undefined: all that the bucket holds. */
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

/** A folder of an account that could not be listed: what lies below it is not known. */
export interface Failure {
  readonly prefix: string;
  readonly accountId: string;
  readonly error: unknown;
}

export interface Discovery {
  /** Sorted by prefix. */
  readonly leaves: readonly Leaf[];
  readonly failures: readonly Failure[];
  /** Folders of digests, `…/CloudTrail-Digest/`, sorted. */
  readonly digests: readonly string[];
  /** Sibling folders that hold no events, by kind, and accounts and regions left out by the scope. */
  readonly ignored: ReadonlyMap<string, number>;
}

/** Folder of a product under an account -> how the report calls it. */
const PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['CloudTrail-Insight', 'insight'],
  ['CloudTrail-NetworkActivity', 'network-activity'],
  ['CloudTrail-Aggregated', 'aggregated'],
]);
/** Listings under way at a time. */
export const LISTINGS = 8;
const ACCOUNT = /^\d{12}$/;
const ORGANIZATION = /^o-[a-z0-9]{1,32}$/;

/**
 * Prefix as people write it -> '' or with a closing slash. A path into `AWSLogs/` is welcome too; below the region the
 * window decides, not the path.
 */
export function normalPrefix(prefix: string | undefined): string {
  const trimmed = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

/**
 * Walks from the prefix down to the account x region folders, several at a time. An account that cannot be listed is a
 * failure of that account; throws what the SDK throws where nothing can be, and an EvidenceError where the prefix holds no
 * CloudTrail folder at all.
 */
export async function discover(
  bucket: Bucket,
  prefix: string,
  scope: Scope,
  signal?: AbortSignal,
): Promise<Discovery> {
  const ignored = new Map<string, number>();
  const leaves: Leaf[] = [];
  const digests: string[] = [];
  const failures: Failure[] = [];
  const limit = pLimit(LISTINGS);
  const list = (at: string): Promise<string[]> => limit(() => folders(bucket, at, signal));
  const into = async (at: string, names: readonly string[]): Promise<void> => {
    await Promise.all(names.map((name) => walk(`${at}${name}/`)));
  };
  const count = (kind: string): void => {
    ignored.set(kind, (ignored.get(kind) ?? 0) + 1);
  };
  /** Below `AWSLogs/` and the organisation: accounts. */
  const wanted = (name: string): boolean => {
    if (ORGANIZATION.test(name)) return true;
    const left = !ACCOUNT.test(name)
      ? 'other'
      : scope.accounts?.includes(name) === false
        ? 'other-account'
        : undefined;
    if (left !== undefined) count(left);
    return left === undefined;
  };
  const walk = async (at: string): Promise<void> => {
    const inside = segmentsInside(at);
    if (inside === undefined)
      return into(
        at,
        (await list(at)).filter((name) => name === 'AWSLogs'),
      );
    const [account, product, region] = inside;
    if (product === 'CloudTrail-Digest' && region === undefined) {
      digests.push(at);
      return;
    }
    if (product !== undefined && product !== 'CloudTrail') return count(PRODUCTS.get(product) ?? 'other');
    if (region !== undefined) {
      const folder = `/CloudTrail/${region}/`;
      if (scope.regions && !scope.regions.includes(region)) return count('other-region');
      const leafPrefix = at.slice(0, at.lastIndexOf(folder) + folder.length);
      leaves.push({ prefix: leafPrefix, accountId: account!, region });
      return;
    }
    if (account === undefined) return into(at, (await list(at)).filter(wanted));
    try {
      await into(at, await list(at));
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ prefix: at, accountId: account, error });
    }
  };
  await walk(prefix);
  if (leaves.length === 0) throw failures[0]?.error ?? (await nothingFound(bucket, prefix, ignored, signal));
  const byPrefix = (a: { prefix: string }, b: { prefix: string }): number => (a.prefix < b.prefix ? -1 : 1);
  return {
    leaves: leaves.sort(byPrefix),
    failures: failures.sort(byPrefix),
    digests: digests.sort(),
    ignored,
  };
}

/** Segments after `AWSLogs/`, the organisation left out: account, product, region, … Undefined above `AWSLogs/`. */
function segmentsInside(prefix: string): readonly string[] | undefined {
  const segments = prefix.split('/').slice(0, -1);
  const root = segments.lastIndexOf('AWSLogs');
  if (root < 0) return undefined;
  const inside = segments.slice(root + 1);
  return inside[0] !== undefined && ORGANIZATION.test(inside[0]) ? inside.slice(1) : inside;
}

async function folders(bucket: Bucket, prefix: string, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages(bucket, { prefix, folders: true }, signal))
    for (const folder of page.CommonPrefixes ?? [])
      if (folder.Prefix !== undefined) names.push(folder.Prefix.slice(prefix.length, -1));
  return names;
}

/** All pages of a listing. */
export async function* pages(bucket: Bucket, input: ListInput, signal?: AbortSignal): AsyncGenerator<Page> {
  let token: string | undefined;
  do {
    const page = await listPage(bucket, token === undefined ? input : { ...input, token }, signal);
    yield page;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function nothingFound(
  bucket: Bucket,
  prefix: string,
  ignored: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<EvidenceError> {
  const place = `s3://${bucket.request.Bucket}/${prefix}`;
  const left = ['other-account', 'other-region'].filter((kind) => ignored.has(kind));
  if (left.length > 0)
    return new EvidenceError(
      `\`${place}\` holds cloudtrail logs, but none of the accounts and regions asked for`,
    );
  const found = (await folders(bucket, prefix, signal)).slice(0, 5).map((name) => `\`${name}/\``);
  const hint = found.length > 0 ? `it holds ${found.join(', ')}` : 'it is empty';
  return new EvidenceError(`no cloudtrail logs under \`${place}\`: ${hint}; give the trail's prefix`);
}
