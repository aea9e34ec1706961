/** Several threads over a list of files, for named principals or for all; the batches are those of one scanner. */
import type { Content } from '../digest/logs.ts';
import { type Inspect, withheldBatch } from '../digest/withhold.ts';
import type { Batch, PrincipalFilter } from '../source.ts';
import { type AggregateOptions, createAggregator } from './aggregate.ts';
import type { ScanFile, ScannedFile } from './files.ts';
import { createGroupReader, randomSeed, type Seed } from './group-reader.ts';
import { SHARED_BYTES } from './hash-table.ts';
import { LIMITS } from './inflate.ts';
import { loadKernel } from './kernel.ts';
import { createLink, type Link } from './link.ts';
import type { Packed } from './pack.ts';
import { counted, drained, groupedBatch } from './scan.ts';
import { readOne } from './serve.ts';
import { type FileResult, type Here, inThreads, workerPath } from './threads.ts';
import { createTelling, NOTHING_TOLD, retell, type ToldFile } from './told.ts';
import { unpack } from './unpack.ts';

const NAMED = 'scan-worker.js';
const ALL = 'group-worker.js';

export interface NamedWork {
  readonly principals: readonly PrincipalFilter[];
  /** Whether to say what each file holds, for the digests. */
  readonly hash: boolean;
}
export interface GroupWork {
  readonly seed: Seed;
  readonly cuts: readonly number[];
  /** Compiled once for all threads. */
  readonly module: WebAssembly.Module;
  /** See `GroupReaderOptions`. */
  readonly shared: SharedArrayBuffer;
}
export interface HashedFile extends Packed {
  readonly content?: Content;
}
export interface PackedFile extends FileResult, HashedFile {}
export interface GroupedFile extends FileResult, ToldFile {}

/** To map and enter a group takes about as long as to read so many records. */
const ENTERING = 3;

/** Whether threads can be used here. */
export const poolAvailable = (): boolean => workerPath(NAMED) !== undefined;

/** For named principals: the threads find the records, this one parses and decodes them. */
export async function* scanFiles<T extends ScanFile>(
  files: readonly T[],
  principals: readonly PrincipalFilter[],
  workers: number,
  inspect?: Inspect,
): AsyncGenerator<ScannedFile<T>> {
  const data: NamedWork = { principals, hash: inspect !== undefined };
  for await (const result of inThreads<PackedFile>(NAMED, pathsOf(files), data, workers)) {
    if (!result) continue;
    const { bytes, failed, content } = result;
    const file = files[result.index]!;
    const gap = content && inspect?.(file.object, content);
    if (failed !== undefined) yield { file, bytes: 0, failed };
    else yield { file, bytes, batch: gap ? withheldBatch(gap) : unpack(result, file.object, principals) };
  }
}

/**
 * For all principals: the threads, of which this is one, read records into rows, which are grouped here in the files'
 * order, so that of records with one identity the first counts, whichever thread met it.
 */
export async function* groupFiles<T extends ScanFile>(
  files: readonly T[],
  { resolve, reads, cuts = [] }: AggregateOptions,
  threads: number,
  most?: number,
): AsyncGenerator<ScannedFile<T>> {
  const module = loadKernel();
  if (!module) throw new Error('the kernel is not built');
  const seed = randomSeed();
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const reader = createGroupReader({ module, seed, limits: LIMITS, resolve, reads, cuts, shared });
  const read = createTelling(reader);
  /** What was counted, handed over while the other threads read the rest: after the last file all but this one are idle. */
  let early: Generator<Batch> | undefined;
  let entered = false;
  const here: Here<GroupedFile> = {
    busy: () => early !== undefined && !entered,
    read: (index, path) => readOne(index, path, threads - 1, read, NOTHING_TOLD),
    held: ({ told }) => told.words.byteLength + told.bytes.byteLength,
  };
  const groups = createAggregator(reader.hash, most);
  let next = 0;
  while (next < files.length) {
    const left = files.slice(next);
    const data: GroupWork = { seed, cuts, module, shared };
    const links = new Map<number, Link>();
    let [given, records] = [0, 0];
    [early, entered] = [undefined, false];
    for await (const result of inThreads<GroupedFile>(ALL, pathsOf(left), data, threads - 1, here)) {
      if (!result) {
        const some = early!.next();
        if (some.done) entered = true;
        else yield { bytes: 0, batch: some.value };
        continue;
      }
      const file = left[result.index]!;
      next++;
      const link = links.get(result.worker) ?? createLink(groups);
      links.set(result.worker, link);
      if (result.failed !== undefined) yield { file, bytes: 0, failed: result.failed };
      else yield { file, bytes: result.bytes, batch: grouped(result, file, link) };
      // The threads know what they have told, and must forget it with the groups: they end, and others start.
      if (groups.full()) break;
      given++;
      records += result.records;
      const rest = ((left.length - given) * records) / given;
      if (rest < ENTERING * groups.size * (threads - 1)) early ??= counted(groups);
    }
    reader.clear();
    for (const batch of drained(groups)) yield { bytes: 0, batch };
  }
}

function grouped({ told, records, damage }: GroupedFile, { object }: ScanFile, link: Link): Batch {
  const taken = { events: [], rejections: [], skippedOtherPrincipal: 0 };
  link.into(taken);
  retell(told, link);
  return groupedBatch(object, records, taken, damage);
}

const pathsOf = (files: readonly ScanFile[]): readonly string[] => files.map((file) => file.path);
