/** The way back: each change has its reverse, old access first, and what a shell reads is quoted. */
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { PlanInput } from '../../src/plan/input.ts';
import { rollbackFiles } from '../../src/report/rollback.ts';
import { entryOf, inputOf, principalWith } from '../support/synthesis-input.ts';

const catalogue = await loadCatalogue();
const document = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:DeleteQueue'], Resource: '*' }],
};
const uses = [
  entryOf({ action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:111122223333:jobs' }, catalogue),
];

describe('rollback', () => {
  it('restores each kind of policy and then removes what was made', () => {
    const plan = buildPlan(
      inputOf(
        catalogue,
        uses,
        principalWith([
          {
            name: 'queue',
            source: 'customer-managed',
            arn: 'arn:aws:iam::111122223333:policy/queue',
            document,
          },
          { name: 'SQSFull', source: 'aws-managed', arn: 'arn:aws:iam::aws:policy/SQSFull', document },
          { name: "it's $(inline)", source: 'inline', document },
        ]),
      ),
    );
    const files = rollbackFiles(plan);
    expect(files.map((file) => file.name)).toEqual([
      'rollback.sh',
      'rollback-queue.json',
      'rollback-it_s___inline_.json',
    ]);
    expect(files[0]!.text.split('\n').filter((line) => line.startsWith('aws '))).toEqual([
      'aws iam create-policy-version --policy-arn arn:aws:iam::111122223333:policy/queue --policy-document file://rollback-queue.json --set-as-default',
      'aws iam attach-role-policy --role-name app --policy-arn arn:aws:iam::aws:policy/SQSFull',
      "aws iam put-role-policy --role-name app --policy-name 'it'\\''s $(inline)' --policy-document file://rollback-it_s___inline_.json",
      ...plan.changes
        .filter((change) => change.change === 'create')
        .flatMap(({ policy }) => [
          `aws iam detach-role-policy --role-name app --policy-arn arn:aws:iam::111122223333:policy/${policy}`,
          `aws iam delete-policy --policy-arn arn:aws:iam::111122223333:policy/${policy}`,
        ]),
    ]);
    expect(JSON.parse(files[1]!.text)).toEqual(document);
  });

  it('says what a group gives beyond need, and takes the user back into the group', () => {
    const attached = ['a', 'b'].map((name) => ({
      name,
      source: 'group-inline' as const,
      group: 'staff',
      document,
    }));
    const user = { ...principalWith(attached), kind: 'user' as const };
    const asUser = (input: PlanInput): PlanInput => ({
      ...input,
      usage: { ...input.usage, principal: { ...input.usage.principal, kind: 'user' } },
    });
    const left = buildPlan(asUser(inputOf(catalogue, uses, user)));
    expect(left.changes.map((one) => one.change)).toEqual(['leave-shared', 'leave-shared']);
    expect(left.changes[0]!.reason).toMatch(
      /^reaches the user through group staff, .*; this user needs 1 of the 2 actions it allows: --replace-groups /,
    );
    const plan = buildPlan(asUser(inputOf(catalogue, uses, user, { replaceGroups: true })));
    expect(plan.changes.map((one) => `${one.change} ${one.policy} ${one.group ?? ''}`)).toEqual([
      'leave-group a staff',
      'leave-group b staff',
      'create app-policy-1 ',
    ]);
    expect(plan.after.policies.map((one) => one.name)).toEqual(['app-policy-1']);
    expect(plan.proof.containment.verdict).toBe('proven');
    const lines = rollbackFiles(plan)[0]!
      .text.split('\n')
      .filter((line) => line.startsWith('aws '));
    expect(lines).toEqual([
      'aws iam add-user-to-group --user-name app --group-name staff',
      'aws iam detach-user-policy --user-name app --policy-arn arn:aws:iam::111122223333:policy/app-policy-1',
      'aws iam delete-policy --policy-arn arn:aws:iam::111122223333:policy/app-policy-1',
    ]);
  });

  it('has nothing to say where no account was given', () => {
    expect(rollbackFiles(buildPlan(inputOf(catalogue, uses)))).toEqual([]);
  });
});
