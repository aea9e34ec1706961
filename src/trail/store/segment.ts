/**
 * A segment: an append-only file of checked entries, written by one process only. A process killed while it writes leaves
 * at most one torn entry at the end of its own segment, which readers see and skip.
 *
 * Entry: magic (4), payload length (4), CRC-32 of key and payload (4), key (32), payload. Numbers are little-endian.
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const MAGIC = 0x31525047;
const HEADER = 44;
const KEY = 32;

export interface Place {
  /** Of the payload. */
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

/** Keys (hex) and places of the entries of a segment, up to the first that is torn or foreign. */
export function* readIndex(path: string): Generator<readonly [key: string, place: Place]> {
  const bytes = readFileSync(path);
  for (let at = 0; at + HEADER <= bytes.length; ) {
    if (bytes.readUInt32LE(at) !== MAGIC) return;
    const length = bytes.readUInt32LE(at + 4);
    const offset = at + HEADER;
    if (offset + length > bytes.length) return;
    yield [bytes.toString('hex', offset - KEY, offset), { offset, length, crc: bytes.readUInt32LE(at + 8) }];
    at = offset + length;
  }
}

/** The payload at a place; undefined where it does not match its checksum. */
export function readPayload(descriptor: number, key: string, place: Place): Buffer | undefined {
  const payload = Buffer.allocUnsafe(place.length);
  if (readSync(descriptor, payload, 0, place.length, place.offset) !== place.length) return undefined;
  return checksum(Buffer.from(key, 'hex'), payload) === place.crc ? payload : undefined;
}

export interface SegmentWriter {
  readonly bytes: number;
  append(key: string, payload: Uint8Array): void;
  close(): void;
}

/** Makes a new segment, readable by its owner only; fails where the file exists. */
export function createSegment(path: string): SegmentWriter {
  const descriptor = openSync(path, 'ax', 0o600);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    append(key, payload) {
      const id = Buffer.from(key, 'hex');
      const header = Buffer.alloc(HEADER - KEY);
      header.writeUInt32LE(MAGIC, 0);
      header.writeUInt32LE(payload.length, 4);
      header.writeUInt32LE(checksum(id, payload), 8);
      const entry = Buffer.concat([header, id, payload]);
      for (let done = 0; done < entry.length; ) done += writeSync(descriptor, entry, done);
      bytes += entry.length;
    },
    close: () => closeSync(descriptor),
  };
}

const checksum = (key: Uint8Array, payload: Uint8Array): number => crc32(payload, crc32(key));
