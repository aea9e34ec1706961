/**
 * Real runs of each setup against stand-ins of AWS: the commands that arrive are those of the setup's smallest policy, no
 * fewer and no more. So the policy that `doctor --print-policy` prints is enough, and nothing in it is idle.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/account/fields.ts';
import { neededParts } from '../../src/commands/doctor/needs.ts';
import { allow, changed } from '../account/fixture.ts';
import { snapshotHandlers } from '../faults/aws-api-account.ts';
import { type ApiServer, startApiServer } from '../faults/aws-api-server.ts';
import { type Front, startFront } from '../faults/aws-front.ts';
import { isolateAws } from '../faults/s3-run.ts';
import { CREDENTIALS, type FaultServer, startS3 } from '../faults/s3-server.ts';
import { buildTrail } from '../support/digest-trail.ts';
import { run } from '../support/run.ts';

const signed = buildTrail();
const TRAIL = new URL('../../samples/trail', import.meta.url).pathname;
let api: ApiServer;
let s3: FaultServer;
let front: Front;
let folder: string;
beforeAll(async () => {
  isolateAws();
  folder = mkdtempSync(join(tmpdir(), 'gen-policy-own-'));
  const files = readdirSync(TRAIL, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.gz'),
  );
  s3 = await startS3(files.map((name) => [name, readFileSync(join(TRAIL, name))] as const));
  s3.objects.set(
    'results/q.csv',
    Buffer.from(
      '"account","region","day","mine","outside","eventsource","eventname","records","malformed"\n"111122223333","us-east-1","2026/08/01","false","false",,,"3","0"\n',
    ),
  );
  // A signed chain besides: keys are asked for only where a signature is there to check.
  for (const [key, { bytes }] of signed.objects) s3.objects.set(key, bytes);
  s3.fault = ({ kind, key }) => {
    const object = kind === 'get' ? signed.objects.get(key) : undefined;
    if (object === undefined || Object.keys(object.metadata).length === 0) return undefined;
    const named = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    const headers = { 'content-length': String(object.bytes.length), ...Object.fromEntries(named) };
    return { kind: 'answer', status: 200, headers, body: object.bytes };
  };
  api = await startApiServer();
  front = await startFront(api, s3);
});
afterAll(async () => {
  await front.stop();
  await s3.stop();
  await api.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  // Everybody has an inline policy, so that every kind of document is read.
  const account = changed((copy) => {
    const inline = [{ PolicyName: 'own', PolicyDocument: allow('s3:GetObject') }];
    copy.UserDetailList[0].UserPolicyList = inline;
    copy.RoleDetailList[0].RolePolicyList = inline;
  }) as Json;
  front.commands.length = 0;
  api.use({
    ...snapshotHandlers(account, '111122223333'),
    'sts:AssumeRole': () => ({
      Credentials: {
        AccessKeyId: CREDENTIALS.accessKeyId,
        SecretAccessKey: CREDENTIALS.secretAccessKey,
        SessionToken: 'token',
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      },
    }),
    'athena:StartQueryExecution': () => ({ QueryExecutionId: 'q' }),
    'athena:GetQueryExecution': () => ({
      QueryExecution: {
        QueryExecutionId: 'q',
        Status: { State: 'SUCCEEDED' },
        ResultConfiguration: { OutputLocation: 's3://logs/results/q.csv' },
        Statistics: { DataScannedInBytes: 10 },
      },
    }),
    'athena:GetTableMetadata': () => ({
      TableMetadata: {
        Parameters: {
          'projection.enabled': 'true',
          'projection.account.type': 'enum',
          'projection.account.values': '111122223333',
          'projection.region.type': 'enum',
          'projection.region.values': 'eu-west-1',
          'projection.day.range': '2020/01/01,NOW',
          'storage.location.template': 's3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}',
        },
      },
    }),
    'cloudtrail:ListPublicKeys': () => ({ PublicKeyList: [] }),
    'cloudtrail:LookupEvents': () => ({ Events: [] }),
  });
});

/** Never needed by a run that goes well. */
const WHERE_STOPPED = 'athena:StopQueryExecution';
const S3 = ['--source', 's3', '--no-store'];
const NO_ACCOUNT = ['--account', 'none'];
const generate = ['--days', '90', '--region', 'us-east-1'];
const SAMPLED = ['--end', '2026-08-29'];

describe('a run sends what its policy is for', () => {
  it.each([
    ['a bucket', [...S3, '--bucket', 'logs', ...NO_ACCOUNT, '--role', 'order-service'], ['source:s3']],
    [
      'a bucket by assumed role',
      [
        ...S3,
        '--bucket',
        'logs',
        ...NO_ACCOUNT,
        '--role',
        'order-service',
        '--role-arn',
        'arn:aws:iam::1:role/r',
      ],
      ['source:s3', 'assume'],
    ],
    [
      "a live role, and the account's trail",
      [...S3, '--role', 'worker'],
      ['source:s3', 'account:live', 'kind:role', 'trails:live'],
    ],
    [
      "a live user, and the account's trail",
      [...S3, '--user', 'ann'],
      ['source:s3', 'account:live', 'kind:user', 'trails:live'],
    ],
    [
      'digests',
      [
        ...S3,
        '--bucket',
        'logs',
        ...NO_ACCOUNT,
        '--role',
        'order-service',
        '--verify-digests',
        '--end',
        '2026-01-02',
      ],
      ['source:s3', 'keys:live'],
    ],
    [
      'Access Analyzer',
      [...S3, '--role', 'worker', '--access-analyzer'],
      ['source:s3', 'account:live', 'kind:role', 'trails:live', 'analyzer'],
    ],
    [
      'the event history',
      ['--source', 'lookup', '--role', 'worker', '--regions', 'us-east-1'],
      ['source:lookup', 'account:live', 'kind:role', 'trails:live'],
    ],
    [
      'Athena',
      ['--source', 'athena', '--table', 'logs', '--role', 'worker'],
      ['source:athena', 'account:live', 'kind:role', 'trails:live'],
    ],
    [
      'Athena, its queries held to a size',
      [
        '--source',
        'athena',
        '--table',
        'logs',
        '--role',
        'order-service',
        ...NO_ACCOUNT,
        '--max-bytes',
        '100000000',
      ],
      ['source:athena', 'athena:size'],
    ],
  ])('%s', async (_, argv, facts) => {
    const ran = await run([
      ...generate,
      ...(argv.includes('--end') ? [] : SAMPLED),
      '--endpoint-url',
      front.url,
      ...argv,
    ]);
    expect([ran.code, ran.err]).not.toEqual([64, expect.anything()]);
    await compare(facts, ran.err);
  });

  it('a table for Athena', async () => {
    const table = [
      '--location',
      's3://logs/AWSLogs/',
      '--accounts',
      '111122223333',
      '--regions',
      'us-east-1',
    ];
    const ran = await run([
      'athena',
      'init',
      '--run',
      ...table,
      '--region',
      'us-east-1',
      '--endpoint-url',
      front.url,
    ]);
    await compare(['athena:init'], ran.err, ['s3:GetObject']);
  });
});

async function compare(facts: readonly string[], said: string, idle: readonly string[] = []): Promise<void> {
  const sent = new Set([...front.commands, ...api.calls.map((call) => call.name)]);
  sent.delete('sts:GetCallerIdentity');
  const needed = new Set(
    neededParts(new Set(facts)).flatMap((part) => part.calls.map((call) => call.command)),
  );
  for (const command of [WHERE_STOPPED, ...idle]) needed.delete(command);
  expect([[...sent].sort(), said]).toEqual([[...needed].sort(), expect.anything()]);
}
