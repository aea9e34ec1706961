/** Numbers, dates and spans as every report writes them; the same everywhere, whatever the machine's locale. */

/** `1284` -> `1,284` */
export function count(value: number): string {
  const digits = Math.trunc(value).toString();
  if (digits.length < 4 || Math.abs(value) >= 1e21) return digits;
  let grouped = digits.slice(-3);
  let rest = digits.slice(0, -3);
  for (; rest.length > 3; rest = rest.slice(0, -3)) grouped = `${rest.slice(-3)},${grouped}`;
  return rest === '' || rest === '-' ? rest + grouped : `${rest},${grouped}`;
}

/** `1 policy`, `3 policies` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `2026-04-02T00:03:11Z` -> `2026-04-02`; anything that is not such a time comes back as it is. */
export function day(time: string): string {
  return /^\d{4}-\d{2}-\d{2}T/.test(time) ? time.slice(0, 10) : time;
}

/** Share of `part` in `whole` as a whole percentage that never rounds up to 100 or down to 0. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '0 %';
  const share = (100 * part) / whole;
  if (share > 99 && part < whole) return `${Math.min(99.9, Math.floor(share * 10) / 10).toFixed(1)} %`;
  if (share < 1 && part > 0) return `${Math.max(0.1, Math.ceil(share * 10) / 10).toFixed(1)} %`;
  return `${Math.round(share)} %`;
}

/** Bytes in decimal units, as AWS bills them. */
export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return unit === 0 ? plural(value, 'byte') : `${rest.toFixed(1)} ${units[unit]}`;
}

/** `a, b and 3 more` of at most `max` items. */
export function listed(items: readonly string[], max: number): string {
  const shown = items.slice(0, max).join(', ');
  return items.length > max ? `${shown} and ${count(items.length - max)} more` : shown;
}
