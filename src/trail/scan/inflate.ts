/**
 * Compressed bytes to document bytes, always with the checksum: length checks alone miss half of all single-bit errors.
 * The usual object goes through the kernel, and through the native inflate where there is none or it refuses; pako takes
 * those that this refuses, because they are damaged (what precedes the damage is salvaged) or too large to hold.
 */
import { MessageChannel } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { Z_NO_FLUSH, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2, zlibInflateReset } from 'pako';
import type { Damage } from './split.ts';

export interface InflateLimits {
  /** Documents up to this size are held whole; larger ones are read in pieces. */
  readonly wholeBytes: number;
  /** Of a document beyond this size the rest is refused. */
  readonly maxBytes: number;
}
/** CloudTrail writes documents of at most 50 MB (whatiscloudtrail-limits in the user guide). */
export const LIMITS: InflateLimits = { wholeBytes: 64 << 20, maxBytes: 2 ** 31 };

/** Deflate cannot expand further: a size in a trailer that claims more is a lie. */
const MAX_RATIO = 1032;
const PIECE = 256 << 10;
const SMALLEST = 16 << 10;
/** A header and a trailer around nothing. */
const SHORTEST = 18;
const GZIP_WINDOW_BITS = 31;

export interface InflateDamage extends Damage {
  /** The checksum failed: any byte handed over may be wrong, so that nothing of the object counts. */
  readonly unusable?: boolean;
}
/** Takes the document in order; the bytes are valid during the call only. */
export type TakePiece = (piece: Uint8Array, final: boolean) => void;

/** Objects are told by their magic: a `.gz` may have been unpacked on the way, and the other way round. */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A gzip object of a document of at most `mostBytes`, with the checksum; undefined where it refuses, for whatever reason. */
export type InflateWhole = (bytes: Uint8Array, mostBytes: number) => Uint8Array | undefined;

/**
 * Hands the document in an object to `take`, the last piece with `final`. Never throws for what the object holds. `quick`
 * is asked first; what it gives is its own, and good until it is asked again.
 */
export function inflate(
  bytes: Uint8Array,
  take: TakePiece,
  limits = LIMITS,
  quick?: InflateWhole,
): InflateDamage | undefined {
  if (!isGzip(bytes)) {
    take(bytes, true);
    return undefined;
  }
  const own = quick?.(bytes, Math.min(limits.wholeBytes, bytes.length * MAX_RATIO));
  if (own) {
    take(own, true);
    return undefined;
  }
  const whole = inflateWhole(bytes, limits);
  if (!whole) return inflatePieces(bytes, take, limits);
  take(whole, true);
  free(whole);
  return undefined;
}

/** Smaller ones are left to the collector; they may lie in a buffer that others share, too. */
const FREED_FROM = 64 << 10;
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Gives the memory of a document back at once, by transferring it to a port that is closed. Otherwise each 30 MB or so
 * of documents make the collector mark the whole heap, which costs as much as inflating them.
 */
function free({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= FREED_FROM && buffer instanceof ArrayBuffer) nowhere.postMessage(null, [buffer]);
}

/** Undefined where the native inflate refuses, and where the trailer says that the document is too large for it. */
function inflateWhole(bytes: Uint8Array, { wholeBytes }: InflateLimits): Uint8Array | undefined {
  if (bytes.length < SHORTEST) return undefined;
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  if (size > wholeBytes) return undefined;
  // The trailer's size is a hint: with several members it is that of the last, and a forged one costs only chunks.
  const chunkSize = Math.max(SMALLEST, Math.min(size, bytes.length * MAX_RATIO) + 1);
  try {
    return gunzipSync(bytes, { chunkSize, maxOutputLength: wholeBytes });
  } catch {
    return undefined;
  }
}

/** Member by member. Up to `wholeBytes` of a member wait for its checksum before they are handed over. */
function inflatePieces(bytes: Uint8Array, take: TakePiece, limits: InflateLimits): InflateDamage | undefined {
  const stream = new ZStream();
  zlibInflateInit2(stream, GZIP_WINDOW_BITS);
  stream.input = bytes;
  stream.avail_in = bytes.length;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let released = false;
  let total = 0;
  const release = (): void => {
    for (const piece of held) take(piece, false);
    held = [];
    heldBytes = 0;
  };
  const finish = (damage?: InflateDamage): InflateDamage | undefined => {
    release();
    take(new Uint8Array(), true);
    return damage;
  };

  for (;;) {
    const output = new Uint8Array(PIECE);
    stream.output = output;
    stream.next_out = 0;
    stream.avail_out = PIECE;
    const status = zlibInflate(stream, Z_NO_FLUSH);
    const piece = output.subarray(0, stream.next_out);
    total += piece.length;
    if (piece.length > 0) held.push(piece);
    heldBytes += piece.length;
    if (status === Z_STREAM_END) {
      release();
      released = false;
      // Zeros after a member are padding; anything else is another member.
      if (stream.avail_in === 0 || bytes[stream.next_in] === 0) return finish();
      zlibInflateReset(stream);
      continue;
    }
    if (status < 0) {
      const message = stream.msg || `status ${status}`;
      if (/incorrect (data|length) check/.test(message)) {
        held = [];
        const detail = `the checksum of the compressed data does not match (${message})`;
        return finish({ reason: 'unreadable', detail, unusable: released });
      }
      if (stream.avail_in > 0) {
        const detail = `the compressed data are damaged at byte ${stream.next_in}: ${message}`;
        return finish({ reason: 'unreadable', detail });
      }
    }
    if (total > limits.maxBytes)
      return finish({ reason: 'too-large', detail: `the document is larger than ${limits.maxBytes} bytes` });
    if (stream.avail_in === 0 && stream.avail_out > 0)
      return finish({
        reason: 'truncated',
        detail: `the compressed data end too early, at byte ${bytes.length}`,
      });
    if (released || heldBytes > limits.wholeBytes) {
      released = true;
      release();
    }
  }
}
