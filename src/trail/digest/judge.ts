/** Judges one digest: is it what CloudTrail wrote, where CloudTrail put it, and the one that its successor names? */

import type { Window } from '../source.ts';
import type { Archive, Fetched } from './archive.ts';
import { type DigestDocument, parseDigestDocument } from './document.ts';
import { invalid, unverified, VALID, type Verdict } from './finding.ts';
import { gunzipExactly, isGzip } from './gunzip.ts';
import type { ChainId } from './key.ts';
import type { FoundKey, PublicKeys } from './keys.ts';
import { sha256, signatureHolds, stringToSign } from './signature.ts';

/** What the next digest of the chain says of this one. */
export interface Link {
  /** Name of the digest that says it. */
  readonly by: string;
  readonly verdict: Verdict;
  readonly signature: string | null;
  readonly hash: string | undefined;
}

export interface Judged extends Verdict {
  readonly name: string;
  /** Undefined where nothing could be read from it. */
  readonly document?: DigestDocument;
  /** True where it is proven although what its successor says of it differs: then the successor was altered. */
  readonly linkBroken?: boolean;
}

export interface JudgeOptions {
  readonly archive: Archive;
  readonly keys: PublicKeys;
  /** Time to ask public keys for. */
  readonly keyWindow: Window;
}

const HOUR = 3_600_000;
/** Backfill digests of a copy have lost the time of their making; CloudTrail tries deliveries for 30 days. */
const BACKFILL_SPAN = 32 * 24 * HOUR;

/** Never throws for what the digest holds. */
export async function judgeDigest(
  name: string,
  id: ChainId,
  link: Link | undefined,
  options: JudgeOptions,
): Promise<Judged> {
  const fetched = await options.archive.read(name);
  if (fetched.kind === 'missing') return { name, ...invalid('not-found') };
  if (fetched.kind === 'unreadable') return { name, ...unverified('unreadable', fetched.detail) };
  const unpacked =
    options.archive.copied && !isGzip(fetched.bytes)
      ? { kind: 'bytes' as const, bytes: fetched.bytes }
      : gunzipExactly(fetched.bytes);
  if (unpacked.kind === 'fault') return { name, ...invalid(unpacked.fault, unpacked.detail) };
  const document = parseDigestDocument(unpacked.bytes);
  if (!document) return { name, ...invalid('format', 'it is no digest file') };
  const { metadata } = fetched;
  if (id.backfill && metadata && !isTime(metadata.get('backfill-generation-timestamp')))
    return { name, document, ...invalid('format', 'its metadata lack the time of the backfill') };
  const { place } = document;
  if (!options.archive.isAt(name, place))
    return { name, document, ...invalid('moved', `it was delivered as s3://${place.bucket}/${place.key}`) };
  const hash = sha256(unpacked.bytes);
  const signed = await judgeSignature(document, hash, id, fetched, link, options);
  return {
    name,
    document,
    ...(signed.status === 'invalid' ? signed : judgeLink(signed, hash, fetched, link)),
  };
}

const isTime = (text: string | undefined): boolean => text !== undefined && !Number.isNaN(Date.parse(text));

async function judgeSignature(
  document: DigestDocument,
  hash: string,
  id: ChainId,
  { metadata }: Extract<Fetched, { kind: 'object' }>,
  link: Link | undefined,
  { keys, keyWindow, archive }: JudgeOptions,
): Promise<Verdict> {
  if (metadata && (!metadata.get('signature') || !metadata.get('signature-algorithm')))
    return invalid('signature', 'its metadata hold no signature');
  const signature = metadata?.get('signature') ?? link?.signature ?? undefined;
  if (signature === undefined)
    return unverified('no-signature', 'a copy has no metadata, and no later digest of the chain is there');
  const around = keyTime(document, metadata?.get('backfill-generation-timestamp'), id, keyWindow);
  const found = await keys.find(id.region, document.fingerprint, around);
  if (found.kind !== 'key') return judgeKey(found, document, archive.copied && id.backfill);
  if (signatureHolds(stringToSign(document, hash), signature, found.key)) return VALID;
  if (!metadata && link?.verdict.status === 'invalid')
    return unverified('no-signature', `its signature is known from ${link.by} only, which is invalid`);
  const reasons = [
    ...(metadata ? [] : [`by the signature that ${link?.by} gives`]),
    ...(found.odd ? ['the public key is not the one that its fingerprint names'] : []),
  ];
  return invalid('signature', reasons.length === 0 ? undefined : reasons.join('; '));
}

function judgeKey(
  found: Exclude<FoundKey, { kind: 'key' }>,
  document: DigestDocument,
  vague: boolean,
): Verdict {
  if (found.kind === 'unavailable') return unverified('key-unavailable', found.detail);
  const detail = `fingerprint ${document.fingerprint}`;
  if (found.kind === 'undecodable') return invalid('bad-key', detail);
  // When a copied backfill digest was signed is not known, nor hence which keys to ask for.
  return vague ? unverified('key-unavailable', detail) : invalid('no-key', detail);
}

function keyTime(document: DigestDocument, made: string | undefined, id: ChainId, run: Window): Window {
  if (!id.backfill) return run;
  if (made === undefined) return { from: document.from, to: document.to + BACKFILL_SPAN };
  const time = Date.parse(made);
  return { from: time - HOUR, to: time + HOUR };
}

/** Is it the very digest that the next one was chained to? Where that is proven it counts without a signature, too. */
function judgeLink(
  signed: Verdict,
  hash: string,
  { metadata }: Extract<Fetched, { kind: 'object' }>,
  link: Link | undefined,
): Verdict & { readonly linkBroken?: boolean } {
  if (!link || link.verdict.status === 'invalid') return signed;
  const own = metadata?.get('signature');
  const same =
    (link.hash === undefined || link.hash === hash) &&
    (own === undefined || own.toLowerCase() === link.signature?.toLowerCase());
  if (same) return signed;
  if (link.verdict.status === 'unverified')
    return signed.status === 'valid' ? { ...signed, linkBroken: true } : signed;
  return invalid('forked', `${link.by} was chained to another digest at this place`);
}
