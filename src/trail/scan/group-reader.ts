/** From an object's bytes to settled rows, one for each record. */
import { randomBytes } from 'node:crypto';
import type { TrailEvent } from '../../events/event.ts';
import { createFront } from './front.ts';
import { type InflateLimits, inflate } from './inflate.ts';
import {
  kernelWalk,
  type RequestReads,
  ROW_WORDS,
  type RowHash,
  type RowRecords,
  rowReader,
} from './kernel.ts';
import { eachPiece, type Read } from './pieces.ts';
import { Splitter } from './split.ts';

/** `first`: no row before had its identity. */
type TakeRow = (rows: Uint32Array, at: number, records: RowRecords, first: boolean) => void;

export interface GroupReader {
  /** Hands over settled rows; words and records are valid during the call only. Never throws for what `bytes` hold. */
  read(bytes: Uint8Array, take: TakeRow): Read & { readonly records: number };
  readonly hash: RowHash;
  clear(): void;
}

export type Seed = readonly [low: number, high: number];
export const randomSeed = (): Seed => {
  const bytes = randomBytes(8);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
};

/** Owns a kernel's memory, so one a thread. Rows of one seed can be put together. */
export function createGroupReader(
  module: WebAssembly.Module,
  seed: Seed,
  limits: InflateLimits,
  resolve: (event: TrailEvent) => unknown,
  reads?: RequestReads,
): GroupReader {
  const walk = kernelWalk(module, undefined);
  const reader = rowReader(module, seed, reads);
  const front = createFront(resolve);
  return {
    read: (bytes, take) => {
      let records = 0;
      const read = eachPiece(
        new Splitter(walk),
        (sink) => inflate(bytes, sink, limits),
        limits,
        (piece, found) => {
          records += found.records;
          const of: RowRecords = {
            whole: (rows, at) => piece.toString('utf8', rows[at + 13], rows[at + 14]),
            kept: (rows, at, volatile) => reader.compact(rows[at + 13]!, rows[at + 14]!, volatile),
          };
          reader.read(piece, found.spans, (rows, count) => {
            for (let at = 0; at < count * ROW_WORDS; at += ROW_WORDS)
              take(rows, at, of, front.settle(rows, at, of));
          });
        },
      );
      return { ...read, records };
    },
    hash: reader.hash,
    clear: front.clear,
  };
}
