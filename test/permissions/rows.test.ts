/** Tables by service: the same rows from a table as from the texts that the bundle has in its place. */
import { describe, expect, it } from 'vitest';
import { rowsByKey, rowsByService } from '../../src/permissions/rows.ts';

const rows = [
  { service: 's3', event: 'GetObject', action: 'a' },
  { service: 'kms', event: 'Decrypt', action: 'b' },
  { service: 's3', event: 'PutObject', action: 'c' },
  { service: 's3', event: 'GetObject', action: 'd' },
];
const texts = (service: string) => JSON.stringify(rows.filter((row) => row.service === service));
const packed = { packed: { s3: texts('s3'), kms: texts('kms') } } as unknown as typeof rows;

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
