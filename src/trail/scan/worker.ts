/** One thread that inflates and searches files; parsing and decoding stay with the caller. */
import { workerData } from 'node:worker_threads';
import { createCandidateReader } from './candidates.ts';
import { LIMITS } from './inflate.ts';
import { loadKernel } from './kernel.ts';
import { type Packed, pack } from './pack.ts';
import type { NamedWork } from './pool.ts';
import { serve } from './serve.ts';

const { principals } = workerData as NamedWork;
const reader = createCandidateReader(principals, loadKernel() ?? null, LIMITS);
serve<Packed>(
  (bytes) => pack(reader, bytes),
  { candidates: new Uint8Array(), ends: [], records: 0 },
  ({ candidates }) => [candidates.buffer],
);
