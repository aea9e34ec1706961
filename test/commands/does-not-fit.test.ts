/** A plan that IAM would refuse is written for a person to read, and fails the run. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { run } from '../support/run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-fit-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ROLE = 'arn:aws:iam::111122223333:role/app';
/** Buckets with names that have nothing in common: exact, however many. */
const bucket = (n: number): string => `${'abcdefghij'[n % 10]}${n}-${'x'.repeat(40)}`;

async function logs(buckets: number): Promise<string> {
  const Records = Array.from({ length: buckets }, (_, n) => ({
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:s',
      arn: 'arn:aws:sts::111122223333:assumed-role/app/s',
      accountId: '111122223333',
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: ROLE, userName: 'app', accountId: '111122223333' },
      },
    },
    eventTime: '2026-08-20T00:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetBucketPolicy',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.1',
    requestParameters: { bucketName: bucket(n) },
    resources: [{ type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket(n)}`, accountId: '111122223333' }],
    eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
  }));
  const file = join(folder, `${buckets}.json`);
  await writeFile(file, JSON.stringify({ Records }));
  return file;
}

describe('a policy that cannot fit', () => {
  it('is a finding, exit code 1, and a word on what would make it fit', async () => {
    const out = join(folder, 'out');
    const { code, err } = await run([
      ...['--role', 'app', '--logs', await logs(250), '--days', '30', '--resources', 'exact'],
      ...['--max-managed-policies', '1', '--allow-incomplete', '--quiet', '--out', out],
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /larger than IAM takes and cannot be applied: 3 managed policies are needed and 1 may be/,
    );
    expect(err).toMatch(
      /what may make it fit: --allow-wider-wildcards, or --resources type, or a higher quota/,
    );
    const plan = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Plan;
    expect(plan.proof.fits).toBe(false);
    expect(plan.findings.find((one) => one.kind === 'does-not-fit')).toMatchObject({ severity: 'high' });
    const files = (await readdir(out)).filter((name) => name.startsWith('policy-'));
    const named = files.flatMap((name) => {
      const { Statement } = JSON.parse(readFileSync(join(out, name), 'utf8')) as {
        Statement: { Resource: string[] }[];
      };
      return Statement.flatMap((one) => one.Resource);
    });
    expect(new Set(named).size).toBe(250);
  });

  it('fits with the means it names', async () => {
    const file = await logs(250);
    const base = ['--role', 'app', '--logs', file, '--days', '30', '--allow-incomplete', '--quiet'];
    const quota = await run([...base, '--resources', 'exact', '--max-managed-policies', '3']);
    expect([quota.code, quota.err]).toEqual([0, '']);
    const type = await run([...base, '--resources', 'type', '--max-managed-policies', '1']);
    expect([type.code, type.err]).toEqual([0, '']);
  });

  it('refuses a quota that is none', async () => {
    const { code, err } = await run(['--role', 'app', '--logs', folder, '--max-managed-policies', '0']);
    expect(code).toBe(64);
    expect(err).toContain('`--max-managed-policies 0` is no whole number from 1');
  });
});
