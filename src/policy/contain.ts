/**
 * Decides whether new policies allow only what old ones allowed, over unions of statements, with Deny, NotAction,
 * NotResource and conditions. Never a wrong `proven`: what cannot be decided is `not-proven`, and a `violated` has
 * been tried with the evaluator.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { actionClasses } from './actions.ts';
import { operatorOf } from './conditions.ts';
import { constraintOf } from './constraints.ts';
import multiValued from './data/multi-valued-keys.json' with { type: 'json' };
import type { Policy, Statement } from './document.ts';
import { evaluate } from './evaluate.ts';
import { type Glob, isVariable, variableOf } from './glob.ts';
import { compileResource } from './pattern.ts';
import { createSearch, type Found, type Rule } from './search.ts';

export interface Counterexample {
  readonly action: string;
  readonly resource: string;
  /** Sorted by key. */
  readonly context: readonly (readonly [key: string, values: readonly string[]])[];
}
export type Containment =
  | {
      readonly verdict: 'proven';
      /** Action patterns of the new policies that stay inside the old ones only for the actions the catalogue knows. */
      readonly openPatterns: readonly string[];
    }
  | { readonly verdict: 'violated'; readonly counterexample: Counterexample }
  | { readonly verdict: 'not-proven'; readonly detail: string };

/** Most search branches for one class of actions. */
const BRANCHES = 4_000;

/**
 * Actions are those of the catalogue and, for services it does not have, any. A context key has at most one value in
 * a request unless AWS lists it as multivalued or a condition uses it with a set operator.
 */
export function contains(
  oldPolicies: readonly Policy[],
  newPolicies: readonly Policy[],
  catalogue: Catalogue,
): Containment {
  const fresh = newPolicies.flatMap(withVersion);
  const all = [...fresh, ...oldPolicies.flatMap(withVersion)];
  const isNew = (at: number): boolean => at < fresh.length;
  const interned = interning();
  const rules = all.map(({ statement, variables }) => ruleOf(statement, variables, interned));
  const many = multiValuedKeys(all.map((one) => one.statement));
  const divided = actionClasses(
    all.map((one) => one.statement),
    (at) => isNew(at) && all[at]!.statement.effect === 'Allow',
    catalogue,
  );

  let action = '';
  let counterexample: Counterexample | undefined;
  const isReal = (found: Found): boolean => {
    counterexample = tried(found, action, oldPolicies, newPolicies);
    return counterexample !== undefined;
  };
  const search = createSearch({ many: (key) => many.has(key), isReal, limit: BRANCHES });
  const doubts: string[] = divided.undecided.map((service) => `${service}:*`);
  for (const one of divided.classes) {
    action = one.action;
    const pick = (wanted: boolean, effect: Statement['effect']): Rule[] =>
      one.statements
        .filter((at) => isNew(at) === wanted && all[at]!.statement.effect === effect)
        .map((at) => rules[at]!);
    const answer = search({
      allow: pick(true, 'Allow'),
      deny: pick(true, 'Deny'),
      oldAllow: pick(false, 'Allow'),
      oldDeny: pick(false, 'Deny'),
    });
    if (answer === 'real') return { verdict: 'violated', counterexample: counterexample! };
    if (answer === 'maybe') doubts.push(action);
  }
  if (doubts.length === 0) return { verdict: 'proven', openPatterns: divided.open };
  const more = doubts.length > 3 ? ` and ${doubts.length - 3} more` : '';
  return {
    verdict: 'not-proven',
    detail: `neither proven nor refuted for ${doubts.slice(0, 3).join(', ')}${more}`,
  };
}

interface Versioned {
  readonly statement: Statement;
  readonly variables: boolean;
}
const withVersion = (policy: Policy): Versioned[] =>
  policy.statements.map((statement) => ({ statement, variables: policy.version === '2012-10-17' }));

const ruleOf = (statement: Statement, variables: boolean, interned: (glob: Glob) => Glob): Rule => ({
  not: statement.resource.not,
  resources: statement.resource.patterns.map((pattern) => interned(compileResource(pattern, variables))),
  constraints: statement.conditions.flatMap((condition) => constraintOf(condition, variables) ?? []),
});

const names = new WeakMap<Glob, string>();

/** Makes equal globs one value, so that the search can remember what it found for them. */
function interning(): (glob: Glob) => Glob {
  const globs = new Map<string, Glob>();
  return (glob) => {
    const name = names.get(glob) ?? glob.join();
    names.set(glob, name);
    const known = globs.get(name) ?? glob;
    globs.set(name, known);
    return known;
  };
}

const MULTI_VALUED: ReadonlySet<string> = new Set(multiValued.map((row) => row.key.toLowerCase()));

function multiValuedKeys(statements: readonly Statement[]): ReadonlySet<string> {
  if (statements.every((one) => one.conditions.length === 0)) return MULTI_VALUED;
  const keys = new Set(MULTI_VALUED);
  for (const { conditions } of statements)
    for (const { operator, key } of conditions)
      if (operatorOf(operator)?.set !== 'plain') keys.add(key.toLowerCase());
  return keys;
}

/** Makes the candidate a concrete request and asks the evaluator; undefined when it is no counterexample. */
function tried(
  found: Found,
  action: string,
  oldPolicies: readonly Policy[],
  newPolicies: readonly Policy[],
): Counterexample | undefined {
  const context = new Map(found.context);
  let resource = '';
  for (const token of found.resource) {
    if (!isVariable(token)) {
      resource += String.fromCharCode(token);
      continue;
    }
    const { key } = variableOf(token);
    const value = context.get(key)?.[0] ?? 'x';
    if (!context.has(key)) context.set(key, [value]);
    resource += value;
  }
  const request = { action, resource, context };
  if (evaluate({ identity: newPolicies }, request).decision !== 'allowed') return undefined;
  if (evaluate({ identity: oldPolicies }, request).decision === 'allowed') return undefined;
  return { action, resource, context: [...context].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) };
}
