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
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${dayName(day)}T${clock}.${String(rest % 1000).padStart(3, '0')}Z`;
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

function dayName(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= MOST) days.clear();
  const name = new Date(day * DAY).toISOString().slice(0, 10);
  days.set(day, name);
  return name;
}
