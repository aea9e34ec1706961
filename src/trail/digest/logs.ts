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

async function judgeBytes(name: string, { hash, proven }: Expected, archive: Archive): Promise<Verdict> {
  const fetched = await archive.read(name);
  if (fetched.kind === 'missing')
    return proven ? invalid('not-found') : unverified('not-found', 'listed by a digest that is not verified');
  if (fetched.kind === 'unreadable') return unverified('unreadable', fetched.detail);
  const unpacked =
    archive.copied && !isGzip(fetched.bytes)
      ? { kind: 'bytes' as const, bytes: fetched.bytes }
      : gunzipExactly(fetched.bytes);
  if (unpacked.kind === 'fault') return invalid(unpacked.fault, unpacked.detail);
  if (sha256(unpacked.bytes) !== hash) return invalid('hash');
  return proven ? VALID : unverified('digest-unverified');
}

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
