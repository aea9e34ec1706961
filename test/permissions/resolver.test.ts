/** The order of resolution on single events; what each table row gives is held by cases.test.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { createResolver, type Resolver } from '../../src/permissions/resolver.ts';

const event = (record: Record<string, unknown>): TrailEvent => {
  const decoded = decode({
    eventVersion: '1.08',
    eventTime: '2026-01-01T00:00:00Z',
    eventType: 'AwsApiCall',
    awsRegion: 'us-east-1',
    recipientAccountId: '111122223333',
    ...record,
  });
  if (!decoded.ok) throw new Error(decoded.rejection.detail);
  return decoded.event;
};
let resolver: Resolver;
const actions = (eventSource: string, eventName: string, more: Record<string, unknown> = {}) => {
  const resolution = resolver.resolve(event({ eventSource, eventName, ...more }));
  if (resolution.status !== 'mapped') return resolution.status;
  const primary = resolution.permissions.filter((one) => one.level === 'primary');
  return [...new Set(primary.map((one) => one.action))];
};

describe('the order of resolution', () => {
  beforeAll(async () => {
    resolver = createResolver(await loadCatalogue());
  });
  it.each([
    ['an operation whose action differs', 's3.amazonaws.com', 'ListObjects', ['s3:ListBucket']],
    [
      'an event source whose prefix differs',
      'monitoring.amazonaws.com',
      'PutMetricAlarm',
      ['cloudwatch:PutMetricAlarm'],
    ],
    [
      'a version suffix',
      'lambda.amazonaws.com',
      'UpdateFunctionCode20150331v2',
      ['lambda:UpdateFunctionCode'],
    ],
    [
      'digits that are no version',
      'rds.amazonaws.com',
      'RestoreDBInstanceFromS3',
      ['rds:RestoreDBInstanceFromS3'],
    ],
    [
      'several actions of one call',
      'kms.amazonaws.com',
      'ReEncrypt',
      ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
    ],
    ['a call that needs none', 'sts.amazonaws.com', 'GetCallerIdentity', 'no-permission'],
    ['an invented operation', 's3.amazonaws.com', 'FrobnicateBucket', 'unmapped'],
    ['an invented service', 'constructor.amazonaws.com', 'toString', 'unmapped'],
    ['a source outside AWS', 'sts.aliyuncs.com', 'AssumeRole', 'unmapped'],
  ])('%s', (_, eventSource, eventName, expected) => {
    expect(actions(eventSource, eventName)).toEqual(expected);
  });
  it('takes the version-specific action only where the request names a version', () => {
    const requestParameters = { bucketName: 'b', key: 'k', versionId: 'v' };
    expect(actions('s3.amazonaws.com', 'GetObject')).toEqual(['s3:GetObject']);
    expect(actions('s3.amazonaws.com', 'GetObject', { requestParameters })).toEqual(['s3:GetObjectVersion']);
  });
  it('needs nothing for events that are not calls', () => {
    expect(actions('s3.amazonaws.com', 'GetObject', { eventType: 'AwsServiceEvent' })).toBe('no-permission');
  });
});
