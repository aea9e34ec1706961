/** Writes a list of actions shorter with wildcards. */
import type { AccessLevel, Catalogue, CatalogueAction } from '../catalogue/catalogue.ts';
import { matchGlob } from './glob.ts';
import { compileAction } from './pattern.ts';

export type CompressMode =
  /** Wildcards that match exactly the given actions in this catalogue. */
  | { readonly mode: 'exact' }
  /**
   * With consent: a wildcard may also match actions that `allowed` admits (the old grant), never one that manages
   * permissions, and only at an access level that it already gives.
   */
  | { readonly mode: 'wider'; readonly allowed: (action: string) => boolean };

export interface Compressed {
  /** Sorted. */
  readonly patterns: readonly string[];
  /** Catalogue actions the patterns match beyond the given ones; empty in exact mode. Sorted. */
  readonly added: readonly string[];
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** Quotes and comma of one list entry. */
const ENTRY = 3;

/** Actions the catalogue does not know stay as they are. */
export function compressActions(
  used: readonly string[],
  catalogue: Catalogue,
  mode: CompressMode,
): Compressed {
  const patterns = new Set<string>();
  const added = new Set<string>();
  const services = new Map<string, Map<string, CatalogueAction>>();
  for (const one of used) {
    const action = catalogue.action(one);
    if (!action) patterns.add(one);
    else {
      const known = services.get(action.service) ?? new Map<string, CatalogueAction>();
      known.set(action.name, action);
      services.set(action.service, known);
    }
  }
  for (const [service, wanted] of services) {
    const covered = new Set<string>();
    for (const one of candidates(service, wanted, catalogue.actionsOf(service), mode)) {
      const fresh = one.wanted.filter((name) => !covered.has(name));
      if (saving(one.pattern, service, fresh) <= 0) continue;
      patterns.add(one.pattern);
      for (const name of one.wanted) covered.add(name);
      for (const name of one.extra) added.add(`${service}:${name}`);
    }
    for (const name of wanted.keys()) if (!covered.has(name)) patterns.add(`${service}:${name}`);
  }
  return { patterns: [...patterns].sort(byCodeUnit), added: [...added].sort(byCodeUnit) };
}

interface Candidate {
  readonly pattern: string;
  readonly wanted: readonly string[];
  readonly extra: readonly string[];
}

const saving = (pattern: string, service: string, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + service.length + 1 + name.length + ENTRY, 0) - pattern.length - ENTRY;

/**
 * `Get*`, `GetObject*`, `Get*Tagging`: those that save most first. The verb stays unless a service is used whole, so
 * that an action AWS adds later can only match where it does the same kind of thing.
 */
function candidates(
  service: string,
  wanted: ReadonlyMap<string, CatalogueAction>,
  all: readonly CatalogueAction[],
  mode: CompressMode,
): Candidate[] {
  const texts = new Set<string>(['*']);
  for (const name of wanted.keys()) {
    const [verb, ...rest] = wordStarts(name);
    if (verb === undefined) continue;
    for (const cut of [verb, ...rest]) texts.add(`${name.slice(0, cut)}*`);
    for (const cut of rest) texts.add(`${name.slice(0, verb)}*${name.slice(cut)}`);
  }
  const found: Candidate[] = [];
  const names = all.map((action) => ({ action, lower: action.action.toLowerCase() }));
  for (const text of texts) {
    const pattern = `${service}:${text}`;
    const glob = compileAction(pattern);
    const hits = names.filter((one) => matchGlob(glob, one.lower)).map((one) => one.action);
    const inside = hits.filter((action) => wanted.has(action.name));
    const extra = hits.filter((action) => !wanted.has(action.name));
    if (inside.length < 2 || (text === '*' && extra.length > 0) || !mayAdd(extra, inside, mode)) continue;
    found.push({
      pattern,
      wanted: inside.map((action) => action.name),
      extra: extra.map((action) => action.name),
    });
  }
  return found.sort(
    (a, b) =>
      saving(b.pattern, service, b.wanted) - saving(a.pattern, service, a.wanted) ||
      byCodeUnit(a.pattern, b.pattern),
  );
}

function mayAdd(
  extra: readonly CatalogueAction[],
  inside: readonly CatalogueAction[],
  mode: CompressMode,
): boolean {
  if (extra.length === 0) return true;
  if (mode.mode === 'exact') return false;
  const levels = new Set<AccessLevel>(inside.map((action) => action.accessLevel));
  return extra.every(
    (action) =>
      action.accessLevel !== 'Permissions management' &&
      levels.has(action.accessLevel) &&
      mode.allowed(action.action),
  );
}

/** Where words begin in a PascalCase name: a wildcard that cuts a word in two reads badly. */
function wordStarts(name: string): number[] {
  const starts: number[] = [];
  for (let at = 1; at < name.length; at += 1)
    if (/[A-Z]/.test(name[at]!) && !/[A-Z]/.test(name[at - 1]!)) starts.push(at);
  return starts;
}
