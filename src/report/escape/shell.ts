/** One word of a POSIX shell command that a person may paste. */
import { visible } from './visible.ts';

/** Quoted where it has to be; nothing in it expands. */
export function shellWord(text: string): string {
  const safe = visible(text);
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
