/** A moment as flags give it. */
import { UsageError } from '../errors.ts';
import { parseTime } from '../events/decode.ts';

const DAY = 86_400_000;

/** A day alone means its first moment, or for an end its last: `--to 2026-03-31` includes the 31st. */
export function moment(flag: string, value: unknown, end: boolean): number {
  const text = String(value);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = parseTime(isDay ? `${text}T00:00:00Z` : text);
  if (time === undefined)
    throw new UsageError(`\`--${flag} ${text}\` is no date: use \`YYYY-MM-DD\` or \`YYYY-MM-DDThh:mm:ssZ\``);
  return isDay && end ? time + DAY : time;
}
