/** What an S3 answer that is not the object means for the run: try again, leave the object as a gap, or stop. */
import { credentialsFault, oneLine } from '../aws-error.ts';
import type { GapReason } from '../source.ts';

export type Verdict =
  | {
      readonly kind: 'retry';
      readonly reason: GapReason;
      readonly detail: string;
      readonly slowDown: boolean;
    }
  | { readonly kind: 'gap'; readonly reason: GapReason; readonly detail: string }
  /** Credentials are expired or not valid: no object can be read with them. */
  | { readonly kind: 'credentials'; readonly detail: string }
  | { readonly kind: 'bucket-gone' }
  | { readonly kind: 'clock' }
  | { readonly kind: 'redirect' };

const THROTTLED: ReadonlySet<string> = new Set([
  'SlowDown',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
]);
const TRY_AGAIN: ReadonlySet<string> = new Set([
  'RequestTimeout',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
]);

/** Judges an error answer by its code, status and message. `body` is the start of the body. */
export function judgeAnswer(status: number, body: string): Verdict {
  const code = /<Code>([^<]{1,80})<\/Code>/.exec(body)?.[1] ?? '';
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? '';
  const detail = oneLine(`${status} ${code || 'without an error code'}${message && `: ${message}`}`);
  if (credentialsFault(code) !== undefined) return { kind: 'credentials', detail };
  if (code === 'RequestTimeTooSkewed') return { kind: 'clock' };
  if (code === 'NoSuchBucket') return { kind: 'bucket-gone' };
  if (status === 429 || THROTTLED.has(code))
    return { kind: 'retry', reason: 'throttled', detail, slowDown: true };
  if (status >= 500 || TRY_AGAIN.has(code))
    return {
      kind: 'retry',
      reason: status === 503 ? 'throttled' : 'unreadable',
      detail,
      slowDown: status === 503,
    };
  // A key that is disabled, scheduled for deletion or gone answers 400 KMS.*; one without a grant answers 403 and names kms.
  if (code.startsWith('KMS.') || (status === 403 && /\bkms\b/i.test(message)))
    return { kind: 'gap', reason: 'kms-denied', detail };
  if (code === 'InvalidObjectState')
    return {
      kind: 'gap',
      reason: 'unreadable',
      detail: `${detail}; the object is archived: restore it first`,
    };
  if (status === 403) return { kind: 'gap', reason: 'access-denied', detail };
  if (status === 404) return { kind: 'gap', reason: 'not-found', detail };
  if (status === 412)
    return { kind: 'gap', reason: 'changed-while-reading', detail: 'its ETag is not the one listed' };
  if (status === 301 || status === 307 || status === 308) return { kind: 'redirect' };
  return { kind: 'gap', reason: 'unreadable', detail };
}

/** Whether a body that came as 200 is a web page: a proxy or a login page stands between. */
export function isWebPage(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1').trimStart().toLowerCase();
  return start.startsWith('<!doctype html') || start.startsWith('<html');
}
