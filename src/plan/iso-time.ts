/** `toISOString`, for the times of many thousand uses that lie on a few hundred days. */

const DAY = 86_400_000;
/** The first time of a year with five digits. */
const FIVE_DIGITS = 253_402_300_800_000;
/** A window has hundreds of days; the bound is for hostile times only. */
const MOST = 10_000;
const days = new Map<number, string>();

/** @throws RangeError for what is no time, as `toISOString` does. */
export function isoTime(time: number): string {
  if (!Number.isInteger(time) || time < 0 || time >= FIVE_DIGITS) return new Date(time).toISOString();
  const day = Math.floor(time / DAY);
  const rest = time - day * DAY;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${dayName(day)}T${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${THREE[rest % 1000]}Z`;
}

/** Numbers as a clock spells them. */
const TWO: readonly string[] = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const THREE: readonly string[] = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'));

/** The day of a time, `YYYY-MM-DD`. @throws RangeError for what is no time. */
export const isoDayOf = (time: number): string =>
  Number.isInteger(time) && time >= 0 && time < FIVE_DIGITS
    ? dayName(Math.floor(time / DAY))
    : new Date(time).toISOString().slice(0, 10);

function dayName(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= MOST) days.clear();
  const name = new Date(day * DAY).toISOString().slice(0, 10);
  days.set(day, name);
  return name;
}
