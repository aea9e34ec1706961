/**
 * One scanning thread: pulls files from a shared counter, inflates and searches them, and posts the candidates' bytes.
 * Parsing and decoding stay with the caller: bytes change threads for nothing, objects do not.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { createCandidateReader } from './candidates.ts';
import { LIMITS } from './inflate.ts';
import { loadKernel } from './kernel.ts';
import { pack } from './pack.ts';
import { ACKNOWLEDGED, type FileResult, NEXT, type Work } from './pool.ts';

/** A message holds about this many bytes of candidates, or this many files. */
const MESSAGE_BYTES = 1 << 20;
const MESSAGE_FILES = 64;
const MAX_WAITING = 4;

const { paths, principals, state } = workerData as Work;
const shared = new Int32Array(state);
const reader = createCandidateReader(principals, loadKernel() ?? null, LIMITS);
const mine = ACKNOWLEDGED + (workerData as Work).number;

let group: FileResult[] = [];
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
  parentPort!.postMessage(
    group,
    group.map((one) => one.candidates.buffer),
  );
  group = [];
  held = 0;
};

for (;;) {
  const index = Atomics.add(shared, NEXT, 1);
  const path = paths[index];
  if (path === undefined) break;
  const result = scanFile(index, path);
  group.push(result);
  held += result.candidates.length;
  if (held > MESSAGE_BYTES || group.length >= MESSAGE_FILES) post();
}
if (group.length > 0) post();

function scanFile(index: number, path: string): FileResult {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { index, candidates: new Uint8Array(), ends: [], records: 0, bytes: 0, failed: code ?? message };
  }
  return { index, ...pack(reader, bytes), bytes: bytes.length };
}
