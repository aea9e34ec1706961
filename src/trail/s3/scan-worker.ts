/** One thread that inflates and searches the objects it is sent, one message each; parsing and decoding stay with the sender. */
import { parentPort, workerData } from 'node:worker_threads';
import { contentOf } from '../digest/logs.ts';
import { createCandidateReader } from '../scan/candidates.ts';
import { LIMITS } from '../scan/inflate.ts';
import { loadKernel } from '../scan/kernel.ts';
import { pack } from '../scan/pack.ts';
import type { PrincipalFilter } from '../source.ts';
import type { Job, JobResult } from './scan-pool.ts';

const reader = createCandidateReader(workerData as readonly PrincipalFilter[], loadKernel() ?? null, LIMITS);

parentPort!.on('message', ({ id, bytes, hash }: Job) => {
  const { document, content } = hash ? contentOf(bytes) : { document: bytes, content: undefined };
  const packed = pack(reader, document);
  const result: JobResult = { id, packed, ...(content && { content }) };
  parentPort!.postMessage(result, [packed.candidates.buffer]);
});
