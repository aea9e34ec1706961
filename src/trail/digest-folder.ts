/** Reads the digests of a folder for what they list; what cannot be read proves nothing and is left out. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type Delivered, deliveredBy, isDigestDay, parseDigest, parseDigestKey } from './digest-inventory.ts';
import type { Window } from './source.ts';

export interface DigestFile {
  /** Path with `/` relative to the folder that was given. */
  readonly name: string;
  readonly path: string;
}

/** A digest lists one hour's objects: even the busiest are far below this. */
const MAX_BYTES = 64 << 20;

/** Undefined where no digest of the window could be read. `present`: names of the log files in the folder. */
export async function readDelivered(
  files: readonly DigestFile[],
  present: readonly string[],
  window: Window,
): Promise<Delivered | undefined> {
  const found = [];
  for (const { name, path } of files) {
    const key = parseDigestKey(name);
    if (!key) continue;
    if (!isDigestDay(key.day, window)) continue;
    const text = await textOf(path);
    const digest = text === undefined ? undefined : parseDigest(name, text);
    if (digest) found.push(digest);
  }
  return found.length === 0 ? undefined : deliveredBy(found, present);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return digestText(await readFile(path));
  } catch {
    return undefined;
  }
}

/** Text of a digest as it was delivered, or of one that was unpacked. Throws where it cannot be unpacked. */
export function digestText(bytes: Buffer): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes).toString('utf8');
}
