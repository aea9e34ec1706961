/** One thread that inflates and searches files; parsing and decoding stay with the caller. */
import { workerData } from 'node:worker_threads';
import { copiedContentOf } from '../digest/logs.ts';
import { createCandidateReader } from './candidates.ts';
import { LIMITS } from './inflate.ts';
import { loadKernel } from './kernel.ts';
import { pack } from './pack.ts';
import type { HashedFile, NamedWork } from './pool.ts';
import { serve } from './serve.ts';

const { principals, hash } = workerData as NamedWork;
const reader = createCandidateReader(principals, loadKernel() ?? null, LIMITS);
serve<HashedFile>(
  (bytes) => {
    if (!hash) return pack(reader, bytes);
    const { document, content } = copiedContentOf(bytes);
    return { ...pack(reader, document), content };
  },
  { candidates: new Uint8Array(), ends: [], records: 0 },
  ({ candidates }) => [candidates.buffer],
);
