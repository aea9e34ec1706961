/** Reads keep rules from the parsed config file. Strict: a rule that is not understood must not silently keep nothing. */
import { UsageError } from '../errors.ts';
import type { KeepRule } from './input.ts';

const PATTERNS = ['action', 'resource', 'sid'] as const;
const TEXTS = ['owner', 'reason'] as const;
const KEYS: readonly string[] = [...PATTERNS, ...TEXTS, 'expires'];

/**
 * `value` is the list under `keep`; `origin` names the file in messages. A rule needs `owner`, `reason` and at least one
 * of `action`, `resource` and `sid`; `expires` is the last day (`YYYY-MM-DD`) on which it keeps.
 * @throws UsageError naming the rule and what is wrong with it.
 */
export function parseKeepRules(value: unknown, origin: string): readonly KeepRule[] {
  if (!Array.isArray(value))
    throw new UsageError(`\`keep\` in \`${origin}\` is no list: give a list of rules`);
  return value.map((one: unknown, index) =>
    parseRule(one, `rule ${index + 1} under \`keep\` in \`${origin}\``),
  );
}

function parseRule(value: unknown, where: string): KeepRule {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${where} is no object: give owner, reason and a pattern`);
  const fields = new Map(Object.entries(value));
  for (const key of fields.keys())
    if (!KEYS.includes(key))
      throw new UsageError(`${where} has the unknown key \`${key}\`: use ${KEYS.join(', ')}`);
  const text = (key: string): string | undefined => {
    const found = fields.get(key);
    if (found === undefined) return undefined;
    if (typeof found !== 'string' || found.trim() === '')
      throw new UsageError(`${where} has a \`${key}\` that is no text: give a string`);
    return found;
  };
  const patterns = PATTERNS.map((key) => [key, text(key)] as const).filter(([, one]) => one !== undefined);
  if (patterns.length === 0)
    throw new UsageError(`${where} has no pattern: give at least one of action, resource and sid`);
  const [owner, reason] = TEXTS.map(text);
  if (owner === undefined || reason === undefined)
    throw new UsageError(
      `${where} lacks ${owner === undefined ? 'an owner' : 'a reason'}: somebody must answer for it`,
    );
  const expires = text('expires');
  if (expires !== undefined && !isDay(expires))
    throw new UsageError(`${where} expires on \`${expires}\`, which is no day: write it as 2026-12-31`);
  return {
    ...(Object.fromEntries(patterns) as Pick<KeepRule, 'action' | 'resource' | 'sid'>),
    owner,
    reason,
    ...(expires === undefined ? {} : { expires }),
  };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}
