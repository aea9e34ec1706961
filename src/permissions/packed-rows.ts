/**
 * A table as the bundle holds it: for each service the JSON of its rows, without the names of their members, which are
 * half of such a text. The engine reads the text of every service at each start, and parses the few that are asked for.
 */
export interface ServiceRow {
  readonly service: string;
}

export interface PackedTable {
  /** The members' names, after `service`, of each kind of row. */
  readonly shapes: readonly (readonly string[])[];
  /** By service a JSON list of its rows, in the table's order: the shape's position and the values. */
  readonly packed: Readonly<Record<string, string>>;
}

/** Run by the build. */
export function packRows(rows: readonly ServiceRow[]): PackedTable {
  const shapes = new Map<string, number>();
  const packed = new Map<string, unknown[]>();
  for (const { service, ...row } of rows) {
    const names = JSON.stringify(Object.keys(row));
    const shape = shapes.get(names) ?? shapes.size;
    shapes.set(names, shape);
    packed.set(service, [...(packed.get(service) ?? []), [shape, ...Object.values(row)]]);
  }
  return {
    shapes: [...shapes.keys()].map((names) => JSON.parse(names)),
    packed: Object.fromEntries([...packed].map(([service, some]) => [service, JSON.stringify(some)])),
  };
}

/** The rows of one service; none for one that the table lacks. */
export function unpackRows({ shapes, packed }: PackedTable, service: string): readonly ServiceRow[] {
  // The service may be any text of a log.
  if (!Object.hasOwn(packed, service)) return [];
  const rows = JSON.parse(packed[service]!) as readonly (readonly [shape: number, ...values: unknown[]])[];
  return rows.map(([shape, ...values]) => ({
    service,
    ...Object.fromEntries(shapes[shape]!.map((name, at) => [name, values[at]])),
  }));
}
