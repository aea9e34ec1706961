/**
 * What Access Advisor adds. It counts attempts, also denied ones; knows a service's last attempt, and an action's only
 * for the actions it tracks: no row for an action says nothing. Reports lag about 4 hours and reach back 400 days.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
 */
import type { LastAccessed, LastAccessedService } from '../account/account.ts';
import { mayBeTracked, reachOf } from '../account/tracking.ts';
import type { Window } from '../trail/source.ts';
import type { PrincipalUsage } from '../usage/usage.ts';

export type AdvisorSays =
  /** No report, one that does not reach over the window, a service it does not list, or an action never tracked. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'never'; readonly level: 'action' | 'service' }
  /** An attempt that the logs do not show, although it lies in the window. */
  | { readonly kind: 'contradicts'; readonly level: 'action' | 'service'; readonly at: number }
  /**
   * An attempt that the logs show too, or one from before the window, or from after it of what they do not show at all:
   * that one is needed today, whatever the window says.
   */
  | {
      readonly kind: 'agrees' | 'before-window' | 'after-window';
      readonly level: 'action' | 'service';
      readonly at: number;
    };

export interface Advisor {
  says(action: string): AdvisorSays;
  /** True where the whole service was never attempted within the tracking period. */
  neverService(service: string): boolean;
}

/** IAM service prefixes that a CloudTrail event source may stand for. */
export type PrefixesOf = (eventSource: string) => readonly string[];

/** How far from the window's end a report may stop and still speak for the window: its own lag, and the day it was made. */
const RECENT = 86_400_000;

/** Event time is the request's completion; the report's time of the same request may differ a little. */
const SLACK = 3_600_000;

const serviceOf = (action: string): string => action.slice(0, Math.max(0, action.indexOf(':'))).toLowerCase();

export function advisorOf(
  report: LastAccessed | undefined,
  usage: PrincipalUsage,
  window: Window,
  prefixesOf: PrefixesOf,
): Advisor {
  if (report === undefined || report.services.length === 0) return SILENT;
  const services = new Map(report.services.map((one) => [one.service.toLowerCase(), one]));
  const reach = reachOf(report);
  // Its silence counts only where it vouches for the window's start; an attempt it names counts all the same.
  const stale = reach === undefined || reach.to <= window.from || window.from < reach.from;
  const logged = lastLogged(usage, prefixesOf);
  const tracked = new Map(
    [...services.values()].flatMap((one) =>
      one.actions.map((row) => [row.action.toLowerCase(), row] as const),
    ),
  );

  const compare = (at: number, seen: number | undefined, level: 'action' | 'service'): AdvisorSays => {
    if (at < window.from) return { kind: 'before-window', level, at };
    if (at >= window.to) return { kind: seen === undefined ? 'after-window' : 'agrees', level, at };
    return { kind: seen !== undefined && at <= seen + SLACK ? 'agrees' : 'contradicts', level, at };
  };
  return {
    neverService: (service) => {
      const row = services.get(service.toLowerCase());
      return (
        !stale && reach.to >= window.to - RECENT && row !== undefined && row.lastAuthenticated === undefined
      );
    },
    says: (action) => {
      const prefix = serviceOf(action);
      const service = services.get(prefix);
      if (service === undefined || !mayBeTracked(action)) return { kind: 'silent' };
      const row = tracked.get(action.toLowerCase());
      if (row?.lastAccessed !== undefined)
        return compare(row.lastAccessed, logged.actions.get(action.toLowerCase()), 'action');
      if (stale) return { kind: 'silent' };
      if (row !== undefined) return { kind: 'never', level: 'action' };
      if (service.lastAuthenticated === undefined) return { kind: 'never', level: 'service' };
      // The service's last attempt may be that of an action which is tracked by itself: then it says nothing of others.
      if (explained(service, service.lastAuthenticated)) return { kind: 'silent' };
      return compare(service.lastAuthenticated, logged.services.get(prefix), 'service');
    },
  };
}

/** A report that lists no service says nothing of any. */
const SILENT: Advisor = { neverService: () => false, says: () => ({ kind: 'silent' }) };

const explained = (service: LastAccessedService, at: number): boolean =>
  service.actions.some((row) => row.lastAccessed !== undefined && row.lastAccessed + SLACK >= at);

interface LastLogged {
  readonly actions: ReadonlyMap<string, number>;
  readonly services: ReadonlyMap<string, number>;
}

/** The latest attempt in the logs, whatever its outcome, by action and by service. */
function lastLogged(usage: PrincipalUsage, prefixesOf: PrefixesOf): LastLogged {
  const actions = new Map<string, number>();
  const services = new Map<string, number>();
  const note = (map: Map<string, number>, key: string, time: number): void => {
    if (time > (map.get(key) ?? Number.NEGATIVE_INFINITY)) map.set(key, time);
  };
  const noteAction = (action: string, time: number): void => {
    note(actions, action.toLowerCase(), time);
    note(services, serviceOf(action), time);
  };
  for (const entry of usage.entries) noteAction(entry.action, entry.lastSeen);
  for (const denial of usage.denials) {
    for (const action of denial.actions) noteAction(action, denial.lastSeen);
    if (denial.denied?.action !== undefined) noteAction(denial.denied.action, denial.lastSeen);
    for (const prefix of prefixesOf(denial.eventSource)) note(services, prefix, denial.lastSeen);
  }
  for (const one of usage.unmapped)
    for (const prefix of prefixesOf(one.eventSource)) note(services, prefix, one.lastSeen);
  for (const one of usage.hidden) noteAction(one.action, one.lastSeen);
  return { actions, services };
}
