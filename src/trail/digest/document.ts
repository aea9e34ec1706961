/**
 * A digest file's text to what validation needs of it. The members looked for are those that AWS's own command requires.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
import type { Place } from './archive.ts';

interface ListedLog extends Place {
  /** SHA-256 of the uncompressed file, lowercase hex. */
  readonly hash: string;
}

export interface PreviousDigest extends Place {
  readonly hash: string | undefined;
}

export interface DigestDocument {
  readonly place: Place;
  readonly fingerprint: string;
  /** Delivery time covered, epoch ms; `endText` as the document writes it, which is what was signed. */
  readonly from: number;
  readonly to: number;
  readonly endText: string;
  /** Undefined in the digest that starts a chain. */
  readonly previous: PreviousDigest | undefined;
  /** Hex; null in the digest that starts a chain. */
  readonly previousSignature: string | null;
  readonly logs: readonly ListedLog[];
}

/** Undefined where it is no digest. */
export function parseDigestDocument(bytes: Uint8Array): DigestDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const place = placeOf(value.digestS3Bucket, value.digestS3Object);
  const { digestPublicKeyFingerprint: fingerprint, digestEndTime: endText } = value;
  const { digestStartTime: startText, previousDigestSignature: previousSignature } = value;
  if (!place || typeof fingerprint !== 'string') return undefined;
  if (typeof endText !== 'string' || typeof startText !== 'string') return undefined;
  if (typeof previousSignature !== 'string' && previousSignature !== null) return undefined;
  const [from, to] = [Date.parse(startText), Date.parse(endText)];
  if (Number.isNaN(from) || Number.isNaN(to) || from > to) return undefined;
  const logs = logsOf(value.logFiles);
  const previous = previousOf(value);
  if (!logs || previous === null) return undefined;
  return { place, fingerprint, from, to, endText, previous, previousSignature, logs };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const placeOf = (bucket: unknown, key: unknown): Place | undefined =>
  typeof bucket === 'string' && typeof key === 'string' ? { bucket, key } : undefined;

function logsOf(value: unknown): readonly ListedLog[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const logs: ListedLog[] = [];
  for (const one of value as unknown[]) {
    const place = isRecord(one) ? placeOf(one.s3Bucket, one.s3Object) : undefined;
    if (!place || !isRecord(one) || typeof one.hashValue !== 'string') return undefined;
    logs.push({ ...place, hash: one.hashValue.toLowerCase() });
  }
  return logs;
}

/** Null where half of it is there. */
function previousOf(value: Record<string, unknown>): PreviousDigest | undefined | null {
  const {
    previousDigestS3Bucket: bucket,
    previousDigestS3Object: key,
    previousDigestHashValue: hash,
  } = value;
  if ((bucket ?? null) === null && (key ?? null) === null) return undefined;
  const place = placeOf(bucket, key);
  if (!place) return null;
  return { ...place, hash: typeof hash === 'string' ? hash.toLowerCase() : undefined };
}
