/** The whole object, or a clear reason why not: retries with jitter, resumes a cut body, never mixes two versions of an object. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessError } from '../../errors.ts';
import type { GapReason } from '../source.ts';
import { isWebPage, judgeAnswer, type Verdict } from './answer.ts';
import { redirectError } from './bucket.ts';
import type { GetClient } from './signed-get.ts';

export interface Wanted {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
}

export type Fetched =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'gap'; readonly reason: GapReason; readonly detail: string };

export interface FetchOptions {
  readonly bucket: string;
  /** Tries of one object in all. */
  readonly tries?: number;
  /** First pause before another try, milliseconds; doubles up to 200 times this, with full jitter. */
  readonly pause?: number;
  readonly idleTimeout: number;
  readonly signal?: AbortSignal;
}

const TRIES = 8;
const PAUSE = 100;
/** A body slower than this, after the idle time-out's worth of grace, is dropped and resumed on another connection. */
const SLOWEST_BYTES_PER_MS = 4;
/** A try that brought this much on is no failure: a large object over a poor line gets there by resuming. */
const PROGRESS = 256 * 1024;
/** CloudTrail packs at most 50 MB of JSON in an object; this is far above, and bounds memory. */
const LARGEST_OBJECT = 512 * 1024 * 1024;
const ERROR_BODY = 16 * 1024;

export interface Fetcher {
  /** Reads one object. Throws an AccessError only where no other object could be read either. */
  fetch(wanted: Wanted): Promise<Fetched>;
}

export function createFetcher(client: GetClient, options: FetchOptions): Fetcher {
  const { bucket, idleTimeout, signal } = options;
  const tries = options.tries ?? TRIES;
  const basePause = options.pause ?? PAUSE;
  /** Nothing is sent before this time, after S3 asked to slow down. */
  let notBefore = 0;
  let renewal: Promise<boolean> | undefined;

  const renewOnce = (): Promise<boolean> => {
    renewal ??= client.renew().finally(() => {
      renewal = undefined;
    });
    return renewal;
  };
  const pause = async (round: number, slowDown: boolean): Promise<void> => {
    const most = basePause * Math.min(2 ** round, 200);
    const wait = Math.random() * most;
    if (slowDown) notBefore = Math.max(notBefore, Date.now() + wait);
    await sleep(wait, undefined, signal === undefined ? {} : { signal });
  };

  const fetch = async (wanted: Wanted): Promise<Fetched> => {
    if (wanted.bytes > LARGEST_OBJECT)
      return {
        kind: 'gap',
        reason: 'too-large',
        detail: `${wanted.bytes} bytes; at most ${LARGEST_OBJECT} are read`,
      };
    const body = Buffer.allocUnsafe(wanted.bytes);
    let filled = 0;
    let last: { reason: GapReason; detail: string } = { reason: 'unreadable', detail: 'never tried' };
    let renewed = false;
    for (let round = 0; round < tries; ) {
      const held = notBefore - Date.now();
      if (held > 0) await sleep(held, undefined, signal === undefined ? {} : { signal });
      const start = filled;
      let error = '';
      let tooLong = false;
      let ignoredRange = false;
      const attempt = await client.get(
        { key: wanted.key, etag: wanted.etag, offset: filled },
        (status, chunk) => {
          if (status === 200 || status === 206) {
            // A server that ignores Range starts over.
            if (status === 200 && start > 0 && !ignoredRange) {
              ignoredRange = true;
              filled = 0;
            }
            tooLong ||= filled + chunk.length > body.length;
            filled += chunk.copy(body, filled);
          } else if (error.length < ERROR_BODY) error += chunk.toString('utf8');
        },
        idleTimeout + Math.ceil((wanted.bytes - filled) / SLOWEST_BYTES_PER_MS),
      );
      const { status } = attempt;
      if (status === 200 || status === 206) {
        if (status === 206 && !rangeFits(attempt.headers['content-range'], start)) filled = start;
        const changed = otherVersion(attempt.headers.etag, wanted.etag);
        if (status === 200 && isWebPage(body.subarray(0, filled))) return webPage();
        if (changed || tooLong || (attempt.done && status === 200 && filled < body.length))
          return changedGap(changed ? 'its ETag is not the one listed' : 'its size is not the one listed');
        if (filled === body.length) return { kind: 'bytes', bytes: body };
      }
      if (status === undefined || status === 200 || status === 206) {
        last = {
          reason: 'unreadable',
          detail: `${attempt.failure ?? 'connection cut'} at byte ${filled} of ${body.length}`,
        };
        if (attempt.staleSocket || filled - start >= PROGRESS) continue;
        round += 1;
        if (round < tries) await pause(round, false);
        continue;
      }
      const verdict = judgeAnswer(status, error);
      if (verdict.kind === 'gap') return verdict;
      if (verdict.kind === 'credentials' && !renewed && (await renewOnce())) {
        renewed = true;
        continue;
      }
      if (verdict.kind !== 'retry') throw fatal(verdict, bucket);
      last = verdict;
      round += 1;
      if (round < tries) await pause(round, verdict.slowDown);
    }
    return { kind: 'gap', reason: last.reason, detail: `${last.detail}; gave up after ${tries} tries` };
  };
  return { fetch };
}

/** Whether the part that came begins where it was asked to; otherwise its bytes belong elsewhere. */
const rangeFits = (range: string | undefined, start: number): boolean =>
  range?.trim().startsWith(`bytes ${start}-`) === true;

const otherVersion = (answered: string | undefined, listed: string): boolean =>
  answered !== undefined && answered !== listed;

const changedGap = (detail: string): Fetched => ({ kind: 'gap', reason: 'changed-while-reading', detail });

const webPage = (): Fetched => ({
  kind: 'gap',
  reason: 'not-gzip',
  detail: 'a web page came instead of the object: a proxy or a login page stands between',
});

function fatal(verdict: Verdict, bucket: string): AccessError {
  switch (verdict.kind) {
    case 'credentials':
      return new AccessError(
        `the aws credentials stopped working while \`s3://${bucket}/\` was read (${verdict.detail}); renew them and run ` +
          'again, what was read is kept in the store',
      );
    case 'clock':
      return new AccessError(
        "s3 refuses requests because this machine's clock is wrong; set it and run again",
      );
    case 'bucket-gone':
      return new AccessError(
        `bucket \`${bucket}\` does not exist any more; check the name, or the trail that names it`,
      );
    default:
      return redirectError(bucket);
  }
}
