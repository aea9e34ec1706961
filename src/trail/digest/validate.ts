/**
 * The integrity of a trail's log files, by the digests that CloudTrail signs and chains.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
 */
import pLimit from 'p-limit';
import { parseObjectKey } from '../layout.ts';
import type { Window } from '../source.ts';
import type { Archive } from './archive.ts';
import { type Gap, type ListedDigest, type Walked, walkChain } from './chain.ts';
import type { Finding, Status } from './finding.ts';
import type { Judged } from './judge.ts';
import { type ChainId, chainName, logTime, parseDigestName } from './key.ts';
import type { PublicKeys } from './keys.ts';
import { type Content, type Covered, type Expected, judgeContent, judgeLog, judgeUnlisted } from './logs.ts';

export type Counts = Readonly<Record<Status, number>>;

export interface ChainReport extends ChainId {
  readonly digests: Counts;
  /** Time between digests in which none was made. */
  readonly gaps: readonly Gap[];
  /** From the newest digest to the end of the window. Undefined in backfill chains, which are not hourly. */
  readonly tail?: Window & { readonly overdue: boolean };
}

export interface ValidationReport {
  readonly window: Window;
  /** True for a copy: without metadata the newest digest of each chain cannot be verified. */
  readonly copied: boolean;
  readonly chains: readonly ChainReport[];
  readonly digests: Counts;
  readonly logs: Counts;
  /** Every object, digests first, by name. */
  readonly findings: readonly Finding[];
}

export interface ValidateOptions {
  /** Of delivery, epoch ms. */
  readonly window: Window;
  readonly archive: Archive;
  readonly keys: PublicKeys;
  /** Trail to look at; all where undefined. */
  readonly trail?: string;
  readonly signal?: AbortSignal;
}

const HOUR = 3_600_000;
/** A digest comes within an hour after the hour it covers. */
const OVERDUE = 2 * HOUR;
const CHAINS = 8;
const LOGS = 32;

/** A validation whose chains were walked; log files are judged as they come. */
export interface Validation {
  /** Judges a log file by what was read of it; undefined for one that was not delivered in the window. */
  judge(name: string, content: Content): Finding | undefined;
  /** Reads and judges the log files that were not judged yet; call it once. */
  finish(): Promise<ValidationReport>;
}

/** Throws only what the archive throws where it cannot be listed at all, and for credentials that are no good. */
export async function validateLogs(options: ValidateOptions): Promise<ValidationReport> {
  const validation = await openValidation(options);
  return validation.finish();
}

/** Reads the digests and checks their chains; throws as `validateLogs` does. */
export async function openValidation(options: ValidateOptions): Promise<Validation> {
  const { window, archive, keys, signal } = options;
  const chains = chainsOf(await archive.digests(), options);
  const limit = pLimit(CHAINS);
  const oldest = Math.min(...chains.map((listed) => listed.at(-1)!.time));
  const keyWindow = { from: Math.max(window.from, oldest - OVERDUE), to: window.to + OVERDUE };
  const walked = await Promise.all(
    chains.map((listed) =>
      limit(async () => {
        signal?.throwIfAborted();
        return {
          listed,
          walk: await walkChain(listed[0]!, listed, window.from, { archive, keys, keyWindow }),
        };
      }),
    ),
  );
  const expected = expectedOf(walked.map((one) => one.walk));
  const byPlace = new Map<string, Expected[]>();
  for (const one of expected) {
    for (const name of archive.locate(one)) byPlace.set(name, [...(byPlace.get(name) ?? []), one]);
  }
  const unlisted = unlistedJudge(walked);
  const judged = new Map<string, Finding>();
  return {
    judge: (name, content) => {
      const listed = byPlace.get(name);
      if (!listed) return isOutside(name, window) ? undefined : unlisted(name);
      const finding = listed
        .map((one): Finding => ({ kind: 'log', name, ...judgeContent(content, one) }))
        .reduce((worst, one) => (RANK[one.status] > RANK[worst.status] ? one : worst));
      judged.set(name, finding);
      return finding;
    },
    finish: async () => {
      const digests = walked.flatMap(({ walk }) => walk.digests.map(findingOf)).sort(byName);
      const open = expected.filter((one) => archive.locate(one).some((name) => !judged.has(name)));
      const late = (await judgeListed(open, options)).filter(({ name }) => !judged.has(name));
      const listedLogs = [...judged.values(), ...late];
      const logs = [...listedLogs, ...(await judgeRest(unlisted, listedLogs, options))].sort(byName);
      return {
        window,
        copied: archive.copied,
        chains: walked.map(({ listed, walk }) => chainReport(listed, walk, window)),
        digests: countOf(digests),
        logs: countOf(logs),
        findings: [...digests, ...logs],
      };
    },
  };
}

const findingOf = ({ name, status, fault, detail }: Judged): Finding => ({
  kind: 'digest',
  name,
  status,
  ...(fault !== undefined && { fault }),
  ...(detail !== undefined && { detail }),
});

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** Digests of the window by chain, newest first; a digest of the window's last hour comes up to an hour later. */
function chainsOf(names: readonly string[], { window, trail }: ValidateOptions): ListedDigest[][] {
  const chains = new Map<string, ListedDigest[]>();
  for (const name of names) {
    const key = parseDigestName(name);
    if (!key || (trail !== undefined && key.trail !== trail)) continue;
    if (key.time < window.from || key.time > window.to + HOUR) continue;
    const id = chainName(key);
    const known = chains.get(id);
    if (known) known.push({ ...key, name });
    else chains.set(id, [{ ...key, name }]);
  }
  return [...chains]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, list]) => list.sort((a, b) => b.time - a.time || byName(b, a)));
}

/** Files listed by digests that are not invalid. Of two digests that list a file the proven one counts. */
function expectedOf(walks: readonly Walked[]): readonly Expected[] {
  const expected = new Map<string, Expected>();
  for (const { digests } of walks)
    for (const { status, document } of digests) {
      if (status === 'invalid' || !document) continue;
      const proven = status === 'valid';
      for (const log of document.logs) {
        const id = `${log.bucket}/${log.key} ${log.hash}`;
        if (proven || !expected.has(id)) expected.set(id, { ...log, proven });
      }
    }
  return [...expected.values()];
}

async function judgeListed(
  expected: readonly Expected[],
  { archive, signal }: ValidateOptions,
): Promise<Finding[]> {
  const limit = pLimit(LOGS);
  const found = await Promise.all(
    expected.map((one) =>
      limit(() => {
        signal?.throwIfAborted();
        return judgeLog(one, archive);
      }),
    ),
  );
  const worst = new Map<string, Finding>();
  for (const finding of found.flat()) {
    const known = worst.get(finding.name);
    if (!known || RANK[finding.status] > RANK[known.status]) worst.set(finding.name, finding);
  }
  return [...worst.values()];
}

const RANK: Counts = { valid: 0, unverified: 1, invalid: 2 };

interface Chain {
  readonly listed: readonly ListedDigest[];
  readonly walk: Walked;
}

/** Files of the window that no digest lists, or only an invalid one. */
async function judgeRest(
  unlisted: (name: string) => Finding,
  listed: readonly Finding[],
  { archive, window }: ValidateOptions,
): Promise<readonly Finding[]> {
  const seen = new Set(listed.map((one) => one.name));
  const rest: Finding[] = [];
  for (const name of await archive.logs()) {
    if (seen.has(name) || parseObjectKey(name).kind !== 'log' || isOutside(name, window)) continue;
    rest.push(unlisted(name));
  }
  return rest;
}

function isOutside(name: string, window: Window): boolean {
  const time = logTime(name);
  return time !== undefined && (time < window.from || time >= window.to);
}

/** Judges files that no digest lists by what the digests of their account and region cover. */
function unlistedJudge(chains: readonly Chain[]): (name: string) => Finding {
  const places = new Map<string, { covered: Covered[]; end: number }>();
  for (const { listed: keys, walk } of chains) {
    const { accountId, region, backfill, time } = keys[0]!;
    if (backfill) continue;
    const id = `${accountId}/${region}`;
    const place = places.get(id) ?? { covered: [], end: 0 };
    places.set(id, place);
    place.end = Math.max(place.end, time);
    for (const { status, document } of walk.digests)
      if (status !== 'invalid' && document) place.covered.push(document);
  }
  return (name) => {
    const key = parseObjectKey(name);
    const place = key.kind === 'log' ? places.get(`${key.accountId}/${key.region}`) : undefined;
    return judgeUnlisted(name, place?.covered ?? [], place?.end ?? Number.POSITIVE_INFINITY);
  };
}

function chainReport(listed: readonly ListedDigest[], walk: Walked, window: Window): ChainReport {
  const { accountId, region, trail, homeRegion, backfill, time } = listed[0]!;
  const first = listed.at(-1)!;
  const oldest = walk.digests.find((one) => one.name === first.name)?.document;
  const gaps = [...walk.gaps];
  // A chain that begins inside the window says nothing of the time before.
  if (!backfill && oldest && !oldest.previous && window.from < oldest.from && window.from > 0)
    gaps.unshift({ from: window.from, to: oldest.from });
  return {
    accountId,
    region,
    trail,
    homeRegion,
    backfill,
    digests: countOf(walk.digests),
    gaps,
    ...(!backfill &&
      time < window.to && { tail: { from: time, to: window.to, overdue: window.to - time > OVERDUE } }),
  };
}

function countOf(list: readonly { readonly status: Status }[]): Counts {
  const counts = { valid: 0, invalid: 0, unverified: 0 };
  for (const { status } of list) counts[status] += 1;
  return counts;
}
