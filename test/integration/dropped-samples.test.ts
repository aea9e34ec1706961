/**
 * The samples' trail with any single object, day or region taken out: nothing that the whole trail shows used goes.
 * test/plan does the same for the quiet roles.
 */
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { contradicted, type Known, losses, openSamples } from '../support/dropped.ts';

const KNOWN: readonly (readonly [string, Known])[] = [
  ['trail facts, Access Advisor and digests', { digests: true, lastAccessed: true, trails: true }],
  ['trail facts only', { digests: false, lastAccessed: false, trails: true }],
];

describe.each(['order-service', 'ci-deployer'])('lost evidence of %s', (role) => {
  it.each(KNOWN)(
    'takes nothing away with %s',
    async (_, known) => {
      const { batches, judgeOn } = await openSamples(await loadCatalogue(), role);
      const whole = judgeOn(batches, known);
      expect(batches.length).toBeGreaterThan(100);
      expect(whole.judgements.some((one) => one.keep === 'remove')).toBe(true);
      const wrong = losses(batches).flatMap(([name, rest]) =>
        contradicted(whole, judgeOn(rest, known)).map((what) => `without ${name}: ${what}`),
      );
      expect(wrong).toEqual([]);
    },
    900_000,
  );
});
