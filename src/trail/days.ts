/** Delivery days of a window: CloudTrail delivers after the event, mostly within minutes, with retries for 30 days. */
import type { Window } from './source.ts';

const DAY = 86_400_000;

/** UTC day of a time, `YYYY-MM-DD`. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

export interface DayRange {
  /** Both included, `YYYY-MM-DD`. */
  readonly first: string;
  readonly last: string;
}

/**
 * Days whose folders can hold events of the window: nothing is delivered before it happens, and what is late lies up to
 * `slackDays` after the window's end.
 */
export function deliveryDays(window: Window, slackDays: number): DayRange {
  return { first: dayOf(window.from), last: dayOf(Math.max(window.from, window.to - 1) + slackDays * DAY) };
}

/** Days from `first` to `last`, both included. */
export function eachDay({ first, last }: DayRange): string[] {
  const days: string[] = [];
  for (let time = Date.parse(`${first}T00:00:00Z`); dayOf(time) <= last; time += DAY) days.push(dayOf(time));
  return days;
}
