/**
 * The signature of a digest: what is signed, with which key, and whether it holds.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { s3Name } from './archive.ts';
import type { DigestDocument } from './document.ts';

const HEX = /^(?:[0-9a-f]{2})+$/i;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** `hash`: SHA-256 of the digest's uncompressed bytes as delivered, in hex. A starting digest signs the word `null`. */
export const stringToSign = (digest: DigestDocument, hash: string): string =>
  [digest.endText, s3Name(digest.place).slice('s3://'.length), hash, digest.previousSignature ?? 'null'].join(
    '\n',
  );

/** RSASSA-PKCS1-v1_5 with SHA-256. A signature that is no hexadecimal text holds for nothing. */
export function signatureHolds(text: string, signature: string, key: KeyObject): boolean {
  if (!HEX.test(signature)) return false;
  try {
    return verify('RSA-SHA256', Buffer.from(text), key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

/**
 * The documentation calls the encoding DER PKCS#1, while its own example is a SubjectPublicKeyInfo: both are taken.
 * Undefined where it is neither, or no RSA key.
 */
export function decodePublicKey(der: Uint8Array): KeyObject | undefined {
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      const key = createPublicKey({ key: Buffer.from(der), format: 'der', type });
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // Not this encoding.
    }
  }
  return undefined;
}

/** MD5 of the key's bytes, as `ListPublicKeys` gives it. A name, no protection. */
export const fingerprintOf = (der: Uint8Array): string => createHash('md5').update(der).digest('hex');
