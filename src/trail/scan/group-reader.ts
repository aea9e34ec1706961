/** From an object's bytes to rows that a front has settled. */
import { randomBytes } from 'node:crypto';
import type { TrailEvent } from '../../events/event.ts';
import { createFront, type Heard, TO_EXACT } from './front.ts';
import { type InflateLimits, inflate } from './inflate.ts';
import { createKernel } from './kernel.ts';
import { kernelInflate } from './kernel-inflate.ts';
import { kernelWalk } from './kernel-walk.ts';
import { eachPiece, type Read } from './pieces.ts';
import { type RequestReads, ROW_WORDS, type RowHash, type RowRecords, rowReader } from './rows.ts';
import { Splitter } from './split.ts';

/** Takes what a front settled, in the records' order, and hears of what is new in it. */
export interface Taker extends Heard {
  /**
   * A record of a group: two words of its identity, its time in seconds, its id in four words from `idAt`, valid during
   * the call only.
   */
  grouped(group: number, low: number, high: number, seconds: number, words: Uint32Array, idAt: number): void;
  /** A record to parse. */
  exact(record: string): void;
}

export interface GroupReader {
  /** Never throws for what `bytes` hold. */
  read(bytes: Uint8Array, taker: Taker): Read & { readonly records: number };
  readonly hash: RowHash;
  clear(): void;
}

export type Seed = readonly [low: number, high: number];
export const randomSeed = (): Seed => {
  const bytes = randomBytes(8);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
};

export interface GroupReaderOptions {
  readonly module: WebAssembly.Module;
  /** What readers of one seed give can be put together. */
  readonly seed: Seed;
  readonly limits: InflateLimits;
  readonly resolve: (event: TrailEvent) => unknown;
  readonly reads: RequestReads | undefined;
  readonly cuts: readonly number[];
  /** What readers in several threads share: SHARED_BYTES of zeros. */
  readonly shared?: SharedArrayBuffer;
}

/** Owns a kernel's memory, so one a thread. */
export function createGroupReader({
  module,
  seed,
  limits,
  resolve,
  reads,
  cuts,
  shared,
}: GroupReaderOptions): GroupReader {
  const kernel = createKernel(module);
  const walk = kernelWalk(kernel, undefined);
  const quick = kernelInflate(kernel);
  const reader = rowReader(kernel, seed, reads);
  const front = createFront(resolve, reader.hash, cuts, shared);
  return {
    read: (bytes, taker) => {
      let records = 0;
      const read = eachPiece(
        new Splitter(walk),
        (sink) => inflate(bytes, sink, limits, quick),
        limits,
        (piece, found) => {
          records += found.records;
          const of: RowRecords = {
            whole: (rows, at) => piece.toString('utf8', rows[at + 13], rows[at + 14]),
            kept: (rows, at, volatile) => reader.compact(rows[at + 13]!, rows[at + 14]!, volatile),
          };
          reader.read(piece, found.spans, (rows, count) => {
            for (let at = 0; at < count * ROW_WORDS; at += ROW_WORDS) {
              const group = front.settle(rows, at, of, taker);
              if (group >= 0)
                taker.grouped(group, rows[at + 6]!, rows[at + 7]!, rows[at + 12]!, rows, at + 8);
              else if (group === TO_EXACT) taker.exact(of.whole(rows, at));
            }
          });
        },
      );
      return { ...read, records };
    },
    hash: reader.hash,
    clear: front.clear,
  };
}
