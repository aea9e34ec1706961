/**
 * A review of an organisation on moto: an account seeded with each weakness that a check looks for, its repaired twin,
 * and an account that cannot be read. Every check fires on the first and none on the second.
 *
 * What moto cannot hold comes from files in AWS's own shapes: the trail's records, and root's line of the credential
 * report. Everything in moto was made just now, so the review's window lies half a year ahead: then what is unused is stale.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  IAMClient,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  ListAccountsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECK_IDS } from '../../src/plan/checks/check.ts';
import type { Review } from '../../src/plan/review/review.ts';
import { run } from '../support/run.ts';
import { MOTO_ACCOUNT, startMoto } from './support/moto.ts';
import { type Config, seedWeaknesses } from './support/seed-weaknesses.ts';
import { writeTrail } from './support/weakness-trail.ts';

const moto = await startMoto({ MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' });
afterAll(() => moto?.stop());
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing' });

/** Between the SDK and moto: refuses to let one account's role be assumed, as IAM would. Counts who was asked for. */
async function startGate(target: string): Promise<{
  readonly url: string;
  locked: string;
  readonly assumed: string[];
  stop(): void;
}> {
  const gate = { url: '', locked: '', assumed: [] as string[], stop: () => server.close() };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const role = /Action=AssumeRole&.*RoleArn=arn%3Aaws%3Aiam%3A%3A(\d{12})/.exec(body.toString('latin1'));
      if (role) gate.assumed.push(role[1]!);
      if (role?.[1] === gate.locked && gate.locked !== '') {
        outgoing.writeHead(403, { 'content-type': 'text/xml' });
        outgoing.end(
          '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
        );
        return;
      }
      const passed = forward(
        new URL(incoming.url ?? '/', target),
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      passed.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gate.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gate;
}

describe.skipIf(!moto)('a review of an organisation on moto', () => {
  const own: Config = {
    endpoint: moto?.url ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  };
  const folder = mkdtempSync(join(tmpdir(), 'gen-policy-review-moto-'));
  const logs = join(folder, 'logs');
  const reports: string[] = [];
  let gate: Awaited<ReturnType<typeof startGate>>;
  let twin = '';
  let locked = '';
  afterAll(() => gate?.stop());

  /** moto's own report with the line on root that it leaves out. */
  async function saveReport(config: Config, account: string, weak: boolean): Promise<void> {
    const client = new IAMClient(config);
    await client.send(new GenerateCredentialReportCommand({}));
    const { Content } = await client.send(new GetCredentialReportCommand({}));
    const [header = '', ...lines] = new TextDecoder().decode(Content).trim().split(/\r?\n/);
    const root = new Map([
      ['user', '<root_account>'],
      ['arn', `arn:aws:iam::${account}:root`],
      ['user_creation_time', '2020-01-01T00:00:00+00:00'],
      ['password_enabled', 'not_supported'],
      ['password_last_used', weak ? '2027-06-01T00:00:00+00:00' : 'no_information'],
      ['mfa_active', String(!weak)],
      ['access_key_1_active', String(weak)],
      ['access_key_2_active', 'false'],
    ]);
    const line = header.split(',').map((column) => root.get(column) ?? 'N/A');
    const path = join(folder, `credentials-${account}.csv`);
    writeFileSync(path, `${[header, line.join(','), ...lines].join('\n')}\n`);
    reports.push('--credential-report', path);
  }

  beforeAll(async () => {
    const organizations = new OrganizationsClient(own);
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    for (const AccountName of ['repaired', 'locked'])
      await organizations.send(
        new CreateAccountCommand({ AccountName, Email: `${AccountName}@example.com` }),
      );
    const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
    twin = Accounts.find((one) => one.Name === 'repaired')!.Id!;
    locked = Accounts.find((one) => one.Name === 'locked')!.Id!;
    const { Credentials: issued } = await new STSClient(own).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${twin}:role/audit`, RoleSessionName: 'seed' }),
    );
    const other: Config = {
      ...own,
      credentials: {
        accessKeyId: issued!.AccessKeyId!,
        secretAccessKey: issued!.SecretAccessKey!,
        sessionToken: issued!.SessionToken!,
      },
    };
    await seedWeaknesses(own, MOTO_ACCOUNT, true);
    await seedWeaknesses(other, twin, false);
    const { Roles = [] } = await new IAMClient(other).send(new ListRolesCommand({}));
    writeTrail(logs, MOTO_ACCOUNT, undefined);
    writeTrail(
      logs,
      twin,
      Roles.map((role) => role.RoleName!),
    );
    await saveReport(own, MOTO_ACCOUNT, true);
    await saveReport(other, twin, false);
    gate = await startGate(moto!.url);
  }, 120_000);

  const review = async (...args: string[]) => {
    const source = ['--source', 'dir', '--logs', logs, '--end', '2027-06-30', '--days', '60', '--quiet'];
    const aws = ['--endpoint-url', gate.url, '--region', 'us-east-1'];
    const ran = await run(['review', ...source, ...aws, ...args, '--format', 'json']);
    return { ...ran, index: () => JSON.parse(ran.out) as Review };
  };

  it('every check fires on the weak account and none on its repaired twin', async () => {
    gate.locked = locked;
    // What Organizations makes in each account trusts the management account: meant so, hence an exception.
    const meant = 'trust-other-account:Organization*,missing-boundary:Organization*';
    const { index } = await review('--org-role', 'audit', ...reports, '--skip-checks', meant);
    const { accounts, checks, principals } = index();
    expect(accounts.filter((one) => one.state === 'read').map((one) => one.accountId)).toEqual(
      [MOTO_ACCOUNT, twin].sort(),
    );
    expect(principals.filter((row) => row.state === 'failed')).toEqual([]);
    const of = (account: string): readonly string[] =>
      [
        ...new Set(checks.filter((one) => one.subject.split(':')[4] === account).map((one) => one.check)),
      ].sort();
    expect(of(MOTO_ACCOUNT)).toEqual([...CHECK_IDS].sort());
    expect(checks.filter((one) => one.subject.split(':')[4] === twin)).toEqual([]);
  }, 120_000);

  it('names an account that cannot be read, reviews the rest and ends with 3', async () => {
    gate.locked = locked;
    const out = join(folder, 'out');
    const { code, index } = await review('--org-role', 'audit', '--match', 'shared', '--out', out);
    const { accounts, principals } = index();
    expect(code).toBe(3);
    expect(accounts.find((one) => one.accountId === locked)).toEqual({
      accountId: locked,
      name: 'locked',
      state: 'unread',
      note: expect.stringContaining('access denied'),
    });
    expect(principals.map((row) => [row.accountId, row.name]).sort()).toEqual(
      [MOTO_ACCOUNT, twin].sort().map((id) => [id, 'shared']),
    );
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain(`1 account could not be read`);
    const gated = await review('--org-role', 'audit', '--match', 'shared', '--fail-on', 'incomplete');
    expect(gated.code).toBe(2);
    expect(gated.err).toContain(`1 account could not be read: ${locked}`);
  }, 120_000);

  it('reads the own account alone with --account live, with the plans of its snapshot', async () => {
    gate.locked = '';
    gate.assumed.length = 0;
    const [live, saved, snapshot] = ['live', 'saved', 'snapshot'].map((name) => join(folder, name));
    await review('--account', 'live', '--out', live!, '--pages', 'json');
    expect(gate.assumed).toEqual([]);
    const aws = ['--endpoint-url', gate.url, '--region', 'us-east-1', '--quiet'];
    await run(['snapshot', '--out', snapshot!, ...aws]);
    const { index } = await review('--account', snapshot!, '--out', saved!, '--pages', 'json');
    expect(index().accounts).toEqual([{ accountId: MOTO_ACCOUNT, state: 'read' }]);
    const plans = (path: string): readonly string[] =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('result.json'))
        .sort();
    expect(plans(live!)).toEqual(plans(saved!));
    for (const name of plans(live!))
      expect(readFileSync(join(live!, name), 'utf8')).toBe(
        readFileSync(join(saved!, name), 'utf8').replaceAll(`${snapshot!}/`, 'live/'),
      );
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('gen-policy-live-'))).toEqual([]);
  }, 120_000);

  it('ends with 4 where no account at all can be read', async () => {
    gate.locked = locked;
    const role = `arn:aws:iam::${locked}:role/audit`;
    const { code, err } = await review('--account', 'live', '--role-arn', role);
    expect(code).toBe(4);
    expect(err).toContain('access denied');
  }, 60_000);
});
