/**
 * Files of a folder that are byte-for-byte copies of another one, as two downloads side by side leave them. A copy is no
 * evidence of its own: it is read once, so that a folder says the same with every file in it twice.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export interface CopyCandidate {
  /** Where the file lies. */
  readonly path: string;
  readonly bytes: number;
  /** What its path claims: account, region and day of a log, a sibling kind, or nothing (`''`). */
  readonly claim: string;
}

/** A gzip member ends with the checksum and the length of its content (RFC 1952): two different logs differ there. */
const TAIL = 8;
const PIECE = 1 << 20;

/**
 * The files that repeat another one and claim nothing of their own: the same account, region and day, or nothing at all.
 * Of equal ones the first stays, in the order given; one with a claim stays before one without. Opens only files that
 * share their size, and reads whole only those that end alike. One that cannot be read is no copy: reading it says why.
 */
export function copiesAmong<T extends CopyCandidate>(files: readonly T[]): ReadonlySet<T> {
  const copies = new Set<T>();
  const alike = groups(files, ({ bytes }) => String(bytes)).flatMap((one) => groups(one, tailOf));
  for (const same of alike.flatMap((one) => groups(one, ({ path }) => sha256Of(path)))) {
    const claims = new Set(same.map(({ claim }) => claim).filter((claim) => claim !== ''));
    if (claims.size === 0) claims.add('');
    for (const file of same) if (!claims.delete(file.claim)) copies.add(file);
  }
  return copies;
}

/** Groups of two and more with the same key, each in the order given; a file without a key is in none. */
function groups<T>(all: readonly T[], keyOf: (one: T) => string | undefined): readonly (readonly T[])[] {
  const byKey = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const group = byKey.get(key);
    if (group) group.push(one);
    else byKey.set(key, [one]);
  }
  return [...byKey.values()].filter((group) => group.length > 1);
}

const tailOf = ({ path, bytes }: CopyCandidate): string | undefined =>
  reading(path, (handle) => {
    const tail = Buffer.alloc(Math.min(TAIL, bytes));
    readSync(handle, tail, 0, tail.length, bytes - tail.length);
    return tail.toString('hex');
  });

const sha256Of = (path: string): string | undefined =>
  reading(path, (handle) => {
    const [hash, piece] = [createHash('sha256'), Buffer.allocUnsafe(PIECE)];
    for (let size = readSync(handle, piece); size > 0; size = readSync(handle, piece))
      hash.update(piece.subarray(0, size));
    return hash.digest('hex');
  });

function reading<T>(path: string, read: (handle: number) => T): T | undefined {
  try {
    const handle = openSync(path, 'r');
    try {
      return read(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}
