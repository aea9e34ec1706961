/** Whatever the size: exact means first, nothing left out, and a word on what would help where it cannot fit. */
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { PlanOptions } from '../../src/plan/input.ts';
import { containment, replay } from '../../src/plan/proof.ts';
import { synthesise } from '../../src/plan/synthesise.ts';
import { policyToJson } from '../../src/policy/document.ts';
import { policySize } from '../../src/policy/size.ts';
import { entryOf, judgeSimply, optionsOf, parsed, principalWith } from '../support/synthesis-input.ts';

const catalogue = await loadCatalogue();
const word = (n: number): string => n.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);

function run(
  document: unknown,
  uses: readonly { readonly action: string; readonly resource: string }[],
  options: Partial<PlanOptions> = {},
  source: 'customer-managed' | 'aws-managed' = 'customer-managed',
) {
  const entries = uses.map((use) => entryOf(use, catalogue));
  const attached = [{ name: 'old', source, document }];
  const old = [parsed(document)];
  const context = {
    principal: { kind: 'role', name: 'app' },
    options: optionsOf(options),
    catalogue,
  } as const;
  const result = synthesise(principalWith(attached), old, judgeSimply(old, entries, catalogue), context);
  const after = result.policies.map((one) => one.policy);
  expect(replay(old, after, entries, catalogue).misses).toEqual([]);
  expect(containment(old, after, catalogue).verdict).toBe('proven');
  const again = synthesise(
    principalWith(
      result.policies.map((one) => ({
        name: one.name,
        source: 'customer-managed' as const,
        document: policyToJson(one.policy),
      })),
    ),
    after,
    judgeSimply(after, entries, catalogue),
    context,
  );
  return { result, sizes: after.map((one) => policySize(policyToJson(one))), again };
}

const tables = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    action: 'dynamodb:GetItem',
    resource: `arn:aws:dynamodb:eu-west-1:111122223333:table/${word(n)}`,
  }));
const ALL = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' }],
};

describe('fitting', () => {
  it('splits a long list of resources over documents, and leaves its own output alone', () => {
    const { result, sizes, again } = run(ALL, tables(260));
    expect(result.fits).toBe(true);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.every((size) => size <= 6144)).toBe(true);
    // All but the last are full: no more documents than needed.
    expect(sizes.slice(0, -1).every((size) => size > 5800)).toBe(true);
    expect(again.changes.every((one) => one.change === 'keep')).toBe(true);
  });

  it('keeps the edited policy where it is and moves only what has no room', () => {
    const { result } = run(ALL, tables(150));
    expect(result.policies.map((one) => one.name)).toEqual(['old', 'app-policy-1']);
    expect(result.changes.map((one) => `${one.change} ${one.policy}`)).toEqual([
      'replace old',
      'create app-policy-1',
    ]);
  });

  it('shortens by wildcards that match exactly the used actions before it gives up', () => {
    const rds = [
      ...catalogue.actionsOf('rds'),
      ...catalogue.actionsOf('glue'),
      ...catalogue.actionsOf('iam'),
    ].map((one) => ({ action: one.action, resource: '*' }));
    const tight = run(ALL, rds, { maxManagedPolicies: 1 });
    expect(tight.result.fits).toBe(true);
    const actions = tight.result.policies[0]!.policy.statements.flatMap((one) => one.action.patterns);
    expect(actions.some((action) => action.includes('*'))).toBe(true);
    expect(new Set(actions.flatMap((one) => catalogue.expand(one).map((two) => two.action)))).toEqual(
      new Set(rds.map((one) => one.action)),
    );
    expect(tight.again.changes.every((one) => one.change === 'keep')).toBe(true);
  });

  it('says what would make it fit, and leaves nothing out', () => {
    const { result } = run(ALL, tables(260), { maxManagedPolicies: 2 });
    expect(result.fits).toBe(false);
    expect(result.fitDetail).toMatch(/^\d+ managed policies are needed and 2 may be attached; /);
    expect(result.fitDetail).toContain('--resources type');
    const named = result.policies.flatMap((one) =>
      one.policy.statements.flatMap((two) => two.resource.patterns),
    );
    expect(new Set(named).size).toBe(260);
    expect(run(ALL, tables(260), { maxManagedPolicies: 2, resources: 'type' }).result.fits).toBe(true);
  });

  it('names what no document can hold', () => {
    const key = 'x'.repeat(6200);
    const document = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:PrincipalTag/a': key } },
        },
      ],
    };
    const { result } = run(document, [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' }]);
    expect(result.fits).toBe(false);
    expect(result.policies).toHaveLength(1);
  });
});
