/**
 * Lists of rulings that many principals share. A statement's quiet rulings are one and the same value for all who have
 * it; a principal that used one of its actions has a list of its own, whose parts without that action are again alike.
 * Alike lists become one list here, so that what follows from a list is worked out once.
 */
import type { Ruling } from '../judge-ruling.ts';
import type { Finding } from '../plan.ts';
import { type Draft, makeFinding } from './make.ts';

/** By their first ruling. It goes when the ruling goes. */
const lists = new WeakMap<Ruling, (readonly Ruling[])[]>();
/** Of so many lists with one beginning the latest are known again. */
const ALIKE = 16;

/** The list itself, or one with the very same rulings that was met before. */
export function onlyOne(list: readonly Ruling[]): readonly Ruling[] {
  const first = list[0];
  if (!first) return list;
  for (const one of list) if (hasOwnUse(one)) return list;
  const known = lists.get(first);
  if (!known) {
    lists.set(first, [list]);
    return list;
  }
  const found = known.find((one) => one === list || isSame(one, list));
  if (found) return found;
  if (known.length >= ALIKE) known.shift();
  known.push(list);
  return list;
}

function isSame(a: readonly Ruling[], b: readonly Ruling[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** Nobody else's ruling rests on it. */
const hasOwnUse = (one: Ruling): boolean => one.entries.length > 0 || one.rare.length > 0;

const made = new WeakMap<readonly Ruling[], Map<string, Finding>>();

/**
 * The finding on a list of rulings, one value for all principals that have them: `told` is all that it says beyond what
 * follows from the rulings.
 */
export function findingOn(
  rulings: readonly Ruling[],
  told: readonly (string | undefined)[],
  draft: () => Draft,
): Finding {
  const key = JSON.stringify(told);
  let known = made.get(rulings);
  if (!known) {
    known = new Map();
    made.set(rulings, known);
  }
  const finding = known.get(key) ?? makeFinding(draft());
  known.set(key, finding);
  return finding;
}
