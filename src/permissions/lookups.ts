/**
 * Where the variables of a resource type's ARN stand in a record: the rows of parameters.json, then the naming habits
 * of conventions.json. Static: built once for each (action, event).
 */
import type { ResourceOverride } from './actions.ts';
import { type Captures, compileCaptures } from './captures.ts';
import conventions from './data/conventions.json' with { type: 'json' };
import parameters from './data/parameters.json' with { type: 'json' };
import { compilePath, type Path, SplitPath, splitPath } from './path.ts';
import { rowsByKey } from './rows.ts';
import type { Template } from './template.ts';
import { type Condition, compileWhen, pathsOf, type When } from './when.ts';

/** One row of parameters.json. */
export interface ParameterRow {
  readonly service: string;
  readonly type: string;
  readonly path: string;
  /** The variable that takes the whole value. */
  readonly sets?: string;
  /** Our pattern whose named groups are variables; the group `whole` is a complete ARN. */
  readonly match?: string;
  /** Only for these operations. */
  readonly events?: readonly string[];
  readonly when?: When;
  /** Adds the value of another parameter to a variable, where the request has it (`function:qualifier`). */
  readonly append?: { readonly path: string; readonly variable: string; readonly separator: string };
  /** What AWS adds to the name and the record does not show, as a pattern. */
  readonly suffix?: string;
  /** The name of an IAM entity without its path. */
  readonly pathUnknown?: true;
  readonly source: string;
}

export interface Lookup {
  readonly rank: number;
  readonly path: SplitPath;
  readonly text: string;
  /** Every path this reads: its own, the appended one's, those of its condition. */
  readonly reads: readonly string[];
  /** Undefined: only a complete ARN is taken. */
  readonly sets: string | undefined;
  readonly match: Captures | undefined;
  /** The variables it can give, Account and Region among them: as the captures of `match` have them, without `whole`. */
  readonly variables: readonly string[];
  readonly condition: Condition | undefined;
  readonly append: { readonly path: Path; readonly variable: string; readonly separator: string } | undefined;
  readonly suffix: string | undefined;
  readonly pathUnknown: boolean;
}

const typeRows = rowsByKey(parameters as readonly ParameterRow[], (row) => row.type);
/** Rows of a response come after everything that the request may show. */
const RESPONSE_ROW = 20;

/** What does not depend on the operation is compiled once; the keys are rows and types of ours, so these stay small. */
const COMPILED_ROWS = new Map<ParameterRow, Lookup>();
const COMPILED_HABITS = new Map<string, readonly Lookup[]>();
const HABITS = conventions.map((row) => ({
  ...row,
  fits: row.variable === undefined ? undefined : new RegExp(row.variable),
}));

/** Paths of all rows and conventions that could show a resource of the type, best first. */
export function lookupsFor(
  service: string,
  type: string,
  operation: string,
  templates: readonly Template[],
): readonly Lookup[] {
  const out: Lookup[] = [];
  for (const row of typeRows(service, type))
    if (row.events === undefined || row.events.includes(operation)) out.push(compiledRow(row));
  // Where a row knows how to read a member, the habit must not read it in its own way as well.
  const known = new Set(out.map(keyOf));
  const isNoun = plain(operation.replace(/^[A-Z][a-z]+/, '')) === plain(type);
  for (const habit of habitsOf(service, type, isNoun, templates))
    if (!known.has(keyOf(habit))) out.push(habit);
  return out.sort((a, b) => a.rank - b.rank);
}

const keyOf = ({ path }: Lookup): string => `${path.from} ${path.nested} ${path.first}`;

function compiledRow(row: ParameterRow): Lookup {
  const compiled = COMPILED_ROWS.get(row);
  if (compiled) return compiled;
  const path = splitPath(row.path);
  const made: Lookup = {
    rank: (path.from === 'response' ? RESPONSE_ROW : 0) - (row.events || row.when ? 0.5 : 0),
    path,
    text: row.path,
    reads: [row.path, ...(row.append ? [row.append.path] : []), ...pathsOf(row.when)],
    sets: row.sets,
    match: row.match === undefined ? undefined : compileCaptures(row.match),
    variables: variablesOf(row),
    condition: row.when && compileWhen(row.when),
    append: row.append && {
      path: compilePath(row.append.path),
      variable: row.append.variable,
      separator: row.append.separator,
    },
    suffix: row.suffix,
    pathUnknown: row.pathUnknown === true,
  };
  COMPILED_ROWS.set(row, made);
  return made;
}

function habitsOf(
  service: string,
  type: string,
  isNoun: boolean,
  templates: readonly Template[],
): readonly Lookup[] {
  const key = `${service}:${type}:${isNoun}`;
  const compiled = COMPILED_HABITS.get(key);
  if (compiled) return compiled;
  const word = plain(type);
  const variables = [...new Set(templates.flatMap((template) => template.variables))];
  const made: Lookup[] = [];
  for (const row of HABITS) {
    if (row.noun && !isNoun) continue;
    if (row.binds === 'arn') made.push(convention(row, row.name.replace('{type}', word), undefined));
    else
      for (const variable of variables) {
        if (row.fits && !row.fits.test(variable)) continue;
        // `name` and `tableName` speak of the thing itself: the last variable of its ARN.
        if (!row.name.includes('{variable}') && variable !== variables.at(-1)) continue;
        made.push(
          convention(row, row.name.replace('{type}', word).replace('{variable}', variable), variable),
        );
      }
  }
  COMPILED_HABITS.set(key, made);
  return made;
}

/** The one place that a row of operations.json names for its action. */
export function overrideLookup(row: Exclude<ResourceOverride, { templates: unknown }>): Lookup {
  return {
    rank: 0,
    path: row.decode === 'uri' ? new SplitPath(row.path, true) : splitPath(row.path),
    text: row.path,
    reads: [row.path],
    sets: row.sets,
    match: row.match === undefined ? undefined : compileCaptures(row.match),
    variables: variablesOf(row),
    condition: undefined,
    append: undefined,
    suffix: undefined,
    pathUnknown: false,
  };
}

function convention(row: (typeof conventions)[number], name: string, sets: string | undefined): Lookup {
  const text = row.from === 'response' ? `response:${name}` : name;
  return {
    rank: row.rank,
    path: splitPath(text),
    text,
    reads: [text],
    sets,
    match: undefined,
    variables: sets === undefined ? [] : [sets],
    condition: undefined,
    append: undefined,
    suffix: undefined,
    pathUnknown: false,
  };
}

const GROUP = /\(\?<([A-Za-z]+)>/g;
const variablesOf = (row: { readonly sets?: string; readonly match?: string }): readonly string[] =>
  row.match === undefined
    ? row.sets === undefined
      ? []
      : [row.sets]
    : [...row.match.matchAll(GROUP)].map((one) => one[1]!).filter((name) => name !== 'whole');
const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
