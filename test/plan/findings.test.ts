/** Runs the cases under test/cases/plan/findings: what a principal has and did, and the verdicts and findings it gets. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Judgement } from '../../src/plan/input.ts';
import { judge } from '../../src/plan/judge.ts';
import type { Policy } from '../../src/policy/document.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { type PlanCase, planInput } from '../support/plan-input.ts';

interface Case {
  readonly name: string;
  readonly given: PlanCase;
  readonly expect: {
    /** `policy/statement action` -> `verdict keep`; all judgements where `only` is set. */
    readonly verdicts?: Readonly<Record<string, string>>;
    readonly only?: boolean;
    /** Parts of findings; each must be found. */
    readonly findings?: readonly Readonly<Record<string, unknown>>[];
    /** Kinds that must not be there. */
    readonly without?: readonly string[];
    /** A text that the reason of the judgement must hold, by the same key as in `verdicts`. */
    readonly reasons?: Readonly<Record<string, string>>;
  };
}

const FOLDER = new URL('../cases/plan/findings/', import.meta.url);
let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

for (const file of readdirSync(FOLDER).sort()) {
  const cases = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Case[];
  describe(file.replace('.json', ''), () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const input = planInput(one.given, catalogue);
      const judged = judge(
        input,
        (input.account?.policies ?? []).map(({ document }) => parsed(document)),
      );
      const verdicts = new Map(
        judged.judgements.map((j): [string, Judgement] => [`${j.policy}/${j.statement} ${j.action}`, j]),
      );
      for (const [key, wanted] of Object.entries(one.expect.verdicts ?? {})) {
        const got = verdicts.get(key);
        expect(`${key}: ${got?.verdict} ${got?.keep}`).toBe(`${key}: ${wanted}`);
      }
      if (one.expect.only)
        expect([...verdicts.keys()].sort()).toEqual(Object.keys(one.expect.verdicts ?? {}).sort());
      for (const [key, text] of Object.entries(one.expect.reasons ?? {}))
        expect(verdicts.get(key)?.reason).toContain(text);
      for (const wanted of one.expect.findings ?? [])
        expect(judged.findings).toContainEqual(expect.objectContaining(matching(wanted)));
      for (const kind of one.expect.without ?? [])
        expect(judged.findings.filter((finding) => finding.kind === kind)).toEqual([]);
      expect(new Set(judged.findings.map((finding) => finding.id)).size).toBe(judged.findings.length);
    });
  });
}

function parsed(document: unknown): Policy | undefined {
  const result = parsePolicy(document);
  return result.ok ? result.policy : undefined;
}

/** `reason`, `impact` and `evidence` are matched in part, everything else as a whole. */
function matching(wanted: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => {
      if (key === 'reason' || key === 'impact') return [key, expect.stringContaining(value as string)];
      if (key === 'evidence') return [key, expect.objectContaining(value as object)];
      return [key, value];
    }),
  );
}
