/** The records of one object that can belong to a wanted principal, as bytes. */
import type { PrincipalFilter } from '../source.ts';
import { type InflateLimits, inflate } from './inflate.ts';
import { createKernel } from './kernel.ts';
import { kernelInflate } from './kernel-inflate.ts';
import { kernelWalk } from './kernel-walk.ts';
import { namesOf, nominator } from './nominate.ts';
import { eachPiece, type Read } from './pieces.ts';
import { type Found, Splitter, walkElements } from './split.ts';

export interface CandidateReader {
  /** Calls `each` for every candidate; the bytes are valid during the call only. Never throws for what `bytes` hold. */
  read(
    bytes: Uint8Array,
    each: (piece: Buffer, start: number, end: number) => void,
  ): Read & { records: number };
}

/** Owns a kernel's memory, so one a thread. Without principals every record is a candidate. */
export function createCandidateReader(
  principals: readonly PrincipalFilter[] | undefined,
  module: WebAssembly.Module | null,
  limits: InflateLimits,
): CandidateReader {
  const names = namesOf(principals);
  const kernel = module ? createKernel(module) : undefined;
  const walk = kernel ? kernelWalk(kernel, names) : walkElements;
  const quick = kernel && kernelInflate(kernel);
  const nominate = names ? nominator(names) : undefined;
  return {
    read: (bytes, each) => {
      let records = 0;
      const take = (piece: Buffer, { spans, records: more }: Found): void => {
        records += more;
        for (let index = 0; index < spans.length; index += 2) {
          const [start, end] = [spans[index]!, spans[index + 1]!];
          if (!nominate || nominate(piece.toString('latin1', start, end))) each(piece, start, end);
        }
      };
      const read = eachPiece(new Splitter(walk), (sink) => inflate(bytes, sink, limits, quick), limits, take);
      return { ...read, records };
    },
  };
}
