/** Scans fetched objects: small ones at once, the others on threads of their own while more are fetched. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Content, contentOf } from '../digest/logs.ts';
import type { AggregateOptions } from '../scan/aggregate.ts';
import type { Packed } from '../scan/pack.ts';
import { createScanner } from '../scan/scan.ts';
import { workerPath } from '../scan/threads.ts';
import { unpack } from '../scan/unpack.ts';
import type { Batch, ObjectRef, PrincipalFilter } from '../source.ts';
import type { Scanned } from '../store/store.ts';

export interface Job {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly hash: boolean;
}
export interface JobResult {
  readonly id: number;
  readonly packed: Packed;
  readonly content?: Content;
}

export interface ObjectScanner {
  /** Takes the bytes over. Rejects only where a thread dies. */
  scan(bytes: Buffer, object: ObjectRef): Promise<Scanned>;
  /** True where alike records were grouped and take as much memory as they may: drain before more is scanned. */
  full(): boolean;
  /** The groups, in batches that belong to no object. */
  drain(): Iterable<Batch>;
  close(): void;
}

export interface ObjectScannerOptions {
  /** Undefined: all principals, on the one thread there is: each record has to be decoded there anyway. */
  readonly principals?: readonly PrincipalFilter[];
  /** Without principals: alike records become one event with a count. What an object held alone is not told then. */
  readonly aggregate?: AggregateOptions;
  /** Hash each document for its digest as it is read. */
  readonly hash?: boolean;
  /** Compressed bytes scanned before threads pay for their start. */
  readonly threadsFrom?: number;
}

/** Sending a smaller object costs about as much as scanning it (some 0.05 ms). */
const SMALL = 32 * 1024;
const THREADS_FROM = 20_000_000;
const MAX_THREADS = 4;
/** Jobs of one thread under way: one it works on and one that waits. Bounds what comes back unread, too. */
const AHEAD = 2;

export function createObjectScanner(options: ObjectScannerOptions): ObjectScanner {
  const { principals, aggregate, hash = false, threadsFrom = THREADS_FROM } = options;
  const scanner = createScanner({ ...(principals && { principals }), ...(aggregate && { aggregate }) });
  const here = (bytes: Buffer, object: ObjectRef): Scanned => {
    if (!hash) return { batch: scanner.scan(bytes, object) };
    const { document, content } = contentOf(bytes);
    return { batch: scanner.scan(document, object), content };
  };
  let seen = 0;
  let threads: Threads | undefined;
  return {
    scan: async (bytes, object) => {
      seen += bytes.length;
      if (!principals || bytes.length < SMALL || seen < threadsFrom) return here(bytes, object);
      threads ??= startThreads(principals);
      if (!threads) return here(bytes, object);
      const { packed, content } = await threads.run(bytes, hash);
      return { batch: unpack(packed, object, principals), ...(content && { content }) };
    },
    full: scanner.full,
    drain: scanner.drain,
    close: () => threads?.close(),
  };
}

interface Threads {
  run(bytes: Buffer, hash: boolean): Promise<JobResult>;
  close(): void;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly hash: boolean;
  readonly done: (result: JobResult) => void;
  readonly failed: (error: Error) => void;
}

/** Undefined in a checkout that was not built, and on a machine of one core. */
function startThreads(principals: readonly PrincipalFilter[]): Threads | undefined {
  const script = workerPath('s3-scan-worker.js');
  const count = Math.min(MAX_THREADS, availableParallelism());
  if (script === undefined || count < 2) return undefined;
  const queue: Waiting[] = [];
  const running = new Map<number, Waiting>();
  let failure: Error | undefined;
  let next = 0;

  const fail = (error: Error): void => {
    failure ??= error;
    for (const one of [...running.values(), ...queue.splice(0)]) one.failed(failure);
    running.clear();
  };
  const workers = Array.from({ length: count }, () => {
    const one = { thread: new Worker(script, { workerData: principals }), busy: 0 };
    one.thread.on('message', (result: JobResult) => {
      one.busy -= 1;
      const waiting = running.get(result.id);
      running.delete(result.id);
      waiting?.done(result);
      send();
    });
    one.thread.on('error', fail);
    return one;
  });
  const send = (): void => {
    while (queue.length > 0) {
      const free = workers.reduce((a, b) => (b.busy < a.busy ? b : a));
      if (free.busy >= AHEAD) return;
      const job = queue.shift()!;
      const id = next++;
      free.busy += 1;
      running.set(id, job);
      const whole = job.bytes.byteLength === job.bytes.buffer.byteLength;
      const bytes = whole ? job.bytes : new Uint8Array(job.bytes);
      const message: Job = { id, bytes, hash: job.hash };
      free.thread.postMessage(message, [bytes.buffer as ArrayBuffer]);
    }
  };
  return {
    run: (bytes, hash) =>
      new Promise((done, failed) => {
        if (failure) failed(failure);
        else {
          queue.push({ bytes, hash, done, failed });
          send();
        }
      }),
    close: () => {
      // Nobody waits for what is still under way.
      for (const { thread } of workers) void thread.terminate();
    },
  };
}
