/** Leaves out statements that add nothing to the others. */
import type { Statement } from '../policy/document.ts';
import { asPattern, matchesAction, patternCovers } from '../policy/pattern.ts';

type Patterns = { readonly not: boolean; readonly patterns: readonly string[] };

/** Of the moved statements, in order, those of which the rest does not cover each action. */
export function withoutRedundant(
  moved: readonly Statement[],
  others: readonly Statement[],
): readonly Statement[] {
  const index = new Map<string, Statement[]>();
  const enter = (statement: Statement): void => {
    for (const service of servicesOf(statement)) {
      const list = index.get(service);
      if (list) list.push(statement);
      else index.set(service, [statement]);
    }
  };
  for (const statement of others) enter(statement);
  const dropped = new Set<Statement>();
  for (const statement of moved) {
    const [first = ANY] = servicesOf(statement);
    const near = [...(index.get(first) ?? []), ...(first === ANY ? [] : (index.get(ANY) ?? []))];
    if (near.some((other) => !dropped.has(other) && isInside(statement, other))) dropped.add(statement);
    else {
      for (const other of near) if (moved.includes(other) && isInside(other, statement)) dropped.add(other);
      enter(statement);
    }
  }
  // Several may cover between them what none does alone.
  for (const statement of moved) {
    if (statement.action.not || dropped.has(statement)) continue;
    const near = new Set([...servicesOf(statement), ANY].flatMap((service) => index.get(service) ?? []));
    const wide = [...near].filter(
      (other) => other !== statement && !dropped.has(other) && reachesAsFar(statement, other),
    );
    const covered = (pattern: string): boolean =>
      wide.some((other) => within({ not: false, patterns: [pattern] }, other.action, covers));
    if (wide.length > 1 && statement.action.patterns.every(covered)) dropped.add(statement);
  }
  return moved.filter((statement) => !dropped.has(statement));
}

/** Stands for every service: a wildcard before the colon, or NotAction. */
const ANY = '*';

function servicesOf({ action }: Statement): ReadonlySet<string> {
  if (action.not) return new Set([ANY]);
  return new Set(action.patterns.map((pattern) => /^([^:*?]*):/.exec(pattern)?.[1]?.toLowerCase() ?? ANY));
}

const isInside = (inner: Statement, outer: Statement): boolean =>
  reachesAsFar(inner, outer) && within(inner.action, outer.action, covers);

/** The same effect and conditions, and all resources of the inner one. */
const reachesAsFar = (inner: Statement, outer: Statement): boolean =>
  inner.effect === outer.effect &&
  JSON.stringify(inner.conditions) === JSON.stringify(outer.conditions) &&
  within(inner.resource, outer.resource, (a, b) => patternCovers(asPattern(a), asPattern(b)));

function within(inner: Patterns, outer: Patterns, test: (outer: string, inner: string) => boolean): boolean {
  if (inner.not !== outer.not) return false;
  const known = new Set(outer.patterns);
  if (inner.not) return inner.patterns.length === known.size && inner.patterns.every((one) => known.has(one));
  const wild = outer.patterns.filter((one) => /[*?]/.test(one));
  return inner.patterns.every((one) => known.has(one) || wild.some((two) => test(two, one)));
}

/** Action patterns; plain names, which are nearly all, need no automaton. */
export function covers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  if (!/[*?]/.test(outer)) return !/[*?]/.test(inner) && outer.toLowerCase() === inner.toLowerCase();
  if (!/[*?]/.test(inner)) return matchesAction(outer, inner);
  return patternCovers(asPattern(outer.toLowerCase()), asPattern(inner.toLowerCase()));
}
