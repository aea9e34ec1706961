/** One object's candidate records as bytes, which change threads for nothing where objects do not. */
import type { CandidateReader } from './candidates.ts';
import type { InflateDamage } from './inflate.ts';

export interface Packed {
  readonly candidates: Uint8Array<ArrayBuffer>;
  /** End of each candidate in `candidates`. */
  readonly ends: readonly number[];
  readonly records: number;
  readonly damage?: InflateDamage;
}

/** Inflates and searches an object; in the thread that does the work. */
export function pack(reader: CandidateReader, bytes: Uint8Array): Packed {
  const parts: Buffer[] = [];
  const ends: number[] = [];
  let length = 0;
  const { records, damage, unusable } = reader.read(bytes, (piece, start, end) => {
    parts.push(Buffer.from(piece.subarray(start, end)));
    length += end - start;
    ends.push(length);
  });
  const candidates = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    candidates.set(part, at);
    at += part.length;
  }
  const packed = { candidates, ends, records };
  return damage ? { ...packed, damage: { ...damage, unusable } } : packed;
}
