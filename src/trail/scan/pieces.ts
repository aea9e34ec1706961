/** Feeds a document's pieces to a splitter, carrying over what a piece leaves unfinished. */
import type { InflateDamage, InflateLimits, TakePiece } from './inflate.ts';
import type { Damage, Found, Splitter } from './split.ts';

export interface Read {
  readonly damage: Damage | undefined;
  /** What was taken must not be used: the checksum failed after it had been handed over. */
  readonly unusable: boolean;
}

/** `produce` hands pieces to its argument; `take` gets the bytes and the records that end in them. */
export function eachPiece(
  splitter: Splitter,
  produce: (sink: TakePiece) => InflateDamage | undefined,
  { wholeBytes }: Pick<InflateLimits, 'wholeBytes'>,
  take: (bytes: Buffer, found: Found) => void,
): Read {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  /** Bytes of `waiting` that were looked at and hold no complete record. */
  let unfinished = 0;
  let tooLarge: Damage | undefined;

  const damage = produce((piece, final) => {
    if (tooLarge) return;
    waiting.push(piece);
    waitingBytes += piece.length;
    // Looking again only when the bytes have doubled keeps the cost of one huge record linear.
    if (!final && waitingBytes < unfinished * 2) return;
    const bytes = joined(waiting, waitingBytes);
    const found: Found = { spans: [], records: 0 };
    const used = splitter.feed(bytes, found, final);
    take(bytes, found);
    // A copy: the piece is the producer's again when this returns, and a small rest must not hold a large buffer.
    waiting = final || used === bytes.length ? [] : [new Uint8Array(bytes.subarray(used))];
    waitingBytes = unfinished = waiting[0]?.length ?? 0;
    if (!final && waitingBytes > wholeBytes)
      tooLarge = { reason: 'too-large', detail: `one record is larger than ${wholeBytes} bytes` };
  });
  return { damage: damage ?? tooLarge ?? splitter.damage, unusable: damage?.unusable ?? false };
}

function joined(parts: readonly Uint8Array[], length: number): Buffer {
  const [first] = parts;
  if (parts.length === 1 && first) return Buffer.from(first.buffer, first.byteOffset, first.length);
  return Buffer.concat(parts, length);
}
