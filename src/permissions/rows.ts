/**
 * Rows of a table by service. A run meets a dozen of 450 services: the tables are grouped, and in the bundle even
 * parsed (scripts/build.mjs), when a service is first asked about.
 */
import { type PackedTable, type ServiceRow, unpackRows } from './packed-rows.ts';

const NONE: readonly never[] = [];

/** @returns a function that gives the rows of one service, in the table's order; none for a service it lacks. */
export function rowsByService<Row extends ServiceRow>(
  table: readonly Row[],
): (service: string) => readonly Row[] {
  if (!isPacked(table)) {
    let groups: ReadonlyMap<string, readonly Row[]> | undefined;
    return (service) => {
      groups ??= groupBy(table, (row) => row.service);
      return groups.get(service) ?? NONE;
    };
  }
  const parsed = new Map<string, readonly Row[]>();
  return (service) => {
    const known = parsed.get(service);
    if (known) return known;
    const rows = unpackRows(table, service) as readonly Row[];
    if (rows.length === 0) return NONE;
    parsed.set(service, rows);
    return rows;
  };
}

/** In the bundle a table is not the list that its import says. */
const isPacked = (table: readonly ServiceRow[] | PackedTable): table is PackedTable => 'packed' in table;

/** As `rowsByService`, for rows with two keys: the rows of a service are grouped by the second when first asked for. */
export function rowsByKey<Row extends ServiceRow>(
  table: readonly Row[],
  key: (row: Row) => string,
): (service: string, name: string) => readonly Row[] {
  const rows = rowsByService(table);
  const groups = new Map<readonly Row[], ReadonlyMap<string, readonly Row[]>>();
  return (service, name) => {
    const all = rows(service);
    if (all.length === 0) return NONE;
    const known = groups.get(all) ?? groupBy(all, key);
    groups.set(all, known);
    return known.get(name) ?? NONE;
  };
}

function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const known = groups.get(key(row));
    if (known) known.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
