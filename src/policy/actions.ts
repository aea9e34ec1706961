/**
 * Divides all actions into classes that a list of statements cannot tell apart, one example each: the actions of the
 * catalogue, those written out in the policies, and for services or patterns the catalogue does not know, every name.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Statement } from './document.ts';
import { ANY, type Glob, matchGlob, STAR } from './glob.ts';
import { compileAction } from './pattern.ts';
import { findCells, findWord } from './words.ts';

export interface ActionClass {
  readonly action: string;
  /** Indexes of the statements that the action matches. */
  readonly statements: readonly number[];
}
export interface ActionClasses {
  readonly classes: readonly ActionClass[];
  /** Services whose names were too many to tell apart; nothing can be proven about them. */
  readonly undecided: readonly string[];
  /** Patterns of the statements asked about that match only known actions where the catalogue is complete. Sorted. */
  readonly open: readonly string[];
}

interface PatternOf {
  readonly statement: number;
  readonly glob: Glob;
  /** As written. */
  readonly text: string;
  readonly hits: Hits;
}

/** A prefix no service has: stands for all services that neither the catalogue nor the policies name. */
const UNLISTED = 'unlisted-service';

/** `asked` tells the statements whose actions matter; classes that none of them matches are left out. */
export function actionClasses(
  statements: readonly Statement[],
  asked: (statement: number) => boolean,
  catalogue: Catalogue,
): ActionClasses {
  const everywhere: number[] = [];
  const byService = new Map<string, PatternOf[]>();
  const serviceHits = hitsOf(catalogue);
  for (const [statement, { action }] of statements.entries())
    for (const text of action.patterns) {
      const glob = compileAction(text);
      const service = serviceOf(glob);
      if (service === undefined) {
        everywhere.push(statement);
        continue;
      }
      const one = { statement, glob, text, hits: serviceHits(service)(glob) };
      const known = byService.get(service);
      if (known) known.push(one);
      else byService.set(service, [one]);
    }
  const negated = statements.map((statement) => statement.action.not);
  const found = new Map<string, ActionClass>();
  const hit = new Uint8Array(statements.length);
  const add = (action: string, of: readonly PatternOf[], matches: (one: PatternOf) => boolean): void => {
    hit.fill(0);
    for (const at of everywhere) hit[at] = 1;
    for (const one of of) if (matches(one)) hit[one.statement] = 1;
    const matched: number[] = [];
    let matters = false;
    for (let at = 0; at < hit.length; at += 1)
      if ((hit[at] === 1) !== negated[at]) {
        matched.push(at);
        matters ||= asked(at);
      }
    if (!matters) return;
    const key = matched.join();
    if (!found.has(key)) found.set(key, { action, statements: matched });
  };
  const undecided: string[] = [];
  const open = new Set<string>();
  // Whether what is asked about can match where none of its patterns names the service.
  const askedEverywhere = everywhere.some(asked) || negated.some((not, at) => not && asked(at));
  const services = askedEverywhere
    ? new Set([...catalogue.services, ...byService.keys(), UNLISTED])
    : named(byService, asked, catalogue);
  let plain = false;
  for (const service of services) {
    const patterns = byService.get(service) ?? [];
    const known = catalogue.actionsOf(service);
    if (known.length > 0 && patterns.length === 0) {
      // All services that no pattern names are one class: the first stands for them.
      if (!plain) add(known[0]!.action, [], () => false);
      plain = true;
      continue;
    }
    // Where only some patterns are asked about, no other action can be in a class that matters.
    const wanted = askedEverywhere
      ? known.keys()
      : [...new Set(patterns.flatMap((one) => (asked(one.statement) ? one.hits : [])))].sort(ascending);
    for (const at of wanted) add(known[at]!.action, patterns, (one) => has(one.hits, at));
    const strange = strangeNames(service, patterns, known.length);
    if (strange === undefined) undecided.push(service);
    for (const word of strange ?? []) {
      const name = word.toLowerCase();
      add(word, patterns, (one) => matchGlob(one.glob, name));
    }
    for (const one of openPatterns(patterns, known.length > 0, statements, asked, everywhere, negated))
      open.add(one);
  }
  return { classes: [...found.values()], undecided, open: [...open].sort() };
}

const ascending = (a: number, b: number): number => a - b;

/** Services that an asked pattern names: those of the catalogue in its order, then the others. */
function named(
  byService: ReadonlyMap<string, readonly PatternOf[]>,
  asked: (statement: number) => boolean,
  catalogue: Catalogue,
): readonly string[] {
  const all = [...byService].filter(([, patterns]) => patterns.some((one) => asked(one.statement)));
  const listed = all.map(([service]) => service).filter((one) => catalogue.serviceName(one) !== undefined);
  const others = all.map(([service]) => service).filter((one) => catalogue.serviceName(one) === undefined);
  return [...listed.sort(byCodeUnit), ...others];
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Positions in the service's list of actions that a pattern matches, ascending. */
type Hits = readonly number[];
type HitsOf = (service: string) => (glob: Glob) => Hits;

const kept = new WeakMap<Catalogue, HitsOf>();

/** What each pattern matches is found once: the same few patterns stand in thousands of policies. */
function hitsOf(catalogue: Catalogue): HitsOf {
  const known = kept.get(catalogue) ?? createHits(catalogue);
  kept.set(catalogue, known);
  return known;
}

function createHits(catalogue: Catalogue): HitsOf {
  const services = new Map<string, (glob: Glob) => Hits>();
  return (service) => {
    const known = services.get(service);
    if (known) return known;
    const names = catalogue.actionsOf(service).map((one) => one.action.toLowerCase());
    if (names.length === 0) return () => NONE;
    const places = new Map(names.map((name, at) => [name, at]));
    const globs = new WeakMap<Glob, Hits>();
    const find = (glob: Glob): Hits => {
      if (glob.some((token) => token < 0))
        return names.flatMap((name, at) => (matchGlob(glob, name) ? [at] : []));
      const at = places.get(String.fromCharCode(...glob));
      return at === undefined ? NONE : [at];
    };
    const built = (glob: Glob): Hits => {
      const hits = globs.get(glob) ?? find(glob);
      globs.set(glob, hits);
      return hits;
    };
    services.set(service, built);
    return built;
  };
}

const NONE: Hits = [];

function has(hits: Hits, wanted: number): boolean {
  let [from, to] = [0, hits.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (hits[middle]! < wanted) from = middle + 1;
    else to = middle;
  }
  return hits[from] === wanted;
}

const servicesKept = new WeakMap<Glob, { readonly service: string | undefined }>();

/** The service of an action pattern; undefined for `*` and `*:*`. */
function serviceOf(glob: Glob): string | undefined {
  const known = servicesKept.get(glob) ?? { service: readService(glob) };
  servicesKept.set(glob, known);
  return known.service;
}

function readService(glob: Glob): string | undefined {
  const colon = glob.indexOf(0x3a);
  return glob.includes(STAR) && (colon < 0 || glob.indexOf(STAR) < colon)
    ? undefined
    : String.fromCharCode(...glob.slice(0, colon < 0 ? glob.length : colon));
}

/**
 * Names to try beyond the catalogue: all kinds of names for a service it does not have, otherwise those of patterns
 * that match nothing it has. Undefined: too many kinds to tell apart.
 */
function strangeNames(
  service: string,
  patterns: readonly PatternOf[],
  known: number,
): readonly string[] | undefined {
  if (known > 0 && patterns.every((one) => one.hits.length > 0)) return [];
  const distinct = new Map(patterns.map((one) => [one.glob.join(), one]));
  const globs = [...distinct.values()].map((one) => one.glob);
  const strangers = [...distinct.values()].filter((one) => one.hits.length === 0).map((one) => one.glob);
  const words = new Set<string>();
  // A name has at least one character.
  if (known === 0) strangers.push([...codes(`${service}:`), ANY, STAR]);
  for (const stranger of strangers) {
    if (!stranger.some((token) => token < 0)) {
      words.add(patterns.find((one) => one.glob === stranger)!.text);
      continue;
    }
    const near = globs.filter(
      (glob) => glob !== stranger && findWord({ within: [[stranger], [glob]], outside: [] }).found !== 'none',
    );
    const cells = findCells([stranger, ...near], (matches) => matches[0]!);
    if (!cells) return undefined;
    for (const { word } of cells) words.add(word);
  }
  return [...words];
}

const codes = (text: string): Glob => [...text].map((char) => char.charCodeAt(0));

/** Asked patterns that reach, in a service the catalogue has, names that no other Allow names. */
function openPatterns(
  patterns: readonly PatternOf[],
  catalogued: boolean,
  statements: readonly Statement[],
  asked: (statement: number) => boolean,
  everywhere: readonly number[],
  negated: readonly boolean[],
): string[] {
  const grants = (at: number): boolean => !asked(at) && statements[at]!.effect === 'Allow';
  if (!catalogued || everywhere.some(grants) || negated.some((not, at) => not && grants(at))) return [];
  const outside = patterns.filter((one) => grants(one.statement)).map((one) => one.glob);
  return patterns
    .filter((one) => asked(one.statement) && !negated[one.statement] && one.glob.some((token) => token < 0))
    .filter((one) => findWord({ within: [[one.glob]], outside }).found !== 'none')
    .map((one) => one.text);
}
