/** The evidence part of a finding, from uses, from Access Advisor and from what the trails record. */
import type { LastAccessed } from '../../account/account.ts';
import { isoTime } from '../iso-time.ts';
import type { AdvisorSays } from '../judge-advisor.ts';
import type { Ruling } from '../judge-ruling.ts';
import type { Confidence, FindingEvidence } from '../plan.ts';
import { sorted } from './make.ts';

interface Seen {
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly sampleIds: readonly string[];
}
const SAMPLES = 3;

/** The latest attempt that Access Advisor knows, and from where that is known. */
type Advised = Required<Pick<FindingEvidence, 'lastAccessed' | 'lastAccessedOrigin'>>;

/**
 * Counts add up, first and last enclose all, samples are those of the earliest uses. `observability`: whether the uses
 * could have been seen.
 */
export function seenEvidence(
  seen: readonly Seen[],
  observability?: string,
  advised?: Advised,
): FindingEvidence {
  // By assignment, in the order in which it is shown.
  const evidence = { count: 0, sampleEventIds: NO_SAMPLES } as {
    -readonly [Name in keyof FindingEvidence]: FindingEvidence[Name];
  };
  if (seen.length > 0) {
    let first = seen[0]!;
    let last = first;
    for (const one of seen) {
      evidence.count += one.count;
      if (one.firstSeen < first.firstSeen) first = one;
      if (one.lastSeen > last.lastSeen) last = one;
    }
    evidence.sampleEventIds = samplesOf(first, seen);
    evidence.firstSeen = isoTime(first.firstSeen);
    evidence.lastSeen = isoTime(last.lastSeen);
  }
  if (advised) {
    evidence.lastAccessed = advised.lastAccessed;
    evidence.lastAccessedOrigin = advised.lastAccessedOrigin;
  }
  if (observability !== undefined) evidence.observability = observability;
  return evidence;
}
const NO_SAMPLES: readonly string[] = [];

/** The earliest use mostly has all the samples that are wanted: not worth a sorted copy of all uses. */
function samplesOf(first: Seen, seen: readonly Seen[]): readonly string[] {
  if (first.sampleIds.length === SAMPLES && new Set(first.sampleIds).size === SAMPLES) return first.sampleIds;
  if (seen.length === 1 && first.sampleIds.length < 2) return first.sampleIds;
  const ids: string[] = [];
  for (const { sampleIds } of [...seen].sort((a, b) => a.firstSeen - b.firstSeen)) {
    if (ids.length >= SAMPLES) break;
    for (const id of sampleIds) if (ids.length < SAMPLES && !ids.includes(id)) ids.push(id);
  }
  return ids;
}

/** Of the rulings; undefined where there is none. */
export function advisorEvidence(
  rulings: readonly { readonly advisor: AdvisorSays }[],
  report: LastAccessed | undefined,
): Advised | undefined {
  if (!report) return undefined;
  const times = rulings.flatMap(({ advisor }) => ('at' in advisor ? [advisor.at] : []));
  if (times.length === 0) return undefined;
  return { lastAccessed: isoTime(times.reduce((a, b) => Math.max(a, b))), lastAccessedOrigin: report.origin };
}

/** Whether the uses could have been seen, and what Access Advisor adds where it has nothing to show. */
export function observability(rulings: readonly Ruling[]): string {
  const said: string[] = [];
  let never = rulings.length > 0;
  for (const { observed, advisor } of rulings) {
    said.push(observed.kind === 'hidden' ? observed.reason : observed.note);
    never &&= advisor.kind === 'never';
  }
  const notes = some(said);
  return never ? `${notes}; Access Advisor saw no attempt in its tracking period` : notes;
}

const NOTES = 3;
/** The notes that are said most often, and how many others there are. */
export function some(notes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const note of notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  if (counts.size === 1) return notes[0]!;
  const all = sorted([...counts.keys()]).toSorted((a, b) => counts.get(b)! - counts.get(a)!);
  const shown = all.slice(0, NOTES).join('; ');
  return all.length > NOTES ? `${shown}; and ${all.length - NOTES} more` : shown;
}

const LEVELS: readonly Confidence[] = ['low', 'medium', 'high'];
const DAY = 86_400_000;
const SHORT_DAYS = 30;

/**
 * How sure a removal is. Known trail settings count 2, assumed ones 1; Access Advisor's "never" adds 1, an attempt it
 * knows from before the window takes 1 away, and so does less than 30 days of evidence. PassRole is inferred: never high.
 */
export function confidenceOf(ruling: Ruling, evidenceMs: number): Confidence {
  if (ruling.why === 'rare') return 'low';
  let points = ruling.observed.kind === 'observable' && ruling.observed.how === 'known' ? 2 : 1;
  if (ruling.why === 'inferred') points -= 1;
  if (ruling.advisor.kind === 'never') points += 1;
  if (ruling.advisor.kind === 'before-window') points -= 1;
  if (evidenceMs < SHORT_DAYS * DAY) points -= 1;
  return points >= 3 ? 'high' : points === 2 ? 'medium' : 'low';
}

export function lowest(confidences: readonly Confidence[]): Confidence {
  return LEVELS.find((one) => confidences.includes(one)) ?? 'high';
}
