/** The other half of `pack`, apart from it: a thread that only searches does not load what decodes. */
import type { Batch, ObjectRef, PrincipalFilter } from '../source.ts';
import type { Packed } from './pack.ts';
import { batchOf } from './scan.ts';

/** Parses and decodes the candidates; in the thread that wants the events. */
export function unpack(
  { candidates, ends, records, damage }: Packed,
  object: ObjectRef,
  principals: readonly PrincipalFilter[],
): Batch {
  const bytes = Buffer.from(candidates.buffer, candidates.byteOffset, candidates.length);
  const texts = ends.map((end, index) => bytes.toString('utf8', ends[index - 1] ?? 0, end));
  return batchOf(object, records, texts, principals, damage);
}
