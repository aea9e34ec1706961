/** Policy algebra that makes documents smaller without changing what they mean: merge, split, pack. */
import type { JsonPolicy, JsonStatement } from './document.ts';
import { policySize, statementSize } from './size.ts';

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;
const sortedSet = (values: readonly string[]): string[] => [...new Set(values)].sort(byCodeUnit);

export interface MergeOptions {
  /** `keep`: two statements that both have a Sid stay apart. `drop`: they may merge and the first Sid stays. */
  readonly sids: 'keep' | 'drop';
}

/**
 * Merges Allow statements where that is legal: same Condition and Principal, no NotAction or NotResource, and either
 * equal Action sets (Resources unite) or equal Resource sets (Actions unite); anything else would widen access.
 * Deny statements and the order of first appearance stay. Lists that were united are sorted.
 */
export function mergeStatements(
  statements: readonly JsonStatement[],
  options: MergeOptions = { sids: 'keep' },
): JsonStatement[] {
  let now = [...statements];
  for (;;) {
    const byResource = mergeBy(now, 'Resource', 'Action', options);
    const byAction = mergeBy(byResource, 'Action', 'Resource', options);
    if (byAction.length === now.length) return byAction;
    now = byAction;
  }
}

function mergeBy(
  statements: readonly JsonStatement[],
  equal: 'Action' | 'Resource',
  unite: 'Action' | 'Resource',
  options: MergeOptions,
): JsonStatement[] {
  const out: JsonStatement[] = [];
  const places = new Map<string, number>();
  for (const statement of statements) {
    const key = mergeKey(statement, equal);
    const place = key === undefined ? undefined : places.get(key);
    if (place === undefined) {
      if (key !== undefined) places.set(key, out.length);
      out.push(statement);
      continue;
    }
    const first = out[place]!;
    if (options.sids === 'keep' && first.Sid && statement.Sid) {
      out.push(statement);
      continue;
    }
    const united = sortedSet([...listOf(first[unite]), ...listOf(statement[unite])]);
    const sid = first.Sid ?? statement.Sid;
    out[place] = { ...(sid === undefined ? {} : { Sid: sid }), ...first, [unite]: compact(united) };
  }
  return out;
}

const compact = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? values[0]! : values;

/** Undefined: the statement never merges. */
function mergeKey(statement: JsonStatement, equal: 'Action' | 'Resource'): string | undefined {
  if (
    statement.Effect !== 'Allow' ||
    statement.NotAction !== undefined ||
    statement.NotResource !== undefined
  )
    return undefined;
  if (statement.Action === undefined || statement.Resource === undefined) return undefined;
  const fold = equal === 'Action' ? (one: string) => one.toLowerCase() : (one: string) => one;
  return JSON.stringify([
    sortedSet(listOf(statement[equal]).map(fold)),
    canonical(statement.Condition ?? null),
    canonical(statement.Principal ?? statement.NotPrincipal ?? null),
    statement.NotPrincipal !== undefined,
  ]);
}

/** Keys sorted, lists kept in order: equal text means equal meaning; the reverse is not needed. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([key, inner]) => [key, canonical(inner)]);
}

export type Packing =
  | { readonly status: 'fits'; readonly policies: readonly JsonPolicy[] }
  | {
      readonly status: 'does-not-fit';
      /** All that was packed, with more documents than allowed; or empty when one statement alone is too large. */
      readonly policies: readonly JsonPolicy[];
      /** Index of the statement that cannot be split small enough. */
      readonly tooLarge?: number;
      readonly reason: string;
    };

export interface PackOptions {
  /** Most documents; default: no limit. */
  readonly maxPolicies?: number;
  readonly version?: string;
}

/**
 * Spreads statements over documents of at most `limit` characters: each goes, in order, into the first document with
 * room, so a small change of the input moves little. A statement too large for one document is split along its
 * Resource or Action list, which keeps its meaning; nothing is ever cut off.
 */
export function packStatements(
  statements: readonly JsonStatement[],
  limit: number,
  options: PackOptions = {},
): Packing {
  const version = options.version ?? '2012-10-17';
  const empty = policySize({ Version: version, Statement: [] });
  const bins: { size: number; statements: JsonStatement[]; sids: Set<string> }[] = [];
  for (const [index, statement] of statements.entries()) {
    const parts = splitToFit(statement, limit - empty);
    if (!parts)
      return {
        status: 'does-not-fit',
        policies: [],
        tooLarge: index,
        reason: `statement ${index} alone is larger than ${limit} characters and cannot be split`,
      };
    for (const part of parts) {
      const size = statementSize(part);
      // Sids are unique in a document, so a split statement's parts may need documents of their own.
      const free = (bin: (typeof bins)[number]): boolean =>
        bin.size + 1 + size <= limit && !(part.Sid && bin.sids.has(part.Sid));
      let bin = bins.find(free);
      if (!bin) {
        bin = { size: empty - 1, statements: [], sids: new Set() };
        bins.push(bin);
      }
      bin.statements.push(part);
      bin.size += 1 + size;
      if (part.Sid) bin.sids.add(part.Sid);
    }
  }
  const policies = bins.map((bin) => ({ Version: version, Statement: bin.statements }));
  const most = options.maxPolicies;
  if (most === undefined || policies.length <= most) return { status: 'fits', policies };
  return {
    status: 'does-not-fit',
    policies,
    reason: `${policies.length} policies of ${limit} characters are needed and ${most} are allowed`,
  };
}

function splitToFit(statement: JsonStatement, room: number): readonly JsonStatement[] | undefined {
  if (statementSize(statement) <= room) return [statement];
  const longest = (['Resource', 'Action'] as const)
    .map((name) => ({ name, values: listOf(statement[name]) }))
    .filter((one) => one.values.length > 1)
    .sort((a, b) => textLength(b.values) - textLength(a.values))[0];
  if (!longest) return undefined;
  const half = Math.ceil(longest.values.length / 2);
  const parts: JsonStatement[] = [];
  for (const values of [longest.values.slice(0, half), longest.values.slice(half)]) {
    const split = splitToFit({ ...statement, [longest.name]: compact(values) }, room);
    if (!split) return undefined;
    parts.push(...split);
  }
  return parts;
}

const textLength = (values: readonly string[]): number =>
  values.reduce((sum, one) => sum + one.length + 3, 0);
