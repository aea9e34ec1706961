/** Fills the queries of queries/: identifiers from an allow-list, parameter names checked, values as execution parameters. */
import { RunError, UsageError } from '../../errors.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const PARAMETER = /^[a-z0-9_.:-]{1,128}$/i;
const EVENT = /^[A-Za-z0-9_.-]{1,128} [A-Za-z0-9_-]{1,128}$/;

/** Quota `query string length`. https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const LONGEST_QUERY = 262_144;

/** Parameter names an event's permissions are resolved from, by `eventSource eventName`; lower case, first members only. */
export interface NeededKeys {
  readonly request: ReadonlyMap<string, readonly string[]>;
  readonly response: ReadonlyMap<string, readonly string[]>;
  /** Members looked for in any object of the response. */
  readonly nested: ReadonlyMap<string, readonly string[]>;
}

/** `table` or `database.table`, quoted for Trino. Throws a UsageError for anything that is not a plain name. */
export function tableName(flag: string, value: string): string {
  const parts = value.split('.');
  if (parts.length > 3 || !parts.every((part) => IDENTIFIER.test(part)))
    throw new UsageError(
      `\`--${flag} ${value}\` is no table name: letters, digits and \`_\`, at most \`catalog.database.table\``,
    );
  return parts.map((part) => `"${part.toLowerCase()}"`).join('.');
}

/** Splits parameter paths (`instancesSet.items[].id`, `response:role.arn`, `response:*.arn`) into the names SQL keeps. */
export function neededKeys(paths: ReadonlyMap<string, readonly string[]>): NeededKeys {
  const request = new Map<string, string[]>();
  const response = new Map<string, string[]>();
  const nested = new Map<string, string[]>();
  const put = (map: Map<string, string[]>, event: string, path: string): void => {
    const name = /^[^.[{]*/.exec(path)![0].toLowerCase();
    if (PARAMETER.test(name)) map.set(event, [...new Set([...(map.get(event) ?? []), name])].sort());
  };
  for (const [event, all] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!EVENT.test(event)) continue;
    for (const path of all) {
      if (path.startsWith('response:*.')) put(nested, event, path.slice('response:*.'.length));
      else if (path.startsWith('response:')) put(response, event, path.slice('response:'.length));
      else if (!/^[a-z]+:/.test(path)) put(request, event, path);
    }
  }
  return { request, response, nested };
}

/** The query text without its header, the table put in, the other placeholders open. */
export const withTable = (text: string, table: string): string =>
  text
    .replace(/^--.*$/gm, '')
    .trim()
    .replaceAll('{{table}}', () => table);

/** Puts table and key maps into a query text. Every placeholder must be filled. */
export function fill(text: string, table: string, keys?: NeededKeys): string {
  const values = new Map(
    keys && [
      ['request_keys', mapLiteral(keys.request)],
      ['response_keys', mapLiteral(keys.response)],
      ['nested_keys', mapLiteral(keys.nested)],
    ],
  );
  const filled = withTable(text, table).replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`placeholder ${name} is not filled`);
    return value;
  });
  if (Buffer.byteLength(filled) > LONGEST_QUERY)
    throw new RunError(
      `the query would be longer than athena's ${LONGEST_QUERY} bytes: ask for one principal, or for a shorter window`,
    );
  return filled;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** As JSON, because an array constructor takes no more than 254 values. */
function mapLiteral(map: ReadonlyMap<string, readonly string[]>): string {
  return `CAST(json_parse(${quoted(JSON.stringify(Object.fromEntries(map)))}) AS map(varchar, array(varchar)))`;
}

/** A text as an execution parameter: Athena takes SQL literals. */
export const literal = quoted;
