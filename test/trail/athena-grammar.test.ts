/**
 * The SQL as it is sent, checked by grammars that others wrote: Trino's for the queries, Hive's for the table (Athena takes
 * its data definition language from Hive). What the words mean is for the integration test on a real Trino.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { HiveSQL } from 'dt-sql-parser/dist/parser/hive/index.js';
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { neededParameters } from '../../src/permissions/needed.ts';
import { fillTable } from '../../src/trail/athena/ddl.ts';
import { fill, literal, type NeededKeys, neededKeys, tableName } from '../../src/trail/athena/sql.ts';

const QUERIES = new URL('../../queries/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, QUERIES), 'utf8');
const trino = new TrinoSQL();
const hive = new HiveSQL();
const problems = (parser: TrinoSQL | HiveSQL, sql: string): readonly string[] => {
  // The parser also writes what it finds to the console.
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    return parser.validate(sql).map(({ startLine, message }) => `${startLine}: ${message}`);
  } finally {
    silent.mockRestore();
  }
};

const EVENTS = [
  's3.amazonaws.com GetObject',
  'ec2.amazonaws.com RunInstances',
  'iam.amazonaws.com CreateRole',
  'lambda.amazonaws.com CreateFunction20150331',
];
const TABLE = {
  table: 'cloudtrail_logs',
  location: 's3://logs/AWSLogs/o-abcdef1234/',
  accounts: '111122223333,444455556666',
  regions: 'eu-west-1,us-east-1',
  first_day: '2020/01/01',
};
let keys: NeededKeys;
beforeAll(async () => {
  const catalogue = await loadCatalogue();
  keys = neededKeys(
    new Map(
      EVENTS.map((event) => {
        const [source, name] = event.split(' ') as [string, string];
        return [event, neededParameters(catalogue, source, name)] as const;
      }),
    ),
  );
});

const names = readdirSync(QUERIES).sort();
const questions = names.filter((name) => name !== 'create-table.sql');
const sent = (name: string): string => fill(read(name), tableName('table', 'logs.cloudtrail'), keys);

describe('grammar', () => {
  it('finds the queries', () => {
    expect(names).toContain('create-table.sql');
    expect(questions.length).toBeGreaterThanOrEqual(3);
    expect(keys.request.size).toBeGreaterThan(2);
  });

  it.each(questions)('%s, as sent with its parameters open, is Trino', (name) => {
    expect(sent(name)).toContain('?');
    expect(problems(trino, sent(name))).toEqual([]);
  });

  it.each(questions)('%s, prepared with values, is Trino', (name) => {
    const values = ['2026/01/01', '2026/02/01', "it's", 'b'].map(literal).join(', ');
    const text = `EXECUTE IMMEDIATE ${literal(sent(name))} USING ${values}`;
    expect(problems(trino, text)).toEqual([]);
  });

  it('create-table.sql is Hive', () => {
    expect(problems(hive, fillTable(read('create-table.sql'), TABLE))).toEqual([]);
  });

  const damages: readonly (readonly [string, RegExp, string])[] = [
    ['a word misspelt', /\bFROM\b/, 'FRM'],
    ['a bracket lost', /count\(\*\)/, 'count(*'],
    ['an alias without its name', /AS records|AS copies/, 'AS'],
    ['a comma too many', /GROUP BY /, 'GROUP BY , '],
    ['a quote left open', /'\^/, '^'],
  ];
  it.each(questions.flatMap((name) => damages.map(([what, ...change]) => [name, what, ...change] as const)))(
    '%s with %s is not',
    (name, _, wrong, right) => {
      const broken = sent(name).replace(wrong, right);
      expect(broken).not.toBe(sent(name));
      expect(problems(trino, broken)).not.toEqual([]);
    },
  );

  it.each([
    ['STRUCT<', 'STRUCT'],
    ['STORED AS', 'STORED'],
    ['PARTITIONED BY (', 'PARTITIONED BY'],
  ])('create-table.sql with %j as %j is not', (wrong, right) => {
    const broken = fillTable(read('create-table.sql'), TABLE).replace(wrong, right);
    expect(problems(hive, broken)).not.toEqual([]);
  });
});
