/** Several threads over a list of files, for named principals; results come in the list's order. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { PrincipalFilter } from '../source.ts';
import type { ScanFile, ScannedFile } from './files.ts';
import type { Packed } from './pack.ts';
import { unpack } from './unpack.ts';

export interface Work {
  readonly paths: readonly string[];
  readonly principals: readonly PrincipalFilter[];
  readonly state: SharedArrayBuffer;
  /** Of this worker. */
  readonly number: number;
}
const WORKER = 'scan-worker.js';
/** Words of the shared state: the next file, then one acknowledgement count a worker. */
export const NEXT = 0;
export const ACKNOWLEDGED = 1;

export interface FileResult extends Packed {
  readonly index: number;
  /** Size of the file. */
  readonly bytes: number;
  /** The file could not be read: the system's error code. */
  readonly failed?: string;
}

/** A worker's bundle; undefined in a checkout that was not built. */
export function workerPath(name: string): string | undefined {
  for (const place of ['./', '../', '../../../dist/']) {
    const path = fileURLToPath(new URL(place + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  return undefined;
}
/** Whether `scanFiles` can be used here. */
export const poolAvailable = (): boolean => workerPath(WORKER) !== undefined;

/** Scans files with `workers` threads. Ends its threads whichever way the caller leaves. */
export async function* scanFiles<T extends ScanFile>(
  files: readonly T[],
  principals: readonly PrincipalFilter[],
  workers: number,
): AsyncGenerator<ScannedFile<T>> {
  const script = workerPath(WORKER);
  if (script === undefined) throw new Error('the scan worker is not built');
  const state = new SharedArrayBuffer((ACKNOWLEDGED + workers) * 4);
  const shared = new Int32Array(state);
  const paths = files.map((file) => file.path);
  const done = new Map<number, FileResult>();
  let wake = (): void => {};
  let failure: Error | undefined;
  /** Messages taken from each worker whose files were not all handed on yet: [worker, files left]. */
  const owed = new Map<number, { readonly worker: number; left: number }>();

  const threads = Array.from({ length: workers }, (_, number) => {
    const workerData: Work = { paths, principals, state, number };
    const thread = new Worker(script, { workerData });
    thread.on('message', (group: FileResult[]) => {
      const debt = { worker: number, left: group.length };
      for (const result of group) {
        done.set(result.index, result);
        owed.set(result.index, debt);
      }
      wake();
    });
    thread.on('error', (error: Error) => {
      failure = error;
      wake();
    });
    return thread;
  });
  try {
    for (const [index, file] of files.entries()) {
      while (!done.has(index)) {
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const result = done.get(index)!;
      done.delete(index);
      const debt = owed.get(index)!;
      owed.delete(index);
      if (--debt.left === 0) {
        Atomics.add(shared, ACKNOWLEDGED + debt.worker, 1);
        Atomics.notify(shared, ACKNOWLEDGED + debt.worker);
      }
      if (result.failed !== undefined) yield { file, bytes: 0, failed: result.failed };
      else yield { file, bytes: result.bytes, batch: unpack(result, file.object, principals) };
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
