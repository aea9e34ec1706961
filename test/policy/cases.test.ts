/** Every row of test/cases/policy is a test. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCondition, testCondition } from '../../src/policy/conditions.ts';
import { contains } from '../../src/policy/contain.ts';
import { inCurrentVersion } from '../../src/policy/current-version.ts';
import operators from '../../src/policy/data/operators.json' with { type: 'json' };
import { policyToJson } from '../../src/policy/document.ts';
import { parsePolicy, parsePolicyText } from '../../src/policy/parse.ts';
import {
  asPattern,
  intersects,
  matchesAction,
  matchesResource,
  patternCovers,
} from '../../src/policy/pattern.ts';
import { SMALL_CATALOGUE } from './attack.ts';

const rows = <T>(name: string): T[] =>
  JSON.parse(readFileSync(new URL(`../cases/policy/${name}.json`, import.meta.url), 'utf8'));

describe('actions', () => {
  for (const row of rows<{ pattern: string; action: string; matches: boolean; why: string }>('actions'))
    it(`${row.pattern} ${row.matches ? 'matches' : 'does not match'} ${row.action}: ${row.why}`, () =>
      expect(matchesAction(row.pattern, row.action)).toBe(row.matches));
});

interface ResourceRow {
  readonly pattern: string;
  readonly arn: string;
  readonly matches: boolean;
  readonly why: string;
  readonly variables?: Record<string, string[]>;
}
describe('resources', () => {
  for (const row of rows<ResourceRow>('resources'))
    it(`${row.pattern} ${row.matches ? 'matches' : 'does not match'} ${row.arn}: ${row.why}`, () => {
      const variables = new Map(Object.entries(row.variables ?? {}));
      expect(matchesResource(asPattern(row.pattern), row.arn, variables)).toBe(row.matches);
    });
});

describe('covers', () => {
  for (const { outer, inner, covers } of rows<{ outer: string; inner: string; covers: boolean }>('covers'))
    it(`${outer} ${covers ? 'covers' : 'does not cover'} ${inner}`, () => {
      expect(patternCovers(asPattern(outer), asPattern(inner))).toBe(covers);
      if (covers) expect(intersects(asPattern(outer), asPattern(inner))).toBe(true);
    });
});

interface ConditionRow {
  readonly operator: string;
  readonly values: string[];
  readonly context: string[] | null;
  readonly holds: string;
  readonly why?: string;
}
describe('conditions', () => {
  const table = rows<ConditionRow>('conditions');
  for (const row of table)
    it(`${row.operator} ${row.values} for ${row.context} is ${row.holds}${row.why ? `: ${row.why}` : ''}`, () => {
      const compiled = compileCondition({ operator: row.operator, key: 'k', values: row.values }, true);
      expect(testCondition(compiled, row.context ?? undefined, () => 'absent')).toBe(row.holds);
    });
  it('has a case that holds and one that fails for every operator of the table', () => {
    for (const { operator } of operators)
      for (const holds of ['true', 'false'])
        expect(
          table.some((row) => row.operator === operator && row.holds === holds),
          operator,
        ).toBe(true);
  });
});

describe('parse problems', () => {
  for (const { document, paths } of rows<{ document: unknown; paths: string[] }>('parse-problems'))
    it(`${JSON.stringify(document)}`, () => {
      const result = parsePolicy(document);
      expect(result.ok ? [] : result.problems.map((one) => one.path)).toEqual(paths);
    });
});

describe('round trip', () => {
  for (const { name, document } of rows<{ name: string; document: unknown }>('round-trip'))
    it(name, () => {
      const result = parsePolicyText(JSON.stringify(document));
      expect(result.ok && policyToJson(result.policy)).toEqual(document);
    });
});

describe('the current Version', () => {
  for (const row of rows<{ name: string; document: unknown; current: unknown }>('current-version'))
    it(row.name, () => {
      const result = parsePolicy(row.document);
      expect(result.ok && policyToJson(inCurrentVersion(result.policy))).toEqual(row.current);
    });
});

interface ContainmentRow {
  readonly name: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly verdict: string;
  readonly counterexample?: Record<string, unknown>;
}
describe('containment', () => {
  const parsed = (document: unknown) => {
    const result = parsePolicy(document);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return [result.policy];
  };
  for (const row of rows<ContainmentRow>('containment'))
    it(`${row.name}: ${row.verdict}`, () => {
      const answer = contains(parsed(row.old), parsed(row.new), SMALL_CATALOGUE);
      expect(answer).toMatchObject({
        verdict: row.verdict,
        ...(row.counterexample ? { counterexample: row.counterexample } : {}),
      });
    });
});
