/**
 * Rulings on what a statement grants where the logs and Access Advisor say nothing of the action. They hang on the
 * statement, on what the evidence covers and on the options alone, which hundreds of principals share: made once for
 * each such question, and the same list for all who ask it.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Statement } from '../policy/document.ts';
import { createMemo, type Memo } from '../policy/memo.ts';
import type { Grant, GrantedAction } from './grants.ts';
import type { PlanInput } from './input.ts';
import type { PrefixesOf } from './judge-advisor.ts';
import { type Bench, type Ruling, rule } from './judge-ruling.ts';

/** Most rulings that are kept. */
const REMEMBERED = 100_000;
const kept = new WeakMap<Catalogue, Memo<readonly Ruling[]>>();
const ids = new WeakMap<Statement, number>();
let lastId = 0;
/** In characters: gaps can be many. A world that was forgotten gets a new number. */
const worlds = createMemo<number>(2_000_000, (_, text) => text.length);

function idOf(statement: Statement): number {
  const known = ids.get(statement);
  if (known !== undefined) return known;
  lastId += 1;
  ids.set(statement, lastId);
  return lastId;
}

export type RulingsOn = (bench: Bench, grant: Grant) => readonly Ruling[];

/** Rules on grants of one principal. What its own records or its last-accessed report speak of is ruled on by itself. */
export function rulingsOf(
  input: PlanInput,
  today: string,
  partition: string,
  sourcePrefixes: PrefixesOf,
): RulingsOn {
  const { catalogue, coverage, options, usage } = input;
  const each: RulingsOn = (bench, grant) => grant.actions.map((one) => rule(bench, grant, one));
  if (input.lastAccessed) return each;
  const memo = kept.get(catalogue) ?? createMemo<readonly Ruling[]>(REMEMBERED, (list) => list.length);
  kept.set(catalogue, memo);
  const { accountId } = usage.principal;
  const { window, state, gaps, management, data } = coverage;
  const world = worlds(
    JSON.stringify([window, state, gaps, management, data, options.keepRules, today, accountId, partition]),
    () => {
      lastId += 1;
      return lastId;
    },
  );
  const spokenOf = new Set<string>();
  for (const { action } of usage.entries) spokenOf.add(action.toLowerCase());
  for (const { action } of usage.hidden) spokenOf.add(action.toLowerCase());
  const unmapped = new Set<string>();
  for (const one of usage.unmapped)
    for (const prefix of sourcePrefixes(one.eventSource)) unmapped.add(prefix);
  return (bench, grant) => {
    const places = placesOf(grant.actions);
    if (!places) return each(bench, grant);
    const key = `${idOf(grant.source)} ${grant.policy} ${world} ${bench.grace ?? ''}`;
    const quiet = memo(key, () => each({ ...bench, uses: NO_USES }, grant));
    let own: Ruling[] | undefined;
    if (unmapped.size > 0)
      own = quiet.map((ruling, at) =>
        unmapped.has(ruling.action.slice(0, Math.max(0, ruling.action.indexOf(':'))).toLowerCase())
          ? rule(bench, grant, grant.actions[at]!)
          : ruling,
      );
    for (const action of spokenOf) {
      const at = places.get(action);
      if (at === undefined) continue;
      own ??= [...quiet];
      own[at] = rule(bench, grant, grant.actions[at]!);
    }
    return own ?? quiet;
  };
}

const NO_USES: Bench['uses'] = {
  of: () => [],
  setAside: () => [],
  doubt: () => undefined,
  elsewhere: () => undefined,
};

const places = new WeakMap<readonly GrantedAction[], ReadonlyMap<string, number>>();

/** Where each action stands, in lower case; undefined where two differ in nothing but case. */
function placesOf(actions: readonly GrantedAction[]): ReadonlyMap<string, number> | undefined {
  const known = places.get(actions) ?? new Map(actions.map(({ action }, at) => [action.toLowerCase(), at]));
  places.set(actions, known);
  return known.size === actions.length ? known : undefined;
}
