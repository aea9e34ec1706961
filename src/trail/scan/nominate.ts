/**
 * Which records can belong to a wanted principal, told by their bytes alone. A nomination is never a match: the decoded
 * record decides. It must not miss one, so a record with an escape that could hide a name is always nominated.
 */
import type { PrincipalFilter } from '../source.ts';

/** What IAM allows in the name of a role or user (iam quotas and name requirements). */
const NAME = /^[\w+=,.@-]+$/;

/**
 * The names to look for, in lower case, unique; undefined where every record must be decoded, because no principals
 * are asked for or one has a name that JSON could write in other ways.
 */
export function namesOf(wanted: readonly PrincipalFilter[] | undefined): readonly string[] | undefined {
  if (!wanted?.every((one) => NAME.test(one.name))) return undefined;
  return [...new Set(wanted.map((one) => one.name.toLowerCase()))].sort();
}

/**
 * Tests one record's bytes read as latin1. A principal's name stands after a slash (in an ARN) or a quote (userName)
 * and before a slash (session name) or a quote; `\/` and `\u00..` are the escapes that can write such a name otherwise.
 */
export function nominator(names: readonly string[]): (record: string) => boolean {
  const escaped = names.map((name) => name.replace(/[+.]/g, '\\$&'));
  const expression = new RegExp(`["/](?:${escaped.join('|')})["/]|\\\\/|\\\\u00`, 'i');
  return names.length === 0 ? () => false : (record) => expression.test(record);
}
