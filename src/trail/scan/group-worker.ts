/**
 * One thread that reads files into settled rows. Of what is alike it tells once. Which members the mapping reads it finds
 * out with a mapping of its own.
 */
import { workerData } from 'node:worker_threads';
import { loadCatalogue } from '../../catalogue/load.ts';
import { requestMembersRead } from '../../permissions/needed.ts';
import { createResolver } from '../../permissions/resolver.ts';
import { createGroupReader } from './group-reader.ts';
import { LIMITS } from './inflate.ts';
import type { GroupedFile, GroupWork } from './pool.ts';
import { serve } from './serve.ts';
import type { FileResult } from './threads.ts';
import { createTeller } from './told.ts';

const { seed, cuts, module, shared } = workerData as GroupWork;
const catalogue = await loadCatalogue();
const { resolve } = createResolver(catalogue);
const teller = createTeller();
const reader = createGroupReader({
  module,
  seed,
  cuts,
  shared,
  limits: LIMITS,
  resolve,
  reads: (source, name) => requestMembersRead(catalogue, source, name),
});

serve<Omit<GroupedFile, keyof FileResult>>(
  (bytes) => {
    const { records, damage } = reader.read(bytes, teller);
    const result = { records, told: teller.take() };
    return damage ? { ...result, damage } : result;
  },
  { records: 0, told: teller.take() },
  ({ told }) => [told.words.buffer, told.bytes.buffer],
);
