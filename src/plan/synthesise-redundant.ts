/** Leaves out statements that add nothing to the others. */
import type { Statement } from '../policy/document.ts';
import { asPattern, hasWildcard, matchesAction, patternCovers } from '../policy/pattern.ts';

/** A statement with what is asked of it again and again. */
interface Known {
  readonly statement: Statement;
  /** Prefixes in lower case, the first of its patterns first. */
  readonly services: readonly string[];
  readonly actions: List;
  readonly resources: List;
}

interface List {
  readonly not: boolean;
  readonly patterns: readonly string[];
  /** Of a long list, for looking up. */
  readonly all: ReadonlySet<string> | undefined;
  readonly wild: readonly string[];
}

const LONG = 8;

/** Of the moved statements, in order, those of which the rest does not cover each action. */
export function withoutRedundant(
  moved: readonly Statement[],
  others: readonly Statement[],
): readonly Statement[] {
  if (moved.length === 0) return moved;
  const index = new Map<string, Known[]>();
  const enter = (one: Known): void => {
    for (const service of one.services) {
      const list = index.get(service);
      if (list) list.push(one);
      else index.set(service, [one]);
    }
  };
  for (const statement of others) enter(knownOf(statement));
  const own = moved.map(knownOf);
  const isMoved = new Set(own);
  const dropped = new Set<Known>();
  for (const one of own) {
    const near = nearOf(one.services.slice(0, 1), index);
    if (near.some((other) => !dropped.has(other) && isInside(one, other))) dropped.add(one);
    else {
      for (const other of near) if (isMoved.has(other) && isInside(other, one)) dropped.add(other);
      enter(one);
    }
  }
  // Several may cover between them what none does alone.
  for (const one of own) {
    if (one.actions.not || dropped.has(one)) continue;
    const wide: Known[] = [];
    for (const other of nearOf(one.services, index))
      if (other !== one && !dropped.has(other) && reachesAsFar(one, other)) wide.push(other);
    const covered = (pattern: string): boolean =>
      wide.some(({ actions }) => !actions.not && holds(actions, pattern, covers));
    if (wide.length > 1 && one.actions.patterns.every(covered)) dropped.add(one);
  }
  return dropped.size === 0 ? moved : moved.filter((_, at) => !dropped.has(own[at]!));
}

/** Stands for every service: a wildcard before the colon, or NotAction. */
const ANY = '*';

/** Statements that name one of the services, or every service; each once. */
function nearOf(services: readonly string[], index: ReadonlyMap<string, readonly Known[]>): readonly Known[] {
  const everywhere = services.includes(ANY) ? NONE : (index.get(ANY) ?? NONE);
  if (services.length === 1 && everywhere.length === 0) return index.get(services[0]!) ?? NONE;
  const near = new Set<Known>();
  for (const service of services) for (const one of index.get(service) ?? NONE) near.add(one);
  for (const one of everywhere) near.add(one);
  return [...near];
}
const NONE: readonly Known[] = [];

function knownOf(statement: Statement): Known {
  const { action, resource } = statement;
  return {
    statement,
    services: servicesOf(statement),
    actions: listOf(action.not, action.patterns),
    resources: listOf(resource.not, resource.patterns),
  };
}

function listOf(not: boolean, patterns: readonly string[]): List {
  const all = patterns.length < LONG ? undefined : new Set(patterns);
  return { not, patterns, all, wild: patterns.filter(hasWildcard) };
}

function servicesOf({ action }: Statement): readonly string[] {
  if (action.not) return [ANY];
  const services: string[] = [];
  for (const pattern of action.patterns) {
    const prefix = pattern.slice(0, Math.max(0, pattern.indexOf(':')));
    const service = pattern.includes(':') && !hasWildcard(prefix) ? prefix.toLowerCase() : ANY;
    if (!services.includes(service)) services.push(service);
  }
  return services;
}

const isInside = (inner: Known, outer: Known): boolean =>
  reachesAsFar(inner, outer) && within(inner.actions, outer.actions, covers);

/** The same effect and conditions, and all resources of the inner one. */
function reachesAsFar({ statement: inner, resources }: Known, outer: Known): boolean {
  const { effect, conditions } = outer.statement;
  if (inner.effect !== effect || inner.conditions.length !== conditions.length) return false;
  return (
    within(resources, outer.resources, resourceCovers) &&
    (conditions.length === 0 || JSON.stringify(inner.conditions) === JSON.stringify(conditions))
  );
}

type Test = (outer: string, inner: string) => boolean;

function within(inner: List, outer: List, test: Test): boolean {
  if (inner.not !== outer.not) return false;
  if (inner.not) {
    const known = new Set(outer.patterns);
    return inner.patterns.length === known.size && inner.patterns.every((one) => known.has(one));
  }
  for (const one of inner.patterns) if (!holds(outer, one, test)) return false;
  return true;
}

function holds({ patterns, all, wild }: List, inner: string, test: Test): boolean {
  if (all ? all.has(inner) : patterns.includes(inner)) return true;
  for (const outer of wild) if (test(outer, inner)) return true;
  return false;
}

const resourceCovers: Test = (outer, inner) => patternCovers(asPattern(outer), asPattern(inner));

/** Action patterns; plain names, which are nearly all, need no automaton. */
export function covers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  if (!hasWildcard(outer)) return !hasWildcard(inner) && outer.toLowerCase() === inner.toLowerCase();
  if (!hasWildcard(inner)) return matchesAction(outer, inner);
  return patternCovers(asPattern(outer.toLowerCase()), asPattern(inner.toLowerCase()));
}
