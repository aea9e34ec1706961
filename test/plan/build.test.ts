/** A whole plan, with and without an account: valid by the published schema, proven, and a fixed point. */
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { attachedAfter, entryOf, inputOf, principalWith } from '../support/synthesis-input.ts';

const catalogue = await loadCatalogue();
const schema = JSON.parse(
  readFileSync(new URL('../../src/plan/result.schema.json', import.meta.url), 'utf8'),
) as object;
const validate = new Ajv2020.default({ strict: true, allErrors: true }).compile(schema);
const USES = [
  { action: 's3:GetObject', resource: 'arn:aws:s3:::reports/2026.csv', count: 12 },
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::reports' },
  { action: 'ec2:DescribeInstances', resource: '*' },
  {
    action: 'iam:PassRole',
    resource: 'arn:aws:iam::111122223333:role/fn',
    context: [['iam:PassedToService', 'lambda.amazonaws.com']] as const,
  },
].map((use) => entryOf(use, catalogue));

describe('buildPlan', () => {
  it('makes a policy from use alone where no account is given', () => {
    const plan = buildPlan(inputOf(catalogue, USES));
    expect(plan.proof.containment.verdict).toBe('not-compared');
    expect(plan.before).toBeUndefined();
    expect(plan.after.policies.map((one) => one.name)).toEqual(['app-policy-1']);
    expect(validate(plan), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it('tightens what is attached, proves it, and leaves its own output alone', () => {
    const account = principalWith([
      {
        name: 'AdministratorAccess',
        source: 'aws-managed',
        arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
    ]);
    const plan = buildPlan(inputOf(catalogue, USES, account));
    expect(plan.proof.containment.verdict).toBe('proven');
    expect(plan.proof.replay.misses).toEqual([]);
    expect(plan.changes.map((one) => one.change)).toContain('detach');
    expect(validate(plan), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    const again = buildPlan(inputOf(catalogue, USES, principalWith(attachedAfter(plan))));
    expect(again.after.policies.map((one) => one.document)).toEqual(
      plan.after.policies.map((one) => one.document),
    );
    expect(new Set(again.changes.map((one) => one.change))).toEqual(new Set(['keep']));
  });
});
