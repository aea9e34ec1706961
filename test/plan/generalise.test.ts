/** Rows of test/cases/plan/generalise.json; and every row of the tables behind the rule is used. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import tokens from '../../src/plan/data/id-tokens.json' with { type: 'json' };
import kinds from '../../src/plan/data/resource-names.json' with { type: 'json' };
import { generalise } from '../../src/plan/generalise.ts';
import { shapeOf } from '../../src/plan/name-shape.ts';
import { asPattern, matchesResource } from '../../src/policy/pattern.ts';

type Mode = 'auto' | 'exact' | 'prefix' | 'type';
const MODES: readonly Mode[] = ['auto', 'exact', 'prefix', 'type'];
type Case = { readonly name: string; readonly arns: readonly string[] } & Partial<
  Record<Mode, readonly string[]>
>;
const cases = JSON.parse(
  readFileSync(new URL('../cases/plan/generalise.json', import.meta.url), 'utf8'),
) as readonly Case[];
const catalogue = await loadCatalogue();

describe('generalise', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    for (const mode of MODES) {
      const found = generalise(one.arns, mode, catalogue);
      if (one[mode]) expect(found.map((row) => row.pattern)).toEqual(one[mode]);
      for (const row of found)
        for (const arn of row.seen) expect(matchesResource(asPattern(row.pattern), arn), arn).toBe(true);
      expect(found.flatMap((row) => row.seen).sort()).toEqual([...one.arns].sort());
    }
  });

  it('matches everything seen, whatever the names', () => {
    const arn = fc
      .tuple(
        fc.constantFrom('s3:::', 'sqs:eu-west-1:111122223333:', 'logs:eu-west-1:111122223333:log-group:'),
        fc.string({ unit: fc.constantFrom(...'ab01/-_.:*?${}é日'), minLength: 1, maxLength: 12 }),
      )
      .map(([start, name]) => `arn:aws:${start}${name}`);
    fc.assert(
      fc.property(fc.array(arn, { minLength: 1, maxLength: 30 }), fc.constantFrom(...MODES), (arns, mode) => {
        const found = generalise(arns, mode, catalogue);
        for (const one of arns)
          expect(found.some((row) => matchesResource(asPattern(row.pattern), one))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is not slowed down by a hostile name', () => {
    const name = `${'a1'.repeat(4000)}-${'2026-'.repeat(4000)}`;
    const start = performance.now();
    generalise([`arn:aws:s3:::b/${name}`, `arn:aws:s3:::b/${name}x`], 'auto', catalogue);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('knows every resource kind in its table', () => {
    for (const { type } of kinds) {
      const [service, name] = type.split(':');
      expect(catalogue.resourceType(service!, name!), type).toBeDefined();
    }
  });

  it('has an example for every id token', () => {
    const examples = new Map([
      ['hive date', 'year=2026/month=01'],
      ['uuid', '6f1c2a30-58d4-4f0e-9a8b-3d7f0c5e1b42'],
      ['date', '2026-01-05T10:00:00Z'],
      ['year and month', '2026/06'],
      ['epoch', '1767571200'],
      ['hex', '0123456789abcdef0'],
      ['ulid', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
      ['stack suffix', '1ABCDEF2GHIJK'],
      ['random name', 'aB3dE5fG7hJ9kL1m'],
      ['number', '1234567'],
    ]);
    expect(tokens.map((row) => row.name).sort()).toEqual([...examples.keys()].sort());
    for (const [name, text] of examples) expect(shapeOf(text), name).toEqual([null]);
    for (const text of ['orders', 'v2', '111122223333', 'api-gateway-2', 'production'])
      expect(shapeOf(text)).toEqual([text]);
  });
});
