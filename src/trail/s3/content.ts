/** What a digest says of a log file: the hash of its one gzip member, and nothing behind that. */
import type { Fault } from '../digest/finding.ts';
import { gunzipExactly } from '../digest/gunzip.ts';
import { sha256 } from '../digest/signature.ts';

export type Content =
  /** SHA-256 of the document, hex. */
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly detail: string };

/** The hash, and the document so that it is unpacked once; the bytes themselves where they do not unpack cleanly. */
export function contentOf(bytes: Uint8Array): { readonly document: Uint8Array; readonly content: Content } {
  const unpacked = gunzipExactly(bytes);
  if (unpacked.kind === 'fault') {
    const { fault, detail } = unpacked;
    return { document: bytes, content: { kind: 'fault', fault, detail } };
  }
  const { bytes: document } = unpacked;
  return { document, content: { kind: 'hash', sha256: sha256(document) } };
}
