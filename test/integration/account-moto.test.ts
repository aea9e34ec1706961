/**
 * The live reader on a moto account of 40 roles, against what AWS's own Python SDK prints for the same account: the
 * file that `aws iam get-account-authorization-details` would write.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../src/account/account.ts';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { readLiveAccount, readLivePrincipal } from '../../src/account/live.ts';
import { takeSnapshot } from '../../src/account/live-snapshot.ts';
import { readSnapshot } from '../../src/account/snapshot.ts';
import { runPython, startMoto } from './support/moto.ts';
import { seedAccount } from './support/seed-account.ts';

const moto = await startMoto({ MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' });
afterAll(() => moto?.stop());

/**
 * As the AWS command line does: all pages, documents decoded, times in ISO 8601. AWS's times are whole seconds; moto's
 * microseconds are rounded as the JavaScript SDK rounds them: a half upwards, where Python's round() takes the even one
 * and so differs for one time in two thousand.
 */
const DETAILS = `
import boto3, datetime, json, math, os
def time(value):
    ms = datetime.timedelta(milliseconds=math.floor(float("0.%06d" % value.microsecond) * 1000 + 0.5))
    return (value.replace(microsecond=0) + ms).isoformat()
iam = boto3.client("iam", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1")
full = iam.get_paginator("get_account_authorization_details").paginate().build_full_result()
print(json.dumps(full, default=time))
`;

describe.skipIf(!moto)('an account of 40 roles on moto', () => {
  const options = {
    config: {
      endpoint: moto?.url ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    },
  };
  let live: Account;
  let file: Account;
  beforeAll(async () => {
    await seedAccount(new IAMClient(options.config));
    live = (await readLiveAccount(options)).account;
    file = parseAuthorizationDetails(JSON.parse(runPython(DETAILS, { ENDPOINT: moto!.url })), 'account.json');
  });

  it('has what was made: 40 roles with every kind of grant', () => {
    const roles = live.principals.filter((one) => one.kind === 'role');
    expect(roles).toHaveLength(40);
    expect(live.principals).toHaveLength(48);
    expect(new Set(live.principals.flatMap((one) => one.policies.map((policy) => policy.source)))).toEqual(
      new Set(['aws-managed', 'customer-managed', 'inline', 'group-managed', 'group-inline']),
    );
    expect(roles.filter((one) => one.boundary)).toHaveLength(7);
    expect(roles.filter((one) => one.instanceProfiles.length > 0)).toHaveLength(5);
    expect(new Set(live.principals.map((one) => one.path)).size).toBe(4);
    expect(live.problems).toEqual([]);
  });

  it('is the same live and from the file, but for the session length, which the file does not hold', () => {
    const without = live.principals.map(({ maxSessionDurationSeconds: _, ...rest }) => rest);
    expect(
      live.principals.filter((one) => one.kind === 'role' && one.maxSessionDurationSeconds === undefined),
    ).toEqual([]);
    expect({ ...live, principals: without }).toEqual(file);
  });

  it('gives every principal the same by the targeted calls', async () => {
    for (const one of live.principals) {
      const { account } = await readLivePrincipal(options, { kind: one.kind, name: one.name });
      expect(account.principals).toEqual([one]);
    }
  });

  it('is the same again from a snapshot, with the facts of the account and its trails', async () => {
    await new S3Client({ ...options.config, forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'logs' }),
    );
    const cloudtrail = new CloudTrailClient(options.config);
    await cloudtrail.send(
      new CreateTrailCommand({ Name: 'main', S3BucketName: 'logs', IsMultiRegionTrail: true }),
    );
    await cloudtrail.send(new StartLoggingCommand({ Name: 'main' }));
    await cloudtrail.send(
      new PutEventSelectorsCommand({
        TrailName: 'main',
        EventSelectors: [
          { ReadWriteType: 'All', DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] },
        ],
      }),
    );
    const root = await mkdtemp(join(tmpdir(), 'gen-policy-snapshot-'));
    try {
      const directory = join(root, 'out');
      const taken = await takeSnapshot({
        ...options,
        aws: { endpointUrl: moto!.url, region: 'us-east-1', maxAttempts: 1 },
        directory,
        // moto has no Access Advisor: one is enough to see that it is missed.
        wanted: (one) => one.name === 'role-00',
        version: '0.0.0',
        takenAt: '2024-01-01T00:00:00Z',
        waiting: { first: 10, longest: 5_000 },
      });
      const file: unknown = JSON.parse(await readFile(join(directory, 'account.json'), 'utf8'));
      expect(parseAuthorizationDetails(file, 'account.json')).toEqual(live);
      const { account, trails } = await readSnapshot(directory);
      expect(account.principals).toEqual(live.principals);
      expect(account.facts?.credentials?.users.filter((one) => !one.root)).toHaveLength(8);
      expect(account.facts?.passwordPolicy).toBe('none');
      expect(new Map(account.facts?.summary).get('Roles')).toBe(40);
      expect(trails?.trails).toMatchObject([
        {
          name: 'main',
          multiRegion: true,
          isLogging: true,
          management: { read: true, write: true },
          data: [{ resourceType: 'AWS::S3::Object', narrowed: false }],
        },
      ]);
      expect(account.problems).toEqual(taken.missing);
      expect(taken.missing.join('\n')).toMatch(
        /last-accessed report of `arn:aws:iam::123456789012:role\/role-00`/,
      );
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
