/** Narrows one old statement's resources to what was seen: observed (exact or generalised) inside old, never beyond. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { isNamed } from '../permissions/permission.ts';
import type { Selector } from '../policy/document.ts';
import {
  asPattern,
  escapeLiteral,
  hasWildcard,
  intersects,
  matchesResource,
  type Pattern,
  patternCovers,
} from '../policy/pattern.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { generalise, type ResourcePattern } from './generalise.ts';
import type { PlanOptions } from './input.ts';
import { partsOf } from './replayable.ts';

export interface Narrowing {
  readonly mode: PlanOptions['resources'];
  readonly catalogue: Catalogue;
}

export interface Narrowed {
  readonly resource: Selector<Pattern>;
  /** Patterns of ours among them that hold a wildcard. */
  readonly written: readonly ResourcePattern[];
}

const EVERYTHING = asPattern('*');

/**
 * The resources of `old` that the entries of one action need. Where that cannot be told (a record that does not show
 * its resource, a list call under a statement that names ARNs), the old ones stay.
 */
export function narrowResources(
  old: Selector<Pattern>,
  entries: readonly UsageEntry[],
  options: Narrowing,
): Narrowed {
  const asGranted: Narrowed = { resource: old, written: [] };
  const noResource = entries.length > 0 && takesNoResource(entries[0]!.action, options.catalogue);
  const arns: string[] = [];
  const made: ResourcePattern[] = [];
  for (const entry of entries) {
    const { resource } = entry;
    const parts = partsOf(resource);
    if (parts) {
      const rule = resource.kind === 'unresolved' ? resource.reason : 'the record names it without its path';
      const seen = resource.kind === 'arn' ? [resource.arn] : [];
      if (!parts.every((pattern) => canStand(pattern, old))) return asGranted;
      made.push(...parts.map((pattern) => ({ pattern, seen, rule, whole: true as const })));
      continue;
    }
    if (resource.kind === 'unresolved' || !isNamed(resource)) return asGranted;
    if (resource.kind === 'any' || noResource)
      return !old.not && old.patterns.includes(EVERYTHING) ? only([EVERYTHING], old) : asGranted;
    if (!isArn(resource.arn)) return asGranted;
    // The id of a thing that the call made is of no use to the next call: all ids of its kind are needed.
    if (resource.inexact)
      for (const pattern of resource.inexact.patterns)
        made.push({ pattern, seen: [resource.arn], rule: 'AWS chooses the id when it makes the thing' });
    else arns.push(resource.arn);
  }
  if (arns.length + made.length === 0) return asGranted;
  // A role that is passed is named, never guessed at.
  const mode = entries[0]!.action.toLowerCase() === 'iam:passrole' ? 'exact' : options.mode;
  const general = generalise(arns, mode, options.catalogue);
  const candidates = made.length === 0 && inOrder(general) ? general : merged([...general, ...made]);
  const found = old.not ? outside(old.patterns, candidates) : inside(old.patterns, candidates);
  const patterns = withoutCovered(found);
  if (patterns.length === 0) return asGranted;
  return {
    resource: only(patterns, old).resource,
    written: candidates.filter(
      (one) =>
        one.rule !== undefined &&
        !old.patterns.includes(asPattern(one.pattern)) &&
        patterns.includes(asPattern(one.pattern)),
    ),
  };
}

/** Sorted, each pattern once. */
function inOrder(all: readonly ResourcePattern[]): boolean {
  for (let at = 1; at < all.length; at += 1) if (all[at - 1]!.pattern >= all[at]!.pattern) return false;
  return true;
}

/** Whether a pattern of which all is needed can be written in place of the old ones. */
const canStand = (pattern: Pattern, old: Selector<Pattern>): boolean =>
  !FOREIGN.test(pattern) &&
  !(old.not && old.patterns.some((one) => hasVariable(one) || intersects(one, pattern)));

/** One candidate a pattern, sorted. */
function merged(all: readonly ResourcePattern[]): readonly ResourcePattern[] {
  const byPattern = new Map<string, ResourcePattern>();
  for (const one of all) {
    const known = byPattern.get(one.pattern);
    const seen = known ? [...new Set([...known.seen, ...one.seen])].sort() : one.seen;
    byPattern.set(one.pattern, { ...one, seen, ...(known?.whole ? { whole: true } : {}) });
  }
  return [...byPattern.values()].sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

const FOREIGN = /[^\u0020-\u00ff]/;
const isArn = (text: string): boolean => /^arn:[^:]+:[a-z0-9-]+:[^:]*:[^:]*:./s.test(text);
const takesNoResource = (action: string, catalogue: Catalogue): boolean =>
  catalogue.action(action)?.resourceTypes.length === 0;

/** The old order and spelling where nothing changed. */
function only(patterns: readonly Pattern[], old: Selector<Pattern>): Narrowed {
  const same =
    !old.not &&
    patterns.length === old.patterns.length &&
    old.patterns.every((pattern) => patterns.includes(pattern));
  return { resource: same ? old : { not: false, patterns }, written: [] };
}

function inside(old: readonly Pattern[], candidates: readonly ResourcePattern[]): Pattern[] {
  if (old.length === 1 && old[0] === EVERYTHING) return ofEverything(candidates);
  const seenNames = new Set<string>(candidates.flatMap((one) => one.seen));
  const someWhole = candidates.some((one) => one.whole);
  return old.flatMap((outer) => {
    if (hasVariable(outer))
      return candidates.some((one) =>
        one.whole
          ? intersects(outer, asPattern(one.pattern))
          : one.seen.some((arn) => intersects(outer, escapeLiteral(arn))),
      )
        ? [outer]
        : [];
    // A plain name is matched by itself alone; a statement may list hundreds.
    if (!hasWildcard(outer) && !outer.includes('${') && !someWhole)
      return seenNames.has(outer) ? [outer] : [];
    return candidates.flatMap((one) => {
      if (one.whole) return common(outer, asPattern(one.pattern));
      const seen = outer === '*' ? one.seen : one.seen.filter((arn) => matchesResource(outer, arn));
      if (seen.length === 0) return [];
      const inner = asPattern(one.pattern);
      if (patternCovers(outer, inner)) return [inner];
      if (patternCovers(inner, outer)) return [outer];
      return literals(seen, outer);
    });
  });
}

/** All of them are inside `*`. */
function ofEverything(candidates: readonly ResourcePattern[]): Pattern[] {
  const patterns: Pattern[] = [];
  for (const { pattern, seen, whole } of candidates)
    if (seen.length > 0 || (whole && intersects(EVERYTHING, asPattern(pattern))))
      patterns.push(asPattern(pattern));
  return patterns;
}

/** What two patterns share: the inner one; the old one where neither is inside the other. */
function common(outer: Pattern, inner: Pattern): Pattern[] {
  if (!intersects(outer, inner)) return [];
  return [patternCovers(outer, inner) ? inner : outer];
}

/** Under NotResource a pattern of ours is safe where it touches none of the excluded ones. */
function outside(excluded: readonly Pattern[], candidates: readonly ResourcePattern[]): Pattern[] {
  if (excluded.some(hasVariable)) return [];
  if (candidates.some((one) => one.seen.some((arn) => FOREIGN.test(arn)))) return [];
  return candidates.flatMap((one) => {
    const inner = asPattern(one.pattern);
    if (one.whole || !excluded.some((pattern) => intersects(pattern, inner))) return [inner];
    return one.seen
      .filter((arn) => !excluded.some((pattern) => matchesResource(pattern, arn)))
      .map(escapeLiteral);
  });
}

/** A literal with characters that no policy may hold cannot be written: then the old pattern stays for it. */
const literals = (seen: readonly string[], outer: Pattern): Pattern[] =>
  seen.some((arn) => FOREIGN.test(arn)) ? [outer] : seen.map(escapeLiteral);

/** `${*}`, `${?}` and `${$}` are escapes, not variables. */
const hasVariable = (pattern: Pattern): boolean => pattern.includes('${') && /\$\{(?![*?$]\})/.test(pattern);

/** Those that no other of the list holds; of several that hold each other all stay. */
export function withoutCovered(patterns: readonly Pattern[]): readonly Pattern[] {
  const unique = patterns.length === 1 ? patterns : [...new Set(patterns)];
  const wild = unique.filter(
    (pattern) => hasWildcard(pattern) && hasWildcard(pattern.replace(/\$\{[*?$]\}/g, '')),
  );
  if (wild.length === 0 || unique.length === 1) return unique;
  return unique.filter(
    (pattern) =>
      !wild.some(
        (other) => other !== pattern && patternCovers(other, pattern) && !patternCovers(pattern, other),
      ),
  );
}
