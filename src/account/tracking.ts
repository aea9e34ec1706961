/**
 * How far Access Advisor sees. Which actions it tracks, a report says itself: those it lists; about any other its
 * silence means nothing.
 */
import type { LastAccessed } from './account.ts';
import rows from './data/last-accessed-tracking.json' with { type: 'json' };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const valueFor = (subject: string, fact: string): string | number | undefined =>
  rows.find((row) => row.subject === subject && row.fact === fact)?.value;

const LAG = Number(valueFor('*', 'lag-hours')) * HOUR;
const DAYS = Number(valueFor('*', 'service-days'));
const NOT_TRACKED: ReadonlySet<string> = new Set(
  rows.filter((row) => row.fact === 'not-tracked').map((row) => row.subject.toLowerCase()),
);

/**
 * The time, epoch ms, within which a report vouches for there having been no attempt: 400 days back, and without the
 * last four hours. Actions of a service may be tracked for less. Undefined for a report that does not tell its age.
 */
export function reachOf(
  report: Pick<LastAccessed, 'generatedAt'>,
  service?: string,
): { readonly from: number; readonly to: number } | undefined {
  if (report.generatedAt === undefined) return undefined;
  const to = report.generatedAt - LAG;
  const since = service === undefined ? undefined : valueFor(service.toLowerCase(), 'actions-since');
  const from = report.generatedAt - DAYS * DAY;
  return { from: typeof since === 'string' ? Math.max(from, Date.parse(since)) : from, to };
}

/** False for actions whose use is never noted, even where their service is tracked: they are used through other calls. */
export const mayBeTracked = (action: string): boolean => !NOT_TRACKED.has(action.toLowerCase());
