/** Judges log files by what the digests list, and those that no digest lists by the time of their delivery. */
import type { Archive, Place } from './archive.ts';
import { type Fault, type Finding, invalid, unverified, VALID, type Verdict } from './finding.ts';
import { gunzipExactly, isGzip } from './gunzip.ts';
import { logTime } from './key.ts';
import { sha256 } from './signature.ts';

export interface Expected extends Place {
  readonly hash: string;
  /** Whether a digest that lists it was proven. */
  readonly proven: boolean;
}

/** One finding for each file found, or one for the file that is missing. */
export async function judgeLog(expected: Expected, archive: Archive): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const name of archive.locate(expected))
    findings.push({ kind: 'log', name, ...(await judgeBytes(name, expected, archive)) });
  return findings;
}

async function judgeBytes(name: string, expected: Expected, archive: Archive): Promise<Verdict> {
  const { proven } = expected;
  const fetched = await archive.read(name);
  if (fetched.kind === 'missing')
    return proven ? invalid('not-found') : unverified('not-found', 'listed by a digest that is not verified');
  if (fetched.kind === 'unreadable') return unverified('unreadable', fetched.detail);
  const { bytes } = fetched;
  return judgeContent((archive.copied ? copiedContentOf : contentOf)(bytes).content, expected);
}

export function judgeContent(content: Content, { hash, proven }: Pick<Expected, 'hash' | 'proven'>): Verdict {
  if (content.kind === 'fault') return invalid(content.fault, content.detail);
  if (content.sha256 !== hash) return invalid('hash');
  return proven ? VALID : unverified('digest-unverified');
}

/** What a digest says of a log file: the hash of its one gzip member, with nothing behind that. */
export type Content =
  /** SHA-256 of the document, hex. */
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly detail: string };

const hashOf = (document: Uint8Array): Content => ({ kind: 'hash', sha256: sha256(document) });

/** The hash, and the document so that it is unpacked once; the bytes themselves where they do not unpack cleanly. */
export function contentOf(bytes: Uint8Array): { readonly document: Uint8Array; readonly content: Content } {
  const unpacked = gunzipExactly(bytes);
  if (unpacked.kind === 'bytes') return { document: unpacked.bytes, content: hashOf(unpacked.bytes) };
  const { fault, detail } = unpacked;
  return { document: bytes, content: { kind: 'fault', fault, detail } };
}

/** As `contentOf`, for a copy, which may have been unpacked. */
export const copiedContentOf = (bytes: Uint8Array): ReturnType<typeof contentOf> =>
  isGzip(bytes) ? contentOf(bytes) : { document: bytes, content: hashOf(bytes) };

export interface Covered {
  readonly from: number;
  readonly to: number;
}

/** The minute in a file's name is that of its delivery only roughly. */
const SLACK = 15 * 60_000;

/** `covered`: time of the digests of the file's account and region that are not invalid; `end`: of the newest of all. */
export function judgeUnlisted(name: string, covered: readonly Covered[], end: number): Finding {
  const time = logTime(name);
  const fault = (): Fault => {
    if (time === undefined) return 'not-covered';
    if (covered.some((one) => one.from <= time && time < one.to - SLACK)) return 'unlisted';
    if (time >= end - SLACK) return 'not-yet-covered';
    return covered.some((one) => one.from <= time && time < one.to) ? 'unlisted' : 'not-covered';
  };
  return { kind: 'log', name, ...unverified(fault()) };
}
