/** Decides whether new policies allow only what old ones allowed. Never a wrong `proven`. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Policy, Statement } from './document.ts';
import { asPattern, patternCovers } from './pattern.ts';

export interface Counterexample {
  readonly action: string;
  readonly resource: string;
  readonly context: readonly (readonly [key: string, values: readonly string[]])[];
}
export type Containment =
  | { readonly verdict: 'proven' }
  | { readonly verdict: 'violated'; readonly counterexample: Counterexample }
  | { readonly verdict: 'not-proven'; readonly detail: string };

export function contains(
  oldPolicies: readonly Policy[],
  newPolicies: readonly Policy[],
  _catalogue: Catalogue,
): Containment {
  const all = (policies: readonly Policy[]) =>
    policies.flatMap((policy) =>
      policy.statements.map((statement) => ({ statement, version: policy.version })),
    );
  const old = all(oldPolicies);
  const fresh = all(newPolicies);
  for (const deny of old.filter((one) => one.statement.effect === 'Deny'))
    if (!fresh.some((one) => one.version === deny.version && same(one.statement, deny.statement)))
      return {
        verdict: 'not-proven',
        detail: 'a Deny statement of the old policies is missing in the new ones',
      };
  for (const one of fresh.filter((two) => two.statement.effect === 'Allow'))
    if (
      !old.some(
        (two) =>
          two.version === one.version &&
          two.statement.effect === 'Allow' &&
          inside(one.statement, two.statement),
      )
    )
      return {
        verdict: 'not-proven',
        detail: `statement ${one.statement.sid ?? `#${one.statement.index}`} is not inside one old statement`,
      };
  return { verdict: 'proven' };
}

const same = (a: Statement, b: Statement): boolean =>
  JSON.stringify([a.action, a.resource, a.conditions]) ===
  JSON.stringify([b.action, b.resource, b.conditions]);

function inside(inner: Statement, outer: Statement): boolean {
  if (inner.action.not || inner.resource.not || outer.action.not || outer.resource.not)
    return same(inner, outer);
  const conditions = new Set(inner.conditions.map((one) => JSON.stringify(one)));
  return (
    outer.conditions.every((one) => conditions.has(JSON.stringify(one))) &&
    inner.action.patterns.every((one) =>
      outer.action.patterns.some((two) =>
        patternCovers(asPattern(two.toLowerCase()), asPattern(one.toLowerCase())),
      ),
    ) &&
    inner.resource.patterns.every((one) => outer.resource.patterns.some((two) => patternCovers(two, one)))
  );
}
