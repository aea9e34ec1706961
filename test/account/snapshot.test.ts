/** A snapshot through the real SDK, read back: the same account; and what was refused never looks whole. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { readLiveAccount } from '../../src/account/live.ts';
import { takeSnapshot } from '../../src/account/live-snapshot.ts';
import { readSnapshot } from '../../src/account/snapshot.ts';
import { lastAccessedFile } from '../../src/account/snapshot-files.ts';
import { AccessError, UsageError } from '../../src/errors.ts';
import { snapshotHandlers } from '../faults/aws-api-account.ts';
import {
  type ApiServer,
  denied,
  expired,
  Fault,
  type Handlers,
  startApiServer,
  throttled,
} from '../faults/aws-api-server.ts';
import { fakeAwsEnvironment } from '../faults/aws-env.ts';
import { liveOptions } from '../faults/live-options.ts';
import { allow, details } from './fixture.ts';

const ID = '111122223333';
const good = snapshotHandlers(details, ID);

let server: ApiServer;
let root: string;
let restore: () => void;
beforeAll(async () => {
  // Trails are asked for with credentials of the environment.
  restore = fakeAwsEnvironment();
  server = await startApiServer();
});
afterAll(async () => {
  restore();
  await server.stop();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-snapshot-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const take = (handlers: Handlers, wanted: (name: string) => boolean = () => true) => {
  server.use(handlers);
  return takeSnapshot({
    ...liveOptions(server.url),
    aws: { endpointUrl: server.url, region: 'us-east-1', maxAttempts: 1 },
    directory: join(root, 'out'),
    wanted: (one) => wanted(one.name),
    version: '0.0.0',
    takenAt: '2024-06-02T00:00:00Z',
    waiting: { first: 2, longest: 40 },
  });
};
const ORGANIZATION = /^organisation policies are unknown/;

describe('snapshot', () => {
  it('reads back as the live account', async () => {
    const taken = await take(good);
    expect(taken.missing).toEqual([expect.stringMatching(ORGANIZATION)]);
    const file: unknown = JSON.parse(await readFile(join(root, 'out', 'account.json'), 'utf8'));
    const live = (await readLiveAccount(liveOptions(server.url))).account;
    expect(parseAuthorizationDetails(file, 'account.json')).toEqual(live);
    const { account, trails, takenAt, lastAccessed } = await readSnapshot(join(root, 'out'));
    expect(account.principals).toEqual(live.principals);
    expect(account.groups).toEqual(live.groups);
    expect(account.facts).toMatchObject({
      passwordPolicy: 'none',
      summary: [],
      credentials: { generatedAt: Date.UTC(2024, 5, 1), users: [{ user: 'ann', mfaActive: true }] },
    });
    expect(account.problems).toEqual(taken.missing);
    expect(trails).toMatchObject({
      trails: [
        {
          name: 'main',
          bucket: 'logs',
          management: { read: false, write: true },
          startedLogging: 1_700_000_000_000,
        },
      ],
      problems: [],
    });
    expect(takenAt).toBe(Date.UTC(2024, 5, 2));
    const worker = account.principals.find((one) => one.name === 'worker')!;
    expect(await lastAccessed(worker)).toMatchObject({ level: 'action', entities: [worker.arn] });
  });

  it('keeps the organisation where it may be read', async () => {
    const policy = { Id: 'p-1', Name: 'no-leave', Type: 'SERVICE_CONTROL_POLICY', AwsManaged: false };
    const handlers: Handlers = {
      ...good,
      'organizations:DescribeOrganization': () => ({
        Organization: { Id: 'o-example1', MasterAccountId: '999988887777' },
      }),
      'organizations:ListParents': () => ({ Parents: [{ Id: 'r-ab12', Type: 'ROOT' }] }),
      'organizations:ListPoliciesForTarget': (call) => ({
        Policies:
          call.params.get('TargetId') === 'r-ab12' && call.params.get('Filter') === policy.Type
            ? [policy]
            : [],
      }),
      'organizations:DescribePolicy': () => ({
        Policy: { PolicySummary: policy, Content: JSON.stringify(allow('*')) },
      }),
      'iam:GenerateOrganizationsAccessReport': () => ({ JobId: 'job' }),
      'iam:GetOrganizationsAccessReport': () => ({
        JobStatus: 'COMPLETED',
        JobCreationDate: '2024-06-01T12:00:00Z',
        AccessDetails: [
          {
            ServiceName: 'S3',
            ServiceNamespace: 's3',
            LastAuthenticatedTime: '2024-05-01T00:00:00Z',
            Region: 'eu-west-1',
          },
          { ServiceName: 'EC2', ServiceNamespace: 'ec2' },
        ],
      }),
    };
    expect((await take(handlers)).missing).toEqual([]);
    expect((await readSnapshot(join(root, 'out'))).account.facts?.organization).toEqual({
      id: 'o-example1',
      managementAccountId: '999988887777',
      policies: [
        {
          type: 'scp',
          target: 'r-ab12',
          id: 'p-1',
          name: 'no-leave',
          awsManaged: false,
          document: allow('*'),
        },
      ],
      access: [
        { service: 'ec2' },
        { service: 's3', lastAuthenticated: Date.UTC(2024, 4, 1), region: 'eu-west-1' },
      ],
    });
    await rm(join(root, 'out'), { recursive: true });
    const { missing } = await take({
      ...handlers,
      'iam:GetOrganizationsAccessReport': () => denied('iam:GetOrganizationsAccessReport'),
    });
    expect(missing).toEqual([
      expect.stringMatching(/could not read the access report of `o-example1\/r-ab12\/111122223333`/),
    ]);
  });

  it('writes each file whole, for its owner only, and reports on all but service-linked roles', async () => {
    const { files } = await take(good);
    expect(files).toEqual([
      'account-password-policy.json',
      'account-summary.json',
      'account.json',
      'credential-report.csv',
      'last-accessed/role-AWSReservedSSO_Admin_0123456789abcdef.json',
      'last-accessed/role-worker.json',
      'last-accessed/user-ann.json',
      'snapshot.json',
      'trails.json',
    ]);
    const found = (await readdir(join(root, 'out'), { recursive: true })).filter(
      (name) => name !== 'last-accessed',
    );
    expect(found.sort()).toEqual(files);
    for (const name of files) expect((await stat(join(root, 'out', name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, 'out'))).mode & 0o777).toBe(0o700);
  });

  it('names files so that no name leaves the folder', () => {
    expect(lastAccessedFile({ kind: 'role', name: 'a+=,.@-_Z9' })).toBe('last-accessed/role-a+=,.@-_Z9.json');
    expect(lastAccessedFile({ kind: 'user', name: '../../x\\y' })).toBe(
      'last-accessed/user-..%2f..%2fx%5cy.json',
    );
  });

  it('gets the reports only of those wanted', async () => {
    const { files } = await take(good, (name) => name === 'worker');
    expect(files.filter((name) => name.startsWith('last-accessed'))).toEqual([
      'last-accessed/role-worker.json',
    ]);
  });

  it.each<[string, RegExp, number]>([
    ['iam:GenerateCredentialReport', /credential report: access denied, `iam:GenerateCredentialReport`/, 0],
    ['iam:GetCredentialReport', /credential report: access denied, `iam:GetCredentialReport`/, 0],
    ['iam:GetAccountPasswordPolicy', /password policy: access denied/, 0],
    ['iam:GetAccountSummary', /account summary: access denied/, 0],
    ['iam:ListRoles', /sessions of roles may last/, 0],
    ['cloudtrail:DescribeTrails', /could not read the trails: access denied/, 0],
    ['cloudtrail:ListTrails', /trails of other regions are not known/, 0],
    ['cloudtrail:GetEventSelectors', /event selectors are not known/, 0],
    ['cloudtrail:GetTrailStatus', /whether it was logging is not known/, 0],
    ['iam:GenerateServiceLastAccessedDetails', /could not start the last-accessed report/, 2],
    ['iam:GetServiceLastAccessedDetails', /could not read the last-accessed report/, 2],
  ])('%s denied is named, in the answer and when read back', async (call, message, more) => {
    const { missing } = await take({ ...good, [call]: () => denied(call) });
    const others = missing.filter((one) => !ORGANIZATION.test(one));
    expect(others[0]).toMatch(message);
    expect(others.length).toBeLessThanOrEqual(1 + more);
    expect((await readSnapshot(join(root, 'out'))).account.problems).toEqual(missing);
  });

  it.each<[string, unknown, RegExp]>([
    ['iam:GenerateCredentialReport', throttled, /credential report: `Throttling`/],
    ['iam:GenerateCredentialReport', { State: 'STARTED' }, /credential report: aws has not finished it/],
    [
      'iam:GetCredentialReport',
      new Fault('ReportInProgress', 404, 'x'),
      /credential report: `\w*ReportNotReady\w*|ReportInProgress/,
    ],
    [
      'iam:GetCredentialReport',
      { Content: Buffer.from('user,arn\nann').toString('base64'), ReportFormat: 'text/csv' },
      /could not read the credential report: .*column `user_creation_time` is missing/,
    ],
    ['iam:GetCredentialReport', {}, /could not read the credential report: .*it is no CSV/],
    ['iam:GetAccountPasswordPolicy', throttled, /password policy: `Throttling`/],
    ['iam:GetAccountSummary', new Fault('ServiceFailure', 500, 'x'), /account summary: /],
    [
      'organizations:DescribeOrganization',
      new Fault('ServiceException', 500, 'x'),
      /organisation: `ServiceException`/,
    ],
    [
      'cloudtrail:DescribeTrails',
      new Fault('ThrottlingException', 400, 'x'),
      /read the trails: `ThrottlingException`/,
    ],
  ])('%s failing is named, and the rest is saved', async (call, fault, message) => {
    const { missing, files } = await take({ ...good, [call]: () => fault });
    expect(missing.join('\n')).toMatch(message);
    expect(files).toContain('last-accessed/role-worker.json');
    expect((await readSnapshot(join(root, 'out'))).account.problems).toEqual(missing);
  });

  it('names the principal whose report failed, and gets the others', async () => {
    const { missing, files } = await take({
      ...good,
      'iam:GetServiceLastAccessedDetails': (call) =>
        String(call.params.get('JobId')).endsWith('worker')
          ? {
              JobStatus: 'FAILED',
              JobCreationDate: '2024-06-01T12:00:00Z',
              ServicesLastAccessed: [],
              Error: { Code: 'X', Message: 'y' },
            }
          : good['iam:GetServiceLastAccessedDetails']!(call),
    });
    expect(missing.join('\n')).toMatch(/role\/team\/worker`: the job of aws failed \(`X: y`\)/);
    expect(files.filter((name) => name.startsWith('last-accessed'))).toHaveLength(2);
  });

  it.each<[string, Fault, unknown]>([
    ['iam:GetAccountAuthorizationDetails', denied('iam:GetAccountAuthorizationDetails'), AccessError],
    ['iam:GetServiceLastAccessedDetails', expired, AccessError],
    ['iam:GetAccountSummary', expired, AccessError],
    ['iam:GenerateCredentialReport', expired, AccessError],
    ['organizations:DescribeOrganization', new Fault('ExpiredTokenException', 400, 'x'), AccessError],
  ])('ends without a manifest where %s gives %o', async (call, fault, kind) => {
    await expect(take({ ...good, [call]: () => fault })).rejects.toBeInstanceOf(kind);
    await expect(readSnapshot(join(root, 'out'))).rejects.toThrow(/has no `snapshot.json`/);
  });

  it('does not mix with old files, and says where a file was changed, lost or is none', async () => {
    await take(good);
    await expect(take(good)).rejects.toThrow(UsageError);
    const out = join(root, 'out');
    await writeFile(join(out, 'account.json'), JSON.stringify(details));
    expect((await readSnapshot(out)).account.problems.join()).toMatch(/`account.json` was changed after/);
    await rm(join(out, 'trails.json'));
    await expect(readSnapshot(out)).rejects.toThrow(/`trails.json` is missing from the snapshot/);
    await writeFile(join(out, 'snapshot.json'), '{');
    await expect(readSnapshot(out)).rejects.toThrow(/not valid JSON/);
    await expect(readSnapshot(join(root, 'nowhere'))).rejects.toThrow(/has no `snapshot.json`/);
  });
});
