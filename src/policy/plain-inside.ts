/**
 * The quick half of containment: most new policies repeat, for each action, resources of one old statement. What this
 * cannot see is left to the search of `contains`; what it proves needs none.
 */
import type { Policy, Statement } from './document.ts';
import { compileAction, compileResource, hasWildcard, type Pattern } from './pattern.ts';
import { selectsLower } from './selects.ts';
import { plainlyCovers } from './words.ts';

/**
 * True only where all that the new policies allow was allowed before: no old Deny, and each action of a new Allow on
 * each of its resources is named by an old Allow without conditions. Conditions of the new ones only take away.
 */
export function plainlyInside(oldPolicies: readonly Policy[], newPolicies: readonly Policy[]): boolean {
  const grants: Statement[] = [];
  for (const { statements } of oldPolicies)
    for (const one of statements) {
      if (one.effect === 'Deny') return false;
      if (isPlain(one) && one.conditions.length === 0) grants.push(one);
    }
  for (const { statements } of newPolicies)
    for (const one of statements)
      if (one.effect === 'Allow' && !(isPlain(one) && isInside(one, grants))) return false;
  return true;
}

/** Variables and exclusions are for the search. */
function isPlain({ action, resource }: Statement): boolean {
  if (action.not || resource.not) return false;
  for (const pattern of resource.patterns) if (pattern.includes('${')) return false;
  return true;
}

function isInside({ action, resource }: Statement, grants: readonly Statement[]): boolean {
  const reaching: (boolean | undefined)[] = [];
  const reachesAll = (at: number): boolean => {
    reaching[at] ??= resource.patterns.every((one) => reaches(grants[at]!, one));
    return reaching[at];
  };
  return action.patterns.every((written) => {
    const name = written.toLowerCase();
    const naming: number[] = [];
    for (let at = 0; at < grants.length; at += 1)
      if (names(grants[at]!, name)) {
        if (reachesAll(at)) return true;
        naming.push(at);
      }
    return (
      naming.length > 1 && resource.patterns.every((one) => naming.some((at) => reaches(grants[at]!, one)))
    );
  });
}

/** The name in lower case, as patterns of actions are compared. */
const names = ({ action }: Statement, name: string): boolean =>
  hasWildcard(name)
    ? action.patterns.some((one) => plainlyCovers(compileAction(one), compileAction(name)))
    : selectsLower(action, name);

const reaches = ({ resource }: Statement, inner: Pattern): boolean =>
  resource.patterns.some(
    (outer) =>
      outer === '*' ||
      outer === inner ||
      // A name holds no other pattern.
      (hasWildcard(outer) && plainlyCovers(compileResource(outer, true), compileResource(inner, true))),
  );
