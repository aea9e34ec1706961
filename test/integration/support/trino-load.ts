/**
 * Puts trail files into a Trino table. Differences from Athena's table: rows come through INSERT instead of the CloudTrail
 * input format and SerDe, and the memory connector has no partition projection (account, region, day are plain columns).
 */
import { readdirSync, readFileSync } from 'node:fs';
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

/** Members in lower case, as a SerDe gives them; parameters stay text. */
function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lower(inner)]));
}

const TEXT = ['requestParameters', 'responseElements', 'additionalEventData'];

export async function loadTrail(trino: Trino, table: string, ddl: string, root: string): Promise<number> {
  const columns = trinoColumns(ddl);
  await trino.query(`CREATE TABLE ${table} (${columns})`);
  await trino.query('CREATE TABLE IF NOT EXISTS staging (record varchar)');
  let rows: string[] = [];
  let loaded = 0;
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    await trino
      .query('DELETE FROM staging')
      .catch(() =>
        trino.query('DROP TABLE staging').then(() => trino.query('CREATE TABLE staging (record varchar)')),
      );
    await trino.query(
      `INSERT INTO staging VALUES ${rows.map((row) => `('${row.replaceAll("'", "''")}')`).join(', ')}`,
    );
    await trino.query(
      `INSERT INTO ${table} SELECT one.* FROM staging CROSS JOIN UNNEST(ARRAY[CAST(json_parse(record) AS ROW(${columns}))]) AS one`,
    );
    rows = [];
  };
  for (const name of (readdirSync(root, { recursive: true }) as string[]).sort()) {
    const key = parseObjectKey(name);
    if (key.kind !== 'log') continue;
    const { Records } = JSON.parse(gunzipSync(readFileSync(join(root, name))).toString()) as {
      Records: Record<string, unknown>[];
    };
    for (const record of Records) {
      const flat = Object.fromEntries(
        Object.entries(record).map(([field, value]) => [
          field,
          TEXT.includes(field) && value !== null ? JSON.stringify(value) : value,
        ]),
      );
      const row = {
        ...(lower(flat) as object),
        account: key.accountId,
        region: key.region,
        day: key.day.replaceAll('-', '/'),
      };
      rows.push(JSON.stringify(row));
      loaded++;
      if (rows.length === 250) await flush();
    }
  }
  await flush();
  return loaded;
}
