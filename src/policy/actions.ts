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
  for (const [statement, { action }] of statements.entries())
    for (const pattern of action.patterns) {
      const glob = compileAction(pattern);
      const service = serviceOf(glob);
      if (service === undefined) everywhere.push(statement);
      else byService.set(service, [...(byService.get(service) ?? []), { statement, glob, text: pattern }]);
    }
  const negated = statements.map((statement) => statement.action.not);
  const found = new Map<string, ActionClass>();
  const add = (action: string, hits: ReadonlySet<number>): void => {
    const matched = [...statements.keys()].filter((at) => hits.has(at) !== negated[at]);
    if (!matched.some(asked)) return;
    const key = matched.join();
    if (!found.has(key)) found.set(key, { action, statements: matched });
  };
  const undecided: string[] = [];
  const open = new Set<string>();
  const services = new Set([...catalogue.services, ...byService.keys(), UNLISTED]);
  // Whether what is asked about can match where none of its patterns names the service.
  const askedEverywhere = everywhere.some(asked) || negated.some((not, at) => not && asked(at));
  let plain = false;
  for (const service of services) {
    const patterns = byService.get(service) ?? [];
    if (!askedEverywhere && !patterns.some((one) => asked(one.statement))) continue;
    const known = catalogue.actionsOf(service);
    if (known.length > 0 && patterns.length === 0) {
      // All services that no pattern names are one class: the first stands for them.
      if (!plain) add(known[0]!.action, new Set(everywhere));
      plain = true;
      continue;
    }
    for (const { action } of known) {
      const name = action.toLowerCase();
      const hits = patterns.filter((one) => matchGlob(one.glob, name)).map((one) => one.statement);
      add(action, new Set([...everywhere, ...hits]));
    }
    const strange = strangeNames(
      service,
      patterns,
      known.map((one) => one.action.toLowerCase()),
    );
    if (strange === undefined) undecided.push(service);
    for (const { word, hits } of strange ?? []) add(word, new Set([...everywhere, ...hits]));
    for (const one of openPatterns(patterns, known.length > 0, statements, asked, everywhere, negated))
      open.add(one);
  }
  return { classes: [...found.values()], undecided, open: [...open].sort() };
}

/** The service of an action pattern; undefined for `*` and `*:*`. */
function serviceOf(glob: Glob): string | undefined {
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
  known: readonly string[],
): { word: string; hits: readonly number[] }[] | undefined {
  const distinct = new Map(patterns.map((one) => [one.glob.join(), one.glob]));
  const strangers = [...distinct.values()].filter((glob) => !known.some((name) => matchGlob(glob, name)));
  const words = new Set<string>();
  // A name has at least one character.
  if (known.length === 0) strangers.push([...codes(`${service}:`), ANY, STAR]);
  for (const stranger of strangers) {
    if (!stranger.some((token) => token < 0)) {
      words.add(patterns.find((one) => one.glob === stranger)!.text);
      continue;
    }
    const near = [...distinct.values()].filter(
      (glob) => glob !== stranger && findWord({ within: [[stranger], [glob]], outside: [] }).found !== 'none',
    );
    const cells = findCells([stranger, ...near], (matches) => matches[0]!);
    if (!cells) return undefined;
    for (const { word } of cells) words.add(word);
  }
  return [...words].map((word) => ({
    word,
    hits: patterns.filter((one) => matchGlob(one.glob, word.toLowerCase())).map((one) => one.statement),
  }));
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
