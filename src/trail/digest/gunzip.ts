/**
 * Exactly one gzip member, and nothing behind it. Node's own gunzip goes on into further members and passes over some
 * trailing bytes: data that the digest's hash does not cover, and that another reader would still take for evidence.
 * https://www.rfc-editor.org/rfc/rfc1952
 */
import { crc32, inflateRawSync } from 'node:zlib';

export type Gunzipped =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'fault'; readonly fault: 'format' | 'trailing-data'; readonly detail: string };

/** CloudTrail writes documents of at most 50 MB; far above, and bounds memory against a bomb. */
const MAX_BYTES = 512 << 20;
const FIXED = 10;
const TRAILER = 8;
const [HCRC, EXTRA, NAME, COMMENT] = [2, 4, 8, 16];

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Never throws for what the bytes hold. */
export function gunzipExactly(bytes: Uint8Array): Gunzipped {
  const start = headerLength(bytes);
  if (start === undefined) return broken('it is no gzip file');
  let inflated: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    inflated = inflateRawSync(bytes.subarray(start), {
      info: true,
      maxOutputLength: MAX_BYTES,
    }) as unknown as typeof inflated;
  } catch (error) {
    return broken(`it cannot be unpacked (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  const { buffer, engine } = inflated;
  const end = start + engine.bytesWritten;
  if (bytes.length < end + TRAILER) return broken('the gzip trailer is cut off');
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER);
  if (trailer.getUint32(0, true) !== crc32(buffer)) return broken('the checksum does not match');
  if (trailer.getUint32(4, true) !== buffer.length % 2 ** 32) return broken('the size does not match');
  const rest = bytes.length - end - TRAILER;
  if (rest > 0)
    return { kind: 'fault', fault: 'trailing-data', detail: `${rest} bytes follow the compressed stream` };
  return { kind: 'bytes', bytes: buffer };
}

const broken = (detail: string): Gunzipped => ({ kind: 'fault', fault: 'format', detail });

/** Undefined for what is no gzip header. */
function headerLength(bytes: Uint8Array): number | undefined {
  if (!isGzip(bytes) || bytes[2] !== 8 || bytes.length < FIXED) return undefined;
  const flags = bytes[3]!;
  let at = FIXED;
  if (flags & EXTRA) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  for (const flag of [NAME, COMMENT]) {
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return undefined;
    at = zero + 1;
  }
  if (flags & HCRC) at += 2;
  return at < bytes.length ? at : undefined;
}
