/**
 * Uses that a person should look at before they become a grant: an intruder's calls in the window look like use too.
 * Signals, not proof: what weighs is how rare the use is against everything else the principal did, and what it can do.
 */
import type { UsageEntry } from '../../usage/usage.ts';
import type { PlanInput } from '../input.ts';
import { isUse } from '../judge-uses.ts';
import type { Finding } from '../plan.ts';
import { seenEvidence } from './evidence.ts';
import { makeFinding } from './make.ts';
import { byAction } from './observed.ts';
import { risksOfOne } from './risk.ts';

const DAY = 86_400_000;
/** Below this many days with calls nothing about the principal is usual yet, so nothing is rare. */
const SETTLED_DAYS = 7;
const SETTLED_SESSIONS = 5;
/** The part of the window in which a first use counts as late. */
const LATE = 0.1;
const WINDOW_DAYS = 30;
/** With more addresses than this they are not the principal's own but a pool's. */
const STABLE_ADDRESSES = 5;

export function suspicious(input: PlanInput): Finding[] {
  const entries = input.usage.entries.filter(isUse);
  const { of: signals, mayBeMany } = signalsOf(input, entries);
  const few = input.options.minDaysSeen;
  const findings: Finding[] = [];
  for (const [action, uses] of byAction(entries)) {
    const grave = isGrave(action);
    // Where names come and go (revisions, log streams), a new one is ordinary unless it came from a new address.
    const fleeting = grave && isFleeting(uses);
    let ofAll: number | undefined;
    const flagged: Flagged[] = [];
    for (const use of uses) {
      const setAside = few > 1 && use.days.length < few;
      if (!setAside && !grave && !mayBeMany(use)) continue;
      const found = signals([use]);
      if (setAside) {
        flagged.push({ use, found: [`on fewer than ${few} days`, ...found], setAside });
        continue;
      }
      const strange = found.includes(NEW_ADDRESS);
      if (grave) {
        if (found.length > 0 && (strange || !fleeting)) flagged.push({ use, found, setAside });
        continue;
      }
      if (found.length < MANY) continue;
      // Of an action without weight all that it was used for must be as odd.
      ofAll ??= signals(uses).length;
      if (strange || ofAll >= MANY) flagged.push({ use, found, setAside });
    }
    if (flagged.length > 0) findings.push(findingOf(action, flagged));
  }
  return findings;
}

function isFleeting(uses: readonly UsageEntry[]): boolean {
  const brief = uses.filter((one) => one.days.length === 1);
  return brief.length > uses.length / 2 && daysUpTo(FLEETING_DAYS, brief) >= FLEETING_DAYS;
}

const isGrave = (action: string): boolean =>
  risksOfOne(action).some((risk) => risk === 'privilege-escalation' || risk === 'credentials-exposure');

interface Flagged {
  readonly use: UsageEntry;
  readonly found: readonly string[];
  readonly setAside: boolean;
}

/** An intruder's names come on a day or two; those of a routine on many. */
const FLEETING_DAYS = 5;
/** Signals that make an action without weight worth a look. */
const MANY = 3;
const NEW_ADDRESS = 'from addresses not seen before';

function findingOf(action: string, flagged: readonly Flagged[]): Finding {
  const setAside = flagged.every((one) => one.setAside);
  return makeFinding({
    kind: 'suspicious-use',
    subject: action,
    values: { what: [...new Set(flagged.flatMap((one) => one.found))].join(', ') },
    severity: risksOfOne(action).includes('privilege-escalation') ? 'high' : 'medium',
    confidence: flagged.some((one) => one.found.length >= MANY) ? 'medium' : 'low',
    actions: [action],
    resources: flagged.flatMap(({ use }) => (use.resource.kind === 'arn' ? [use.resource.arn] : [])),
    evidence: seenEvidence(
      flagged.map(({ use }) => use),
      setAside ? 'seen too rarely to be granted by itself (--min-days-seen)' : undefined,
    ),
  });
}

interface Signals {
  /** Each compares uses with the rest; a principal with little history gives none of the relative ones. */
  of(uses: readonly UsageEntry[]): string[];
  /** False where one use cannot give `MANY` signals: two of the four hang on when it was. */
  mayBeMany(use: UsageEntry): boolean;
}

function signalsOf(input: PlanInput, entries: readonly UsageEntry[]): Signals {
  const { window } = input.coverage;
  const settled = daysUpTo(SETTLED_DAYS, entries) >= SETTLED_DAYS;
  const sessions = sessionsUpTo(SETTLED_SESSIONS, entries) >= SETTLED_SESSIONS;
  const late = window.to - (window.to - window.from) * LATE;
  const long = window.to - window.from >= WINDOW_DAYS * DAY;
  const firstFrom = new Map<string, number>();
  for (const { sourceIps, firstSeen } of entries) {
    for (const ip of sourceIps.values) {
      const known = firstFrom.get(ip);
      if (known === undefined || firstSeen < known) firstFrom.set(ip, firstSeen);
    }
    // A pool's: of which there are more does not matter.
    if (firstFrom.size > STABLE_ADDRESSES) break;
  }
  const start = firstOf(entries);
  const signals = (uses: readonly UsageEntry[]): string[] => {
    const found: string[] = [];
    const first = firstOf(uses);
    if (settled && onOneDay(uses)) found.push('on one day only');
    if (settled && long && first >= late) found.push('for the first time late in the window');
    if (sessions && sessionsUpTo(2, uses) === 1) found.push('in a single session');
    // A use's own first call dates its addresses well enough: none of them was known a day before it began. Where
    // addresses come and go with every task, a new one means nothing.
    const stable = firstFrom.size <= STABLE_ADDRESSES && first - start > SETTLED_DAYS * DAY;
    if (stable && allNew(uses, (ip) => (firstFrom.get(ip) ?? 0) >= first - DAY)) found.push(NEW_ADDRESS);
    return found;
  };
  return {
    of: signals,
    mayBeMany: (use) => settled && (onOneDay([use]) || (long && use.firstSeen >= late)),
  };
}

/** Distinct days, counted no further than `most`. */
function daysUpTo(most: number, uses: readonly UsageEntry[]): number {
  const found = new Set<number>();
  for (const { days } of uses) for (const day of days) if (found.add(day).size >= most) return most;
  return found.size;
}

/** Whether there are days and all are the same one. */
function onOneDay(uses: readonly UsageEntry[]): boolean {
  let only: number | undefined;
  for (const { days } of uses)
    for (const day of days) {
      if (only !== undefined && day !== only) return false;
      only = day;
    }
  return only !== undefined;
}

/** Distinct sessions, counted no further than `most`; where some were dropped they count as one more. */
function sessionsUpTo(most: number, uses: readonly UsageEntry[]): number {
  if (uses.length === 1) {
    const { values, more } = uses[0]!.sessions;
    return Math.min(most, values.length + Number(more));
  }
  const found = new Set<string>();
  for (const { sessions } of uses) {
    if (sessions.more) found.add('');
    for (const one of sessions.values) if (found.add(one).size >= most) return most;
  }
  return found.size;
}

/** Whether there are addresses and each is new; of those that were dropped nobody knows. */
function allNew(uses: readonly UsageEntry[], isNew: (ip: string) => boolean): boolean {
  let some = false;
  for (const { sourceIps } of uses) {
    for (const ip of sourceIps.values) if (!isNew(ip)) return false;
    if (sourceIps.more && !isNew('')) return false;
    some ||= sourceIps.more || sourceIps.values.length > 0;
  }
  return some;
}

function firstOf(uses: readonly UsageEntry[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { firstSeen } of uses) if (firstSeen < first) first = firstSeen;
  return first;
}
