/** Rows of test/cases/plan/synthesis: old policies + uses -> the policies and steps that follow, each proven. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PolicySource } from '../../src/account/account.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { PlanOptions } from '../../src/plan/input.ts';
import { containment, replay } from '../../src/plan/proof.ts';
import { synthesise, synthesiseFresh } from '../../src/plan/synthesise.ts';
import { policyToJson } from '../../src/policy/document.ts';
import {
  entryOf,
  judgeSimply,
  optionsOf,
  parsed,
  principalWith,
  type Use,
} from '../support/synthesis-input.ts';

interface Case {
  readonly name: string;
  readonly old?: readonly {
    readonly name?: string;
    readonly source?: PolicySource;
    readonly attachmentCount?: number;
    readonly group?: string;
    readonly document: unknown;
  }[];
  readonly uses: readonly Use[];
  readonly asGranted?: readonly string[];
  readonly options?: Partial<PlanOptions>;
  readonly after: { readonly [policy: string]: readonly unknown[] };
  readonly changes?: readonly string[];
  readonly wildcards?: readonly string[];
}

const FOLDER = new URL('../cases/plan/synthesis/', import.meta.url);
const catalogue = await loadCatalogue();

for (const file of readdirSync(FOLDER).sort()) {
  const cases = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as readonly Case[];
  describe(`synthesis: ${file}`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const entries = one.uses.map((use) => entryOf(use, catalogue));
      const attached = one.old?.map((policy, i) => ({
        name: policy.name ?? `old-${i + 1}`,
        source: policy.source ?? ('customer-managed' as const),
        document: policy.document,
        ...(policy.group === undefined ? {} : { group: policy.group }),
        ...(policy.attachmentCount === undefined ? {} : { attachmentCount: policy.attachmentCount }),
      }));
      const old = attached?.map((policy) => parsed(policy.document));
      const context = {
        principal: { kind: 'role', name: 'app' },
        options: optionsOf(one.options),
        catalogue,
      } as const;
      const result =
        attached && old
          ? synthesise(
              principalWith(attached),
              old,
              judgeSimply(old, entries, catalogue, one.asGranted),
              context,
            )
          : synthesiseFresh(entries, context);
      const after = result.policies.map((policy) => policy.policy);
      expect(
        Object.fromEntries(
          result.policies.map((policy) => [policy.name, policyToJson(policy.policy).Statement]),
        ),
      ).toEqual(one.after);
      if (one.changes)
        expect(result.changes.map((change) => `${change.change} ${change.policy}`)).toEqual(one.changes);
      if (one.wildcards)
        expect([...new Set(result.written.map((row) => row.pattern.pattern))].sort()).toEqual(one.wildcards);
      expect(replay(old, after, entries, catalogue).misses).toEqual([]);
      if (old) expect(containment(old, after, catalogue).verdict).toBe('proven');
    });
  });
}
