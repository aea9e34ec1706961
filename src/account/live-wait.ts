/** Waiting for jobs that AWS does in the background. */

export interface Waiting {
  /** Milliseconds between the first two looks; doubles up to ten times as long. */
  readonly first: number;
  /** Milliseconds after which a job counts as stuck. */
  readonly longest: number;
}

/** Waits, or rejects with the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
  });
}
