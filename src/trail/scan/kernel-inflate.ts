/** The kernel as an inflate: the usual object of one member, into memory that is used again and where it is walked. */
import type { InflateWhole } from './inflate.ts';
import type { Kernel } from './kernel.ts';

const DEFLATE = 8;
const NAMED = 8;
const HEADER = 10;
const TRAILER = 8;

/**
 * Refuses whatever is out of the ordinary: several members, padding, other header fields, a damaged stream. What it does
 * give matches the checksum and the length of the trailer.
 */
export function kernelInflate(kernel: Kernel): InflateWhole {
  return (bytes, mostBytes) => {
    const [from, end] = [streamStart(bytes), bytes.length - TRAILER];
    if (from === undefined || from >= end) return undefined;
    const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER);
    const size = trailer.getUint32(4, true);
    if (size > mostBytes) return undefined;
    const document = kernel.inflate(bytes.subarray(from, end), size);
    return document && kernel.checksum() === trailer.getUint32(0, true) ? document : undefined;
  };
}

/** Where the deflate stream of a gzip member begins; undefined for a header with fields that have to be checked. */
function streamStart(bytes: Uint8Array): number | undefined {
  const flags = bytes[3];
  if (bytes[2] !== DEFLATE || (flags !== 0 && flags !== NAMED)) return undefined;
  if (flags === 0) return HEADER;
  const nameEnd = bytes.indexOf(0, HEADER);
  return nameEnd < 0 ? undefined : nameEnd + 1;
}
