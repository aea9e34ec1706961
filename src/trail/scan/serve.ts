/** What a scanning thread does: pulls files from a shared counter and posts what was read of them. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { ACKNOWLEDGED, type FileResult, NEXT, type Work } from './threads.ts';

/** A message holds about this many bytes, or this many files. */
const MESSAGE_BYTES = 1 << 20;
const MESSAGE_FILES = 64;
const MAX_WAITING = 4;

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
  const readOne = (index: number, path: string): FileResult & R => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { ...nothing, index, worker: number, bytes: 0, failed: code ?? message };
    }
    const result = { ...read(bytes), index, worker: number, bytes: bytes.length };
    for (const buffer of buffers(result)) {
      moved.push(buffer);
      held += buffer.byteLength;
    }
    return result;
  };
  for (;;) {
    const index = Atomics.add(shared, NEXT, 1);
    const path = paths[index];
    if (path === undefined) break;
    group.push(readOne(index, path));
    if (held > MESSAGE_BYTES || group.length >= MESSAGE_FILES) post();
  }
  if (group.length > 0) post();
}
