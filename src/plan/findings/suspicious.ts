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
import { risksOf } from './risk.ts';

const DAY = 86_400_000;
/** Below this many days with calls nothing about the principal is usual yet, so nothing is rare. */
const SETTLED_DAYS = 7;
const SETTLED_SESSIONS = 5;
/** The part of the window in which a first use counts as late. */
const LATE = 0.1;
const WINDOW_DAYS = 30;

export function suspicious(input: PlanInput): Finding[] {
  const entries = input.usage.entries.filter(isUse);
  const signals = signalsOf(input, entries);
  return [...byAction(entries)].flatMap(([action, uses]) => {
    const few = input.options.minDaysSeen;
    const flagged = uses.flatMap((use) => {
      const found = signals(use);
      const grave = risksOf([action]).some((risk) => /escalation|credentials/.test(risk));
      if (few > 1 && use.days.length < few)
        return [{ use, found: [`on fewer than ${few} days`, ...found], setAside: true }];
      return found.length >= (grave ? 1 : 3) ? [{ use, found, setAside: false }] : [];
    });
    if (flagged.length === 0) return [];
    const what = [...new Set(flagged.flatMap((one) => one.found))].join(', ');
    return [
      makeFinding({
        kind: 'suspicious-use',
        subject: action,
        values: { what },
        severity: risksOf([action]).includes('privilege-escalation') ? 'high' : 'medium',
        confidence: flagged.some((one) => one.found.length >= 3) ? 'medium' : 'low',
        actions: [action],
        resources: flagged.flatMap(({ use }) => (use.resource.kind === 'arn' ? [use.resource.arn] : [])),
        evidence: {
          ...seenEvidence(flagged.map(({ use }) => use)),
          ...(flagged.every((one) => one.setAside)
            ? { observability: 'seen too rarely to be granted by itself (--min-days-seen)' }
            : {}),
        },
      }),
    ];
  });
}

/** Each signal compares one use with the rest; a principal with little history gives none of the relative ones. */
function signalsOf(input: PlanInput, entries: readonly UsageEntry[]): (use: UsageEntry) => string[] {
  const { window } = input.coverage;
  const settled = new Set(entries.flatMap((one) => one.days)).size >= SETTLED_DAYS;
  const sessions = new Set(entries.flatMap((one) => one.sessions.values)).size >= SETTLED_SESSIONS;
  const late = window.to - (window.to - window.from) * LATE;
  const long = window.to - window.from >= WINDOW_DAYS * DAY;
  const firstFrom = new Map<string, number>();
  for (const one of entries)
    for (const ip of one.sourceIps.values)
      firstFrom.set(ip, Math.min(firstFrom.get(ip) ?? Number.POSITIVE_INFINITY, one.firstSeen));
  const start = entries.reduce((time, one) => Math.min(time, one.firstSeen), Number.POSITIVE_INFINITY);
  return (use) => {
    const found: string[] = [];
    if (settled && use.days.length === 1) found.push('on one day only');
    if (settled && long && use.firstSeen >= late) found.push('for the first time late in the window');
    if (sessions && !use.sessions.more && use.sessions.values.length === 1) found.push('in a single session');
    // A use's own first call dates its addresses well enough: none of them was known a day before it began.
    const addresses = use.sourceIps.more ? [] : use.sourceIps.values;
    const fresh = addresses.filter((ip) => firstFrom.get(ip)! >= use.firstSeen - DAY);
    if (
      addresses.length > 0 &&
      fresh.length === addresses.length &&
      use.firstSeen - start > SETTLED_DAYS * DAY
    )
      found.push('from addresses not seen before');
    return found;
  };
}
