/** Tables by service: the same rows from a table as from the texts that the bundle has in its place. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packRows } from '../../src/permissions/packed-rows.ts';
import { rowsByKey, rowsByService } from '../../src/permissions/rows.ts';

const rows = [
  { service: 's3', event: 'GetObject', action: 'a' },
  { service: 'kms', event: 'Decrypt', action: 'b' },
  { service: 's3', event: 'PutObject', action: 'c', more: [1] },
  { service: 's3', event: 'GetObject', action: 'd' },
];
/** As scripts/build.mjs puts it in the place of what a JSON import says. */
const packed = packRows(rows) as unknown as typeof rows;

it('packs every table by service so that it reads back, members in their order', () => {
  const folder = new URL('../../src/permissions/data/', import.meta.url);
  const tables = readdirSync(folder)
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as typeof rows)
    .filter((table) => Array.isArray(table) && table.every((row) => typeof row.service === 'string'));
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) {
    const find = rowsByService(packRows(table) as unknown as typeof rows);
    const services = [...new Set(table.map((row) => row.service))];
    for (const service of services)
      expect(JSON.stringify(find(service))).toBe(
        JSON.stringify(table.filter((row) => row.service === service)),
      );
  }
});

describe.each([
  ['a table', rows],
  ['the texts of a bundle', packed],
])('%s', (_, table) => {
  it('gives the rows of one service in their order', () => {
    expect(rowsByService(table)('s3').map((row) => row.action)).toEqual(['a', 'c', 'd']);
  });
  it('gives the rows of one key', () => {
    const find = rowsByKey(table, (row) => row.event);
    expect(find('s3', 'GetObject').map((row) => row.action)).toEqual(['a', 'd']);
    expect(find('kms', 'Decrypt').map((row) => row.action)).toEqual(['b']);
  });
  it.each(['ec2', 'toString', '__proto__', ''])('has none for `%s`', (service) => {
    expect(rowsByService(table)(service)).toEqual([]);
    expect(rowsByKey(table, (row) => row.event)(service, 'GetObject')).toEqual([]);
    expect(rowsByKey(table, (row) => row.event)('s3', service)).toEqual([]);
  });
});
