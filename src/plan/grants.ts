/** What each statement of each attached policy grants: patterns as written, and the published actions they stand for. */
import type { ActionName, Catalogue, CatalogueAction } from '../catalogue/catalogue.ts';
import { isNamed } from '../permissions/permission.ts';
import { inCurrentVersion } from '../policy/current-version.ts';
import type { Policy, Selector, Statement } from '../policy/document.ts';
import { createMemo, type Memo } from '../policy/memo.ts';
import { asPattern, escapeLiteral, intersects, matchesResource, patternCovers } from '../policy/pattern.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { partsOf } from './replayable.ts';

export interface GrantedAction {
  /** Canonical catalogue name, or the pattern as written where AWS publishes no such action. */
  readonly action: ActionName;
  /** The pattern that grants it; `NotAction` for an exclusion. */
  readonly pattern: string;
  /** Undefined: not in the catalogue. */
  readonly info?: CatalogueAction;
}

/** One statement of one attached policy, exploded. Denies are listed too: they are shown and never judged. */
export interface Grant {
  readonly policy: number;
  readonly statement: number;
  /** Sid, or `#index`. */
  readonly label: string;
  /** As Version 2012-10-17 reads it. */
  readonly source: Statement;
  /** Sorted by action. Empty for a Deny. */
  readonly actions: readonly GrantedAction[];
}

/** Policies in the account's order; one that could not be parsed is undefined and grants nothing that can be judged. */
export function explode(policies: readonly (Policy | undefined)[], catalogue: Catalogue): Grant[] {
  return policies.flatMap((policy, index) =>
    (policy ? inCurrentVersion(policy).statements : []).map((statement) => ({
      policy: index,
      statement: statement.index,
      label: statement.sid || `#${statement.index}`,
      source: statement,
      actions: statement.effect === 'Allow' ? actionsOf(statement.action, catalogue) : [],
    })),
  );
}

const exploded = new WeakMap<Catalogue, Memo<readonly GrantedAction[]>>();
/** Most actions that are remembered of all lists together. */
const REMEMBERED = 300_000;

const texts = new WeakMap<Selector, string>();

/** What an action part selects, as text: equal for equal ones. */
export function selectorText(selector: Selector): string {
  let text = texts.get(selector);
  if (text === undefined) {
    text = JSON.stringify([selector.not, selector.patterns]);
    texts.set(selector, text);
  }
  return text;
}

/** Policies repeat, over hundreds of roles: what a list of patterns stands for is looked up once. */
export function actionsOf(selector: Selector, catalogue: Catalogue): readonly GrantedAction[] {
  let known = exploded.get(catalogue);
  if (!known) {
    known = createMemo(REMEMBERED, (list) => list.length);
    exploded.set(catalogue, known);
  }
  return known(selectorText(selector), () => lookUp(selector.not, selector.patterns, catalogue));
}

function lookUp(not: boolean, patterns: readonly string[], catalogue: Catalogue): readonly GrantedAction[] {
  const found = new Map<string, GrantedAction>();
  if (not) {
    const excluded = new Set(patterns.flatMap((one) => catalogue.expand(one)).map((a) => a.action));
    for (const info of catalogue.expand('*'))
      if (!excluded.has(info.action))
        found.set(info.action, { action: info.action, pattern: 'NotAction', info });
  } else {
    for (const pattern of patterns) {
      const known = catalogue.expand(pattern);
      for (const info of known)
        if (!found.has(info.action)) found.set(info.action, { action: info.action, pattern, info });
      if (known.length === 0) found.set(pattern, { action: pattern, pattern });
    }
  }
  return [...found.values()].sort((a, b) => (a.action < b.action ? -1 : a.action > b.action ? 1 : 0));
}

/**
 * Whether a use could have been allowed by the statement's resource part. A policy variable stands for any text and a
 * use whose resource is not known fits every resource: what may have been needed is kept.
 */
export function reaches(
  selector: Selector<ReturnType<typeof asPattern>>,
  entry: UsageEntry,
  info: CatalogueAction | undefined,
): boolean {
  const { resource } = entry;
  const parts = partsOf(resource);
  if (parts)
    return selector.not
      ? !parts.every((part) =>
          selector.patterns.some((one) => !one.includes('${') && patternCovers(one, part)),
        )
      : selector.patterns.some((one) => parts.some((part) => intersects(one, part)));
  if (resource.kind === 'unresolved' || !isNamed(resource)) return true;
  if (!selector.not && selector.patterns[0] === '*') return true;
  // A list call that names nothing is evaluated against whatever pattern the service builds: any of them may be it.
  if (resource.kind === 'any' && resource.found === 'names-none' && (info?.resourceTypes.length ?? 1) > 0)
    return true;
  const name = resource.kind === 'any' ? '*' : resource.arn;
  const hit = (pattern: ReturnType<typeof asPattern>): boolean =>
    pattern.includes('${') ? intersects(pattern, escapeLiteral(name)) : matchesResource(pattern, name);
  if (!selector.not) return selector.patterns.some(hit);
  return !selector.patterns.some((pattern) => !pattern.includes('${') && matchesResource(pattern, name));
}

/** Whether a rule's resource pattern and the statement's resources have something in common. */
export const meets = (selector: Selector<ReturnType<typeof asPattern>>, pattern: string): boolean =>
  selector.not || selector.patterns.some((one) => intersects(one, asPattern(pattern)));
