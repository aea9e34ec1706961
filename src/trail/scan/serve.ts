/** What a scanning thread does: pulls files from a shared counter and posts what was read of them. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { ACKNOWLEDGED, type FileResult, NEXT, type Work } from './threads.ts';

/** A message holds about this many bytes, or this many files. */
const MESSAGE_BYTES = 1 << 20;
const MESSAGE_FILES = 64;
const MAX_WAITING = 4;

/** What is read of one file; `nothing` where it cannot be read. */
export function readOne<R extends object>(
  index: number,
  path: string,
  worker: number,
  read: (bytes: Uint8Array) => R,
  nothing: R,
): FileResult & R {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ...nothing, index, worker, bytes: 0, failed: code ?? message };
  }
  return { ...read(bytes), index, worker, bytes: bytes.length };
}

/** `read` must not throw for what a file holds; `buffers` are those of a result that change threads. */
export function serve<R extends object>(
  read: (bytes: Uint8Array) => R,
  nothing: R,
  buffers: (result: R) => readonly ArrayBuffer[],
): void {
  const { paths, state, number } = workerData as Work;
  const shared = new Int32Array(state);
  const mine = ACKNOWLEDGED + number;
  let group: (FileResult & R)[] = [];
  let moved: ArrayBuffer[] = [];
  let held = 0;
  let sent = 0;
  const post = (): void => {
    // Back-pressure: a slow reader makes the scan wait instead of filling the memory.
    for (;;) {
      const acknowledged = Atomics.load(shared, mine);
      if (sent - acknowledged < MAX_WAITING) break;
      Atomics.wait(shared, mine, acknowledged);
    }
    sent++;
    parentPort!.postMessage(group, moved);
    group = [];
    moved = [];
    held = 0;
  };
  for (;;) {
    const index = Atomics.add(shared, NEXT, 1);
    const path = paths[index];
    if (path === undefined) break;
    const result = readOne(index, path, number, read, nothing);
    group.push(result);
    if (result.failed === undefined)
      for (const buffer of buffers(result)) {
        moved.push(buffer);
        held += buffer.byteLength;
      }
    if (held > MESSAGE_BYTES || group.length >= MESSAGE_FILES) post();
  }
  if (group.length > 0) post();
}
