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
import type { GroupWork } from './pool.ts';
import { serve } from './serve.ts';
import { createTelling, NOTHING_TOLD, type ToldFile } from './told.ts';

const { seed, cuts, module, shared } = workerData as GroupWork;
const catalogue = await loadCatalogue();
const { resolve } = createResolver(catalogue);
const reader = createGroupReader({
  module,
  seed,
  cuts,
  shared,
  limits: LIMITS,
  resolve,
  reads: (source, name) => requestMembersRead(catalogue, source, name),
});

serve<ToldFile>(createTelling(reader), NOTHING_TOLD, ({ told }) => [told.words.buffer, told.bytes.buffer]);
