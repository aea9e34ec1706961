/** Public keys of CloudTrail by fingerprint: asked of AWS, or from a file that was saved before. */
import type { KeyObject } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { Window } from '../source.ts';
import { decodePublicKey, fingerprintOf } from './signature.ts';

export type FoundKey =
  /** `odd`: its bytes do not give the fingerprint it came under. */
  | { readonly kind: 'key'; readonly key: KeyObject; readonly odd: boolean }
  /** AWS knows no such key for that time and region. */
  | { readonly kind: 'unknown' }
  /** The key is there and in no encoding known. */
  | { readonly kind: 'undecodable' }
  /** Whether there is one cannot be said. */
  | { readonly kind: 'unavailable'; readonly detail: string };

export interface PublicKeys {
  /** `around`: the time that the digest was signed in. */
  find(region: string, fingerprint: string, around: Window): Promise<FoundKey>;
}

interface PublicKeyRow {
  readonly fingerprint: string;
  readonly der: Uint8Array;
}

/** Rows by fingerprint; of several with one fingerprint the first that can be decoded. */
export function keyring(rows: readonly PublicKeyRow[]): ReadonlyMap<string, FoundKey> {
  const ring = new Map<string, FoundKey>();
  for (const { fingerprint, der } of rows) {
    if (ring.get(fingerprint)?.kind === 'key') continue;
    const key = decodePublicKey(der);
    ring.set(
      fingerprint,
      key ? { kind: 'key', key, odd: fingerprintOf(der) !== fingerprint } : { kind: 'undecodable' },
    );
  }
  return ring;
}

/**
 * Keys from what `aws cloudtrail list-public-keys` printed; arrays of such answers are welcome, one a region. A key that
 * is not in the file may still exist. Throws a UsageError where the text is no such answer.
 */
export function keysFromFile(text: string, file: string): PublicKeys {
  const ring = keyring(rowsOf(text, file));
  return {
    find: async (_region, fingerprint) =>
      ring.get(fingerprint) ?? {
        kind: 'unavailable',
        detail: `key \`${fingerprint}\` is not in the file of public keys`,
      },
  };
}

function rowsOf(text: string, file: string): readonly PublicKeyRow[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw noKeys(file, 'is no JSON');
  }
  const answers: readonly unknown[] = Array.isArray(value) ? value : [value];
  const rows: PublicKeyRow[] = [];
  for (const answer of answers) {
    const list = (answer as { PublicKeyList?: unknown } | null)?.PublicKeyList;
    if (!Array.isArray(list)) throw noKeys(file, 'has no `PublicKeyList`');
    for (const one of list as ({ Fingerprint?: unknown; Value?: unknown } | null)[]) {
      if (typeof one?.Fingerprint !== 'string' || typeof one.Value !== 'string')
        throw noKeys(file, 'has a key without `Fingerprint` and `Value`');
      rows.push({ fingerprint: one.Fingerprint, der: Buffer.from(one.Value, 'base64') });
    }
  }
  return rows;
}

const noKeys = (file: string, what: string): UsageError =>
  new UsageError(
    `\`--public-keys ${file}\` ${what}: give the output of \`aws cloudtrail list-public-keys\` for the region and time`,
  );
