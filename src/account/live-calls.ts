/** What every live reader shares: one way to call, to page, and to write an answer in the AWS command line's shape. */
import { isExpected, RunError } from '../errors.ts';
import type { AwsClientConfig } from '../trail/aws-config.ts';
import { awsError, awsErrorCode, isDenied, oneLine } from '../trail/aws-error.ts';
import { decodeDocument } from './document.ts';
import type { Json } from './fields.ts';

export interface LiveOptions {
  readonly config: AwsClientConfig;
  readonly signal?: AbortSignal;
}

export type IamSdk = typeof import('@aws-sdk/client-iam');

/** IAM, ready to be asked; load once a run. */
export interface Iam {
  readonly sdk: IamSdk;
  readonly client: InstanceType<IamSdk['IAMClient']>;
  readonly signal?: AbortSignal;
}

export async function openIam(options: LiveOptions): Promise<Iam> {
  const sdk = await import('@aws-sdk/client-iam');
  const client = new sdk.IAMClient(options.config);
  return { sdk, client, ...(options.signal ? { signal: options.signal } : {}) };
}

/** What one call is for: `doing` completes "could not …", `permission` is what IAM must allow for it. */
export interface Purpose {
  readonly doing: string;
  readonly permission: string;
}

/** Runs one call; what it throws becomes one of our errors (AWS's as its `cause`), except an abort, which stays as it is. */
export async function ask<T>(
  purpose: Purpose,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted || isExpected(error)) throw error;
    throw awsError(error, purpose.doing, purpose.permission);
  }
}

/** Why a part may stay unknown without ending the run: not allowed, or gone since it was listed. Else undefined. */
function excused(error: unknown, permission: string): string | undefined {
  const code = awsErrorCode(error);
  if (isDenied(code)) return `access denied, \`${permission}\` is needed (${oneLine(error)})`;
  if (code === 'NoSuchEntityException' || code === 'NoSuchEntity')
    return `it is gone since it was listed (\`${code}\`)`;
  return undefined;
}

/** As `ask`, but for a part whose absence can be named: the value, or the line that names what is missing. */
export async function askFor<T>(
  purpose: Purpose,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly missing: string }> {
  try {
    return { value: await run() };
  } catch (error) {
    if (signal?.aborted || isExpected(error)) throw error;
    const excuse = excused(error, purpose.permission);
    if (excuse === undefined) throw awsError(error, purpose.doing, purpose.permission);
    return { missing: `could not ${purpose.doing}: ${excuse}` };
  }
}

/**
 * A part without which the rest still stands: its value, or the line that names what is missing, be it not allowed
 * (`refused`), a failed job or a service that did not answer. Bad credentials end the run, for nothing after them would
 * be read either.
 */
export async function optional<T>(
  run: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly missing: string; readonly refused: boolean }> {
  try {
    return { value: await run() };
  } catch (error) {
    if (!isExpected(error)) throw error;
    const refused = isDenied(awsErrorCode(error.cause));
    if (refused || error instanceof RunError) return { missing: error.message, refused };
    throw error;
  }
}

/** An answer of a list call. */
export interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** All pages of a list call. An answer that says it goes on but not where, or that goes in circles, ends the run. */
export async function pages<T extends Page>(
  purpose: Purpose,
  next: (marker: { readonly Marker?: string }) => Promise<T>,
): Promise<readonly T[]> {
  const read: T[] = [];
  const seen = new Set<string>();
  let marker: string | undefined;
  do {
    const page = await next(marker === undefined ? {} : { Marker: marker });
    // Of a web page or an empty body the SDK makes an answer without members: no list is not an empty list.
    if (!Object.entries(page).some(([name, value]) => name !== '$metadata' && value !== undefined))
      throw new RunError(
        `could not ${purpose.doing}: the answer holds nothing; check \`--endpoint-url\` and proxies`,
      );
    read.push(page);
    marker = page.IsTruncated ? page.Marker : undefined;
    if (page.IsTruncated && (marker === undefined || seen.has(marker)))
      throw new RunError(
        `could not ${purpose.doing}: the answer is cut off and ${marker === undefined ? 'names no next page' : 'its pages go in circles'}; run again`,
      );
    if (marker !== undefined) seen.add(marker);
  } while (marker !== undefined);
  return read;
}

const DOCUMENTS: ReadonlySet<string> = new Set(['PolicyDocument', 'Document', 'AssumeRolePolicyDocument']);

/**
 * An SDK answer as the AWS command line prints it: times as ISO 8601, policy documents decoded, no metadata. One that
 * does not decode stays the string it was, so that reading the file finds the same fault.
 */
export function cliJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Array.isArray(value)) return value.map(cliJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, one]) => key !== '$metadata' && one !== undefined);
  return Object.fromEntries(
    entries.map(([key, one]) => {
      if (DOCUMENTS.has(key) && typeof one === 'string') {
        const decoded = decodeDocument(one);
        return [key, 'document' in decoded ? decoded.document : one];
      }
      return [key, cliJson(one)];
    }),
  );
}

/** `cliJson` of a list of objects. */
export const cliList = (list: readonly object[] | undefined): readonly Json[] =>
  (list ?? []).map((one) => cliJson(one) as Json);
