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

  it('fills the room of an edited policy before it asks for one more', () => {
    const inline = (n: number) => ({
      name: `inline-${n}`,
      source: 'inline' as const,
      document: { ...ALL, Statement: [{ Sid: 'All', Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] },
    });
    const attached = [{ name: 'old', source: 'customer-managed' as const, document: ALL }, inline(1)];
    const uses = [
      ...tables(3),
      { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:111122223333:jobs' },
    ].map((use) => entryOf(use, catalogue));
    const planned = (maxManagedPolicies: number, now: Parameters<typeof principalWith>[0]) => {
      const old = now.map((one) => parsed(one.document));
      // A role that may have no more policies than it has, where `*` of the first grants the queue as well.
      const judged = judgeSimply(old, uses, catalogue).map((one) =>
        one.policy === 0 && one.action.startsWith('sqs:') ? { ...one, keep: 'remove' as const } : one,
      );
      const options = optionsOf({ maxManagedPolicies });
      return synthesise(principalWith(now), old, judged, {
        principal: { kind: 'role', name: 'app' },
        options,
        catalogue,
      });
    };
    const names = (of: ReturnType<typeof planned>) => of.policies.map((one) => one.name);
    expect(names(planned(2, attached))).toEqual(['old', 'app-policy-1']);
    const tight = planned(1, attached);
    expect(names(tight)).toEqual(['old']);
    expect(tight.fits).toBe(true);
    const [policy] = tight.policies;
    expect(policy!.policy.statements.map((one) => one.sid)).toEqual(['All', 'All2']);
  });

  it('never asks for less than is attached already', () => {
    const attached = Array.from({ length: 23 }, (_, n) => ({
      name: `old-${n}`,
      source: 'aws-managed' as const,
      document: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: tables(23)[n]!.resource }],
      },
    }));
    const old = attached.map((one) => parsed(one.document));
    const entries = tables(23).map((use) => entryOf(use, catalogue));
    const context = { principal: { kind: 'role', name: 'app' }, options: {}, catalogue } as const;
    const { maxManagedPolicies: _, ...options } = optionsOf();
    const result = synthesise(principalWith(attached), old, judgeSimply(old, entries, catalogue), {
      ...context,
      options,
    });
    expect(result.changes.every((one) => one.change === 'keep')).toBe(true);
    expect(result.fits).toBe(true);
  });

  const wide = {
    Version: '2012-10-17',
    Statement: [{ Sid: 'Wide', Effect: 'Allow', Action: ['ec2:*', 'glue:*', 'rds:*'], Resource: '*' }],
  };
  /** Every third action: exact wildcards find little. */
  const scattered = ['ec2', 'glue', 'rds'].flatMap((service) =>
    catalogue
      .actionsOf(service)
      .filter((one, n) => n % 3 === 0 && one.accessLevel !== 'Permissions management')
      .map((one) => ({ action: one.action, resource: '*' })),
  );

  it('writes wider wildcards with consent only, never beyond the old grant or up an access level', () => {
    const without = run(wide, scattered, { maxManagedPolicies: 1 });
    expect(without.result.fits).toBe(false);
    expect(without.result.fitDetail).toContain('--allow-wider-wildcards');
    const { result, sizes, again } = run(wide, scattered, {
      maxManagedPolicies: 1,
      allowWiderWildcards: true,
    });
    expect(result.fits).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6144);
    const given = new Set(
      result.policies.flatMap((one) =>
        one.policy.statements.flatMap((two) =>
          two.action.patterns.flatMap((pattern) => catalogue.expand(pattern).map((three) => three.action)),
        ),
      ),
    );
    const used = new Set(scattered.map((one) => one.action));
    expect([...used].filter((one) => !given.has(one))).toEqual([]);
    const added = [...given].filter((one) => !used.has(one));
    expect(added.length).toBeGreaterThan(0);
    expect(added.every((one) => /^(ec2|glue|rds):/.test(one))).toBe(true);
    expect(added.filter((one) => catalogue.action(one)!.accessLevel === 'Permissions management')).toEqual(
      [],
    );
    expect(again.changes.every((one) => one.change === 'keep')).toBe(true);
  });

  it('does not widen where the old grant had gaps', () => {
    const named = scattered.map((one) => one.action);
    const half = catalogue
      .actionsOf('ec2')
      .slice(0, 60)
      .map((one) => one.action);
    const listed = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: [...new Set([...named, ...half])], Resource: '*' }],
    };
    const { result } = run(listed, scattered, { maxManagedPolicies: 1, allowWiderWildcards: true });
    const given = result.policies.flatMap((one) =>
      one.policy.statements.flatMap((two) =>
        two.action.patterns.flatMap((pattern) => catalogue.expand(pattern).map((three) => three.action)),
      ),
    );
    const old = new Set([...named, ...half]);
    expect(given.filter((one) => !old.has(one))).toEqual([]);
  });
});
