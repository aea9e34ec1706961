import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvField } from '../../src/report/escape/csv.ts';
import { visible } from '../../src/report/escape/visible.ts';
import { wideJson } from '../../src/report/json.ts';

/** The form of result.json value by value: what `wideJson` makes of the engine's text. */
function written(value: unknown, indent = ''): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const line = `[${value.map((one) => JSON.stringify(one) ?? 'null').join(', ')}]`;
    const plain = value.every((one) => one === null || typeof one !== 'object');
    if (plain && line.length + indent.length <= 110) return line;
    return `[\n${value.map((one) => inner + written(one, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  if (members.length === 0) return '{}';
  return `{\n${members.map(([key, one]) => `${inner}${JSON.stringify(key)}: ${written(one, inner)}`).join(',\n')}\n${indent}}`;
}

/** Texts that look like what the reader of the engine's text goes by. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', '\n', ' ', '\u2028', '\ud800', 'a'),
    maxLength: 120,
  }),
);
const plain = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'large' },
    plain,
    fc.array(plain, { maxLength: 12 }),
    fc.array(tie('tree'), { maxLength: 6 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 6 }),
  ),
}));

describe('result.json', () => {
  it('is written as value by value, whatever it holds', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(wideJson(value)).toBe(written(value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('joins a list that just fits and no longer one', () => {
    for (let length = 90; length < 115; length++)
      for (const value of [['x'.repeat(length)], { a: { b: ['y', 'x'.repeat(length - 20), 1, null] } }])
        expect(wideJson(value)).toBe(written(value));
  });
});

describe('a field of a spreadsheet', () => {
  const FORMULA = '[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]';
  const careful = (field: string): string =>
    `"${visible(field)
      .replace(new RegExp(`^\\s*(?=${FORMULA})`, 'u'), "'$&")
      .replace(new RegExp(`([;,|]["'\\s]*)(?=${FORMULA})`, 'gu'), "$1'")
      .replaceAll('"', '""')}"`;
  const units = fc.constantFrom(...`=+-@;,|"' \t\nab<>{}~`, '\uFF1D', '\u00A0', '\u202E', 'é');

  it('is escaped as with every rule applied, also where a glance tells that it is plain', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: units, maxLength: 12 }), fc.string()), (field) => {
        expect(csvField(field)).toBe(careful(field));
      }),
      { numRuns: 20_000 },
    );
  });
});
