/** Which actions a statement's action part selects; compiled once for each selector. */
import type { Selector } from './document.ts';
import { type Glob, matchGlob } from './glob.ts';
import { compileAction } from './pattern.ts';

interface Compiled {
  /** In lower case. */
  readonly names: ReadonlySet<string>;
  readonly globs: readonly Glob[];
}

const compiled = new WeakMap<Selector, Compiled>();
const WILD = /[*?]/;

/** Whether a statement's action part selects an action, whatever its resources. */
export function selectsAction(selector: Selector, action: string): boolean {
  let known = compiled.get(selector);
  if (!known) {
    known = {
      names: new Set(selector.patterns.filter((one) => !WILD.test(one)).map((one) => one.toLowerCase())),
      globs: selector.patterns.filter((one) => WILD.test(one)).map(compileAction),
    };
    compiled.set(selector, known);
  }
  const name = action.toLowerCase();
  let hit = known.names.has(name);
  for (let at = 0; !hit && at < known.globs.length; at += 1) hit = matchGlob(known.globs[at]!, name);
  return hit !== selector.not;
}
