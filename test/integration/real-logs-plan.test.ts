/** Every principal of the real logs and of the samples: a policy from use alone and under two kinds of old grants. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { AttachedPolicy } from '../../src/account/account.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { CONDITION_NAMES } from '../../src/plan/synthesise-conditions.ts';
import { openDirectory } from '../../src/trail/directory.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import type { PrincipalUsage } from '../../src/usage/usage.ts';
import { attachedAfter, inputOf, principalWith } from '../support/synthesis-input.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = process.env.GEN_POLICY_SHARED ?? join(ROOT, '..', 'shared');
const FOLDERS = [
  join(ROOT, 'samples/trail'),
  ...(existsSync(join(SHARED, 'logs'))
    ? readdirSync(join(SHARED, 'logs'), { withFileTypes: true })
        .filter((one) => one.isDirectory())
        .map((one) => join(SHARED, 'logs', one.name))
    : []),
];
if (FOLDERS.length === 1) console.log('SKIPPED: the real logs beside the repository are absent');

const WINDOW = { from: 0, to: Date.UTC(2100, 0, 1) };
const catalogue = await loadCatalogue();
const { resolve } = createResolver(catalogue);

async function usages(folder: string): Promise<readonly PrincipalUsage[]> {
  const ledger = createLedger({ window: WINDOW, resolve });
  for await (const batch of (await openDirectory(folder)).read({ window: WINDOW })) ledger.add(batch);
  return ledger.principals().map((one) => ledger.usage(one));
}

const managed = (name: string, Statement: unknown): AttachedPolicy => ({
  name,
  source: 'customer-managed',
  document: { Version: '2012-10-17', Statement },
});
/** All services by name, as people write them; and everything but IAM, with a Deny. */
const services = (usage: PrincipalUsage): readonly AttachedPolicy[] => {
  const used = new Set(usage.entries.map((entry) => `${entry.action.slice(0, entry.action.indexOf(':'))}:*`));
  return [
    managed('services', [
      { Sid: 'Services', Effect: 'Allow', Action: [...used, 'sns:*', 'sqs:*'].sort(), Resource: '*' },
      { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' },
    ]),
  ];
};
const everything = [
  managed('everything', [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' }]),
];

/** Some sets hold no role or user at all. */
let seen = 0;
afterAll(() => expect(seen).toBeGreaterThan(0));

describe.each(FOLDERS)('%s', (folder) => {
  it('gives policies that lose nothing, gain nothing and stay', { timeout: 600_000 }, async () => {
    let plans = 0;
    for (const usage of await usages(folder)) {
      const plan = (policies?: readonly AttachedPolicy[], conditions: readonly string[] = []) =>
        buildPlan({ ...inputOf(catalogue, [], policies && principalWith(policies), { conditions }), usage });
      const fresh = plan();
      expect(fresh.proof.replay.misses).toEqual([]);
      expect(fresh.proof.fits).toBe(true);
      const cases: readonly (readonly [readonly AttachedPolicy[], readonly string[]])[] = [
        [services(usage), []],
        [services(usage), CONDITION_NAMES],
        ...(plans < 3 ? [[everything, []] as const] : []),
      ];
      for (const [old, conditions] of cases) {
        const first = plan(old, conditions);
        const name = `${usage.principal.arn} ${old[0]!.name} ${conditions.join()}`;
        expect(first.proof.containment, name).toMatchObject({ verdict: 'proven' });
        const again = plan(attachedAfter(first), conditions);
        expect(
          again.after.policies.map((one) => one.document),
          name,
        ).toEqual(first.after.policies.map((one) => one.document));
      }
      plans += 1;
    }
    console.log(`${folder.slice(ROOT.length)}: ${plans} principals`);
    seen += plans;
  });
});
