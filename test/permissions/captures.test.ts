/** Patterns without their groups' names capture what they captured with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileCaptures } from '../../src/permissions/captures.ts';

const DATA = new URL('../../src/permissions/data', import.meta.url).pathname;
const CASES = new URL('../cases/permissions', import.meta.url).pathname;
const rows = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>[]);

/** Every text of every case's request and response. */
const texts = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : value !== null && typeof value === 'object'
      ? Object.values(value).flatMap(texts)
      : [];
const samples = [...new Set(rows(CASES).flatMap((row) => [...texts(row.request), ...texts(row.response)]))];

const byName = (source: string, text: string): Record<string, string | undefined> | undefined => {
  const { expression, names } = compileCaptures(source);
  const found = expression.exec(text);
  return found === null
    ? undefined
    : Object.fromEntries(names.map((name, index) => [name, found[index + 1]]));
};

describe('captures', () => {
  const patterns = [
    ...new Set(
      rows(DATA).flatMap((row) => [row.match, (row.resource as { match?: unknown } | undefined)?.match]),
    ),
  ].filter((match) => typeof match === 'string');
  it('are those of the named groups, for every pattern of the tables on every text of the cases', () => {
    expect(patterns.length).toBeGreaterThan(80);
    let found = 0;
    for (const source of patterns)
      for (const text of samples) {
        const named = new RegExp(source, 's').exec(text);
        const expected = named === null ? undefined : { ...named.groups };
        expect(byName(source, text)).toEqual(expected);
        if (expected !== undefined) found += 1;
      }
    expect(found).toBeGreaterThan(1_000);
  });
  it.each([
    ['^(a)(?<B>b)$', 'ab', ['', 'B']],
    ['^[(](?<B>[^)]+)\\)$', '(x)', ['B']],
    ['^(?!x)(?:y|(?<Z>z))(?<=z)$', 'z', ['Z']],
    ['^\\((?<B>b)$', '(b', ['B']],
  ])('%s', (source, text, names) => {
    const { expression, names: got } = compileCaptures(source);
    expect(got).toEqual(names);
    expect([...(expression.exec(text) ?? [])]).toEqual([...(new RegExp(source, 's').exec(text) ?? [])]);
  });
});
