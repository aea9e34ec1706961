/** A list of files to batches: several threads where that pays, one otherwise; the same batches either way. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { copiedContentOf } from '../digest/logs.ts';
import { type Inspect, withheldBatch } from '../digest/withhold.ts';
import type { Batch, ObjectRef, PrincipalFilter } from '../source.ts';
import type { AggregateOptions } from './aggregate.ts';
import { groupFiles, poolAvailable, scanFiles } from './pool.ts';
import { createScanner } from './scan.ts';

export interface ScanFile {
  readonly path: string;
  readonly object: ObjectRef;
}
export interface ScannedFile<T extends ScanFile> {
  /** Undefined for a batch of groups, which belongs to no one file. */
  readonly file?: T;
  /** Bytes read from the file. */
  readonly bytes: number;
  readonly batch?: Batch;
  /** The system's error code where the file could not be read; then there is no batch. */
  readonly failed?: string;
}
export interface ScanFilesOptions {
  readonly principals?: readonly PrincipalFilter[];
  readonly aggregate?: AggregateOptions;
  /** Told what each file holds; a gap where it is no evidence. */
  readonly inspect?: Inspect;
}

/** Below this many compressed bytes (about 200 MB of JSON) starting threads costs more than it saves. */
const THREADS_FROM = 20_000_000;
const MAX_THREADS = 4;

/** Scans files in their order. */
export async function* scanAll<T extends ScanFile>(
  files: readonly T[],
  { principals, aggregate, inspect }: ScanFilesOptions,
): AsyncGenerator<ScannedFile<T>> {
  const threads = Math.min(MAX_THREADS, availableParallelism());
  const total = files.reduce((sum, { object }) => sum + object.bytes, 0);
  if (threads > 1 && total >= THREADS_FROM && poolAvailable()) {
    if (principals) return yield* scanFiles(files, principals, threads, inspect);
    // A thread tells once of what is alike in its files, so that none of them could be taken back.
    if (aggregate?.reads && !inspect) return yield* groupFiles(files, aggregate, threads);
  }
  const scanner = createScanner({
    ...(principals ? { principals } : {}),
    ...(aggregate ? { aggregate } : {}),
  });
  for (const file of files) {
    const content = await readFile(file.path).catch((error: NodeJS.ErrnoException) => error);
    if (content instanceof Error) yield { file, bytes: 0, failed: content.code ?? content.message };
    else {
      const read = inspect ? copiedContentOf(content) : undefined;
      const gap = read && inspect?.(file.object, read.content);
      const batch = gap ? withheldBatch(gap) : scanner.scan(read?.document ?? content, file.object);
      yield { file, bytes: content.length, batch };
    }
    if (scanner.full()) for (const batch of scanner.drain()) yield { bytes: 0, batch };
  }
  for (const batch of scanner.drain()) yield { bytes: 0, batch };
}
