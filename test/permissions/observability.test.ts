/** What CloudTrail can show of an action: never a claim that the tables cannot back. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { createObservability, type Observability } from '../../src/permissions/observability.ts';

let catalogue: Catalogue;
let observability: (action: string) => Observability;

describe('observability', () => {
  beforeAll(async () => {
    catalogue = await loadCatalogue();
    observability = createObservability(catalogue);
  });

  it.each([
    ['ec2:RunInstances', { kind: 'management', access: 'write' }],
    ['IAM:getrole', { kind: 'management', access: 'read' }],
    ['kms:Decrypt', { kind: 'management', access: 'read' }],
    ['sts:AssumeRole', { kind: 'management', access: 'read' }],
  ])('%s is a management event', (action, expected) => {
    expect(observability(action)).toEqual(expected);
  });

  it.each([
    ['s3:GetObject', 'AWS::S3::Object'],
    ['s3:ListBucket', 'AWS::S3::Object'],
    ['lambda:InvokeFunction', 'AWS::Lambda::Function'],
    ['dynamodb:Query', 'AWS::DynamoDB::Table'],
    ['sqs:SendMessage', 'AWS::SQS::Queue'],
    ['sns:Publish', 'AWS::SNS::Topic'],
  ])('%s is a data event of %s', (action, type) => {
    const answer = observability(action);
    expect(answer.kind === 'data' && answer.resourceTypes).toContain(type);
  });

  it.each([
    'iam:PassRole',
    'sts:TagSession',
    'rds-db:connect',
    'logs:PutLogEvents',
    'ec2messages:GetMessages',
    's3:ReplicateObject',
    'nosuch:Thing',
  ])('%s can never be seen', (action) => {
    const answer = observability(action);
    expect(answer.kind).toBe('never');
    expect(answer.kind === 'never' && answer.reason.length).toBeGreaterThan(10);
  });

  it('answers for every action of the catalogue', () => {
    const kinds = new Map<string, number>();
    for (const service of catalogue.services)
      for (const { action } of catalogue.actionsOf(service)) {
        const { kind } = observability(action);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    // Most of AWS is management events; if that changes, a table was lost.
    expect(kinds.get('management')).toBeGreaterThan(15_000);
    expect(kinds.get('data')).toBeGreaterThan(400);
    expect(kinds.get('never')).toBeGreaterThan(3_000);
  });
});
