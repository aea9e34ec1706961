/** Several threads over a list of files; results come in the list's order. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export interface Work {
  readonly paths: readonly string[];
  readonly state: SharedArrayBuffer;
  /** Of this worker. */
  readonly number: number;
}
/** Words of the shared state: the next file, then one acknowledgement count a worker. */
export const NEXT = 0;
export const ACKNOWLEDGED = 1;

export interface FileResult {
  readonly index: number;
  /** The number of the thread that read it. */
  readonly worker: number;
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

/** What the calling thread does itself, where it would wait for the others. */
export interface Here<R> {
  /** True where the caller has something else to do: it is then called with nothing. */
  busy(): boolean;
  read(index: number, path: string): R;
  /** Bytes that a result holds. */
  held(result: R): number;
}
/** Bytes that it may hold of its own results before those of the others are there: results come in the list's order. */
const MAX_OWN = 4 << 20;

/**
 * Runs `workers` threads of a script that calls `serve`. With `here` this thread reads files, too, where it would wait, or
 * gives undefined for the caller to do something else. Ends the threads whichever way the caller leaves.
 */
export async function* inThreads<R extends FileResult>(
  script: string,
  paths: readonly string[],
  data: object,
  workers: number,
  here?: Here<R>,
): AsyncGenerator<R | undefined> {
  const path = workerPath(script);
  if (path === undefined) throw new Error('the scan worker is not built');
  const state = new SharedArrayBuffer((ACKNOWLEDGED + workers) * 4);
  const shared = new Int32Array(state);
  const done = new Map<number, R>();
  let wake = (): void => {};
  let failure: Error | undefined;
  /** Messages taken from each worker whose files were not all handed on yet: [worker, files left]. */
  const owed = new Map<number, { readonly worker: number; left: number }>();

  const threads = Array.from({ length: workers }, (_, number) => {
    const work: Work = { paths, state, number };
    const thread = new Worker(path, { workerData: { ...data, ...work } });
    thread.on('message', (group: R[]) => {
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
  let own = 0;
  /** Reads one file and lets messages in; false where none is left or too much waits. */
  const readHere = async (): Promise<boolean> => {
    if (!here || own > MAX_OWN) return false;
    const index = Atomics.add(shared, NEXT, 1);
    const path = paths[index];
    if (path === undefined) return false;
    const result = here.read(index, path);
    done.set(index, result);
    own += here.held(result);
    await turn();
    return true;
  };
  try {
    for (let index = 0; index < paths.length; index++) {
      while (!done.has(index)) {
        if (failure) throw failure;
        if (here?.busy()) {
          yield undefined;
          await turn();
          continue;
        }
        if (await readHere()) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const result = done.get(index)!;
      done.delete(index);
      const debt = owed.get(index);
      owed.delete(index);
      if (!debt) own -= here!.held(result);
      else if (--debt.left === 0) {
        Atomics.add(shared, ACKNOWLEDGED + debt.worker, 1);
        Atomics.notify(shared, ACKNOWLEDGED + debt.worker);
      }
      yield result;
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** Lets messages in. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
