/** Which actions a statement's action part selects; compiled once for each selector. */
import type { Selector } from './document.ts';
import { type Glob, matchGlob } from './glob.ts';
import { compileAction, hasWildcard } from './pattern.ts';

interface Compiled {
  /** In lower case. */
  readonly names: ReadonlySet<string>;
  readonly globs: readonly Glob[];
}

const compiled = new WeakMap<Selector, Compiled>();

/** Whether a statement's action part selects an action, whatever its resources. */
export const selectsAction = (selector: Selector, action: string): boolean =>
  selectsLower(selector, action.toLowerCase());

/** The same for the name of an action in lower case. */
export function selectsLower(selector: Selector, name: string): boolean {
  let known = compiled.get(selector);
  if (!known) {
    known = compile(selector.patterns);
    compiled.set(selector, known);
  }
  let hit = known.names.has(name);
  for (let at = 0; !hit && at < known.globs.length; at += 1) hit = matchGlob(known.globs[at]!, name);
  return hit !== selector.not;
}

function compile(patterns: readonly string[]): Compiled {
  const names = new Set<string>();
  const globs: Glob[] = [];
  for (const pattern of patterns)
    if (hasWildcard(pattern)) globs.push(compileAction(pattern));
    else names.add(pattern.toLowerCase());
  return { names, globs };
}
