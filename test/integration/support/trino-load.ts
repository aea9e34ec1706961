/**
 * Puts trail files into a Trino table. Differences from Athena's table, whose columns it has:
 * - Rows come through INSERT. Taking `Records` apart, names in lower case and parameters as text, which Athena's CloudTrail
 *   input format and SerDe do, is done here; `CREATE EXTERNAL TABLE ... ROW FORMAT SERDE` is Hive's and not Trino's.
 * - The memory connector has no partitions: account, region and day are plain columns, and nothing is projected. That
 *   the engine knows from the query which of them it needs is held by EXPLAIN (TYPE IO).
 * - The engine is Trino 435; which version Athena's engine is made of, AWS does not say.
 * - Execution parameters go through EXECUTE IMMEDIATE; queues, limits, bytes scanned and reuse are the adapter's.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseObjectKey } from '../../../src/trail/layout.ts';
import type { Trino } from './trino.ts';

/** Hive's type language to Trino's: the columns stand in queries/create-table.sql and nowhere else. */
export function trinoColumns(ddl: string): string {
  const open = ddl.indexOf('(\n  eventversion');
  const columns = ddl.slice(open + 1, ddl.indexOf('\n)\nPARTITIONED BY'));
  return `${columns
    .replace(/STRUCT<\s*/g, 'ROW(')
    .replace(/ARRAY</g, 'ARRAY(')
    .replace(/MAP</g, 'MAP(')
    .replace(/>/g, ')')
    .replace(/(\w+):\s*/g, '"$1" ')
    .replace(/\bSTRING\b/g, 'varchar')}, account varchar, region varchar, day varchar`;
}

/** A record with the partition it was delivered to. */
export interface Delivered {
  readonly record: Readonly<Record<string, unknown>>;
  readonly accountId: string;
  readonly region: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

/** The records of a folder in the layout of S3. */
export function* deliveredIn(root: string): Generator<Delivered> {
  for (const name of (readdirSync(root, { recursive: true }) as string[]).sort()) {
    const key = parseObjectKey(name);
    if (key.kind !== 'log') continue;
    const { Records } = JSON.parse(gunzipSync(readFileSync(join(root, name))).toString()) as {
      Records: Record<string, unknown>[];
    };
    for (const record of Records) yield { record, ...key };
  }
}

/** Members in lower case, as a SerDe gives them; parameters stay text. */
function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lower(inner)]));
}

const TEXT = ['requestParameters', 'responseElements', 'additionalEventData'];
const LINES_A_FILE = 2_000;

function line({ record, accountId, region, day }: Delivered): string {
  const flat = Object.fromEntries(
    Object.entries(record).map(([field, value]) => [
      field,
      TEXT.includes(field) && value !== null ? JSON.stringify(value) : value,
    ]),
  );
  return JSON.stringify({
    ...(lower(flat) as object),
    account: accountId,
    region,
    day: day.replaceAll('-', '/'),
  });
}

/** Makes the table and fills it; the number of rows. The rows go through local files, by `read_lines` of TrinoForTests. */
export async function loadTrail(
  trino: Trino,
  table: string,
  ddl: string,
  delivered: Iterable<Delivered>,
): Promise<number> {
  const columns = trinoColumns(ddl);
  const folder = mkdtempSync(join(tmpdir(), 'gen-policy-trino-'));
  let [files, loaded] = [0, 0];
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) writeFileSync(join(folder, `${files++}.jsonl`), lines.join('\n'));
    lines = [];
  };
  try {
    for (const one of delivered) {
      loaded++;
      if (lines.push(line(one)) === LINES_A_FILE) flush();
    }
    flush();
    await trino.query(`CREATE TABLE ${table} (${columns})`);
    if (files > 0)
      await trino.query(
        `INSERT INTO ${table} SELECT one.* FROM UNNEST(sequence(0, ${files - 1})) AS files (number)
         CROSS JOIN UNNEST(read_lines('${folder}/' || CAST(number AS varchar) || '.jsonl')) AS lines (record)
         CROSS JOIN UNNEST(ARRAY[CAST(json_parse(record) AS ROW(${columns}))]) AS one`,
      );
    return loaded;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
