/** `gen-policy doctor` against stand-ins of AWS, with the real SDK, and offline on the samples. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PARTS } from '../../src/commands/doctor/needs.ts';
import { parsePolicyText } from '../../src/policy/parse.ts';
import { details } from '../account/fixture.ts';
import { snapshotHandlers } from '../faults/aws-api-account.ts';
import {
  type ApiServer,
  denied,
  expired,
  Fault,
  type Handlers,
  noSuchEntity,
  startApiServer,
} from '../faults/aws-api-server.ts';
import { type Front, startFront } from '../faults/aws-front.ts';
import { isolateAws } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const TRAIL = join(SAMPLES, 'trail');
const WINDOW = ['--end', '2026-08-29', '--days', '90'];
const notThere = new Fault('InvalidRequestException', 400, 'QueryExecution was not found');
const tableOf = (bucket: string) => ({
  TableMetadata: {
    Parameters: {
      'projection.enabled': 'true',
      'projection.account.type': 'enum',
      'projection.account.values': '111122223333',
      'projection.region.type': 'enum',
      'projection.region.values': 'eu-west-1',
      'projection.day.range': '2020/01/01,NOW',
      'storage.location.template': `s3://${bucket}/AWSLogs/\${account}/CloudTrail/\${region}/\${day}`,
    },
  },
});
/** As IAM answers where everything is allowed. */
const simulated =
  (decision: (action: string) => string) => (call: { params: ReadonlyMap<string, unknown> }) => ({
    EvaluationResults: [...call.params]
      .filter(([name]) => name.startsWith('ActionNames.member.'))
      .map(([, action]) => ({ EvalActionName: action, EvalDecision: decision(String(action)) })),
    IsTruncated: false,
  });

let api: ApiServer;
let s3: FaultServer;
let front: Front;
let handlers: Handlers;
beforeAll(async () => {
  isolateAws();
  api = await startApiServer();
  const files = readdirSync(TRAIL, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.gz'),
  );
  s3 = await startS3(files.map((name) => [name, readFileSync(join(TRAIL, name))] as const));
  front = await startFront(api, s3);
});
afterAll(async () => {
  await front.stop();
  await s3.stop();
  await api.stop();
});
beforeEach(() => {
  s3.fault = () => undefined;
  front.commands.length = 0;
  handlers = {
    ...snapshotHandlers(details, '111122223333'),
    'iam:GetServiceLastAccessedDetails': () => noSuchEntity('The job'),
    'iam:SimulatePrincipalPolicy': simulated(() => 'allowed'),
    'athena:GetQueryExecution': () => notThere,
    'athena:StopQueryExecution': () => notThere,
    'cloudtrail:ListPublicKeys': () => ({ PublicKeyList: [] }),
    'cloudtrail:LookupEvents': () => ({ Events: [] }),
  };
  api.use(handlers);
});

const doctor = (...more: string[]) =>
  run(['doctor', ...WINDOW, '--region', 'us-east-1', '--endpoint-url', front.url, ...more]);
const live = (...more: string[]) => doctor('--source', 's3', '--role', 'worker', ...more);
const json = (text: string) => JSON.parse(text);

describe('doctor on AWS', () => {
  it('says that a run can start, and what it will take', async () => {
    const ran = await live('--format', 'json');
    const found = json(ran.out);
    expect([found.problems, ran.err]).toEqual([[], '']);
    expect(found.permissions.filter((row: { verdict: string }) => row.verdict !== 'allowed')).toEqual([]);
    expect(found.identity.accountId).toBe('111122223333');
    expect(found.principal).toBe('arn:aws:iam::111122223333:role/team/worker');
    expect(found.logs).toMatchObject({ objects: 180, location: 's3://logs/' });
    expect(found.logs.regions.map((one: { region: string; days: number }) => [one.region, one.days])).toEqual(
      [
        ['eu-west-1', 90],
        ['us-east-1', 90],
      ],
    );
    expect(found.estimate.measured.objects).toBe(64);
    expect(found.estimate.seconds).toBeGreaterThan(0);
    expect(found.estimate.costs.map((cost: { what: string }) => cost.what)).toEqual([
      's3-get',
      's3-list',
      's3-out',
    ]);
    // The trail of the stand-in records write events only: what reads were used, its logs cannot show.
    expect(found.outlook.hidden.length).toBeGreaterThan(0);
    expect([ran.code, found.verdict]).toEqual([0, 'ready']);
  });

  it('counts the digests, which a run reads beside the log files', async () => {
    const place = 'AWSLogs/111122223333/CloudTrail-Digest/us-east-1';
    const name = (stamp: string) =>
      `111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_${stamp}.json.gz`;
    const digests = [
      `${place}/2026/08/20/${name('20260820T010000Z')}`,
      `${place}/2026/08/20/${name('20260820T020000Z')}`,
      `${place}/2025/01/01/${name('20250101T010000Z')}`,
    ];
    const before = json((await live('--format', 'json')).out).estimate;
    try {
      for (const key of digests) s3.objects.set(key, Buffer.from('no digest'));
      const { estimate } = json((await live('--format', 'json')).out);
      expect([before.digests, estimate.digests]).toEqual([0, 2]);
      const [gets] = before.costs;
      expect(estimate.costs[0].usd).toBeCloseTo(gets.usd + 2 * (gets.usd / before.objects), 12);
      expect((await live()).out).toContain('180 files, ');
      expect((await live()).out).toContain(' to read, and 2 digests\n');
    } finally {
      for (const key of digests) s3.objects.delete(key);
    }
  });

  it('sends nothing that changes anything or costs more than a read', async () => {
    await live('--access-analyzer', '--verify-digests');
    await doctor('--source', 'athena', '--role', 'worker', '--table', 'logs', '--bucket', 'logs');
    await doctor('--source', 'lookup', '--user', 'ann');
    await doctor('--for', 'snapshot');
    const sent = new Set([...front.commands, ...api.calls.map((call) => call.name)]);
    for (const command of ['athena:StartQueryExecution', 'access-analyzer:CheckNoNewAccess', 's3:PutObject'])
      expect(sent).not.toContain(command);
    const table = new Set(PARTS.flatMap((part) => part.calls.map((call) => call.command)));
    expect([...sent].filter((command) => !table.has(command) && command !== 'sts:GetCallerIdentity')).toEqual(
      [],
    );
  });

  it.each(['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:GetPolicyVersion'])(
    'names %s where it is denied, and exits 4',
    async (action) => {
      api.use({ ...handlers, [action]: () => denied(action) });
      const ran = await live();
      expect(ran.code).toBe(4);
      expect(ran.out).toMatch(new RegExp(`DENIED +${action},`));
      expect(ran.out).toContain('not ready');
    },
  );

  it('goes on without what a run goes on without, and exits 3', async () => {
    const action = 'iam:GenerateServiceLastAccessedDetails';
    api.use({ ...handlers, [action]: () => denied(action) });
    const ran = await live();
    expect([ran.code, ran.out]).toEqual([3, expect.stringContaining('(a run goes on without)')]);
    expect((await live('--allow-incomplete')).code).toBe(0);
  });

  it.each([
    ['AccessDenied', 'no s3', 's3:GetObject'],
    ['AccessDenied', 'not authorized to perform: kms:Decrypt on the key', 'kms:Decrypt'],
  ])('learns from reading a few files that %s (%s) means %s', async (code, message, action) => {
    s3.fault = (asked) => (asked.kind === 'get' ? { kind: 'error', status: 403, code, message } : undefined);
    const trail = handlers['cloudtrail:DescribeTrails']!;
    api.use({
      ...handlers,
      'cloudtrail:DescribeTrails': (call) => {
        const { trailList } = trail(call) as { trailList: object[] };
        return { trailList: trailList.map((one) => ({ ...one, KmsKeyId: 'arn:aws:kms:us-east-1:1:key/k' })) };
      },
    });
    const ran = await live();
    expect([ran.code, ran.out]).toEqual([4, expect.stringMatching(new RegExp(`DENIED +${action},`))]);
    expect(ran.out.match(/DENIED/g)).toHaveLength(1);
  });

  it('names the bucket that may not be listed', async () => {
    s3.fault = () => ({ kind: 'error', status: 403, code: 'AccessDenied' });
    const ran = await live();
    expect([ran.code, ran.out]).toEqual([4, expect.stringMatching(/DENIED +s3:ListBucket/)]);
  });

  it('asks the simulation about what cannot be tried, and calls nothing allowed that it does not know', async () => {
    const athena = () =>
      doctor(
        ...[
          '--source',
          'athena',
          '--role',
          'worker',
          '--table',
          'logs',
          '--bucket',
          'logs',
          '--format',
          'json',
        ],
        ...['--output-location', 's3://results/here'],
      );
    const rows = (text: string) =>
      json(text).permissions.map((row: { action: string; how: string; verdict: string }) => [
        row.action,
        row.how,
        row.verdict,
      ]);
    api.use({ ...handlers, 'athena:GetTableMetadata': () => tableOf('logs') });
    const well = await athena();
    expect(rows(well.out)).toContainEqual(['athena:StartQueryExecution', 'simulated', 'allowed']);
    expect(rows(well.out)).toContainEqual(['athena:GetQueryExecution', 'tried', 'allowed']);
    // The partitions of the table: eu-west-1 alone. Two queries of at least 10 MB each are charged.
    expect(json(well.out).estimate).toMatchObject({
      objects: 90,
      costs: [{ what: 'athena-scan', usd: 0.0001 }],
    });
    api.use({
      ...handlers,
      'iam:SimulatePrincipalPolicy': simulated((one) =>
        one === 'glue:GetTable' ? 'implicitDeny' : 'allowed',
      ),
    });
    const bad = await athena();
    expect(rows(bad.out)).toContainEqual(['glue:GetTable', 'simulated', 'denied']);
    expect(bad.code).toBe(4);
    api.use({ ...handlers, 'iam:SimulatePrincipalPolicy': () => denied('iam:SimulatePrincipalPolicy') });
    const blind = await athena();
    expect(rows(blind.out)).toContainEqual(['athena:StartQueryExecution', 'not tried', 'unknown']);
  });

  it('says so where the credentials are expired, and still looks at nothing else in vain', async () => {
    api.use({ 'sts:GetCallerIdentity': () => expired });
    const ran = await live();
    expect([ran.code, ran.out]).toEqual([4, expect.stringContaining('the aws credentials are expired')]);
    expect(ran.out).toContain('not ready');
  });

  it('leaves in capitals what it does not know, and says so', async () => {
    api.use({ 'sts:GetCallerIdentity': () => denied('sts:GetCallerIdentity') });
    const ran = await doctor('--source', 'athena', '--table', 'logs', '--print-policy', 'json');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('"arn:aws:athena:us-east-1:ACCOUNT:workgroup/primary"');
    expect(ran.err).toContain('replace what is not known here: ACCOUNT, RESULTS-BUCKET, TRAIL-BUCKET');
    expect(ran.err).toContain('whether the trail has a KMS key is not known');
  });

  it('prints the smallest policy for the setup', async () => {
    const ran = await live('--print-policy', 'json');
    const policy = json(ran.out);
    expect(parsePolicyText(ran.out).ok).toBe(true);
    expect(policy.Statement.map((one: { Sid: string }) => one.Sid)).toEqual([
      ...['LastAccessedRead', 'LastAccessedStart', 'ManagedPolicies', 'OneRole'],
      ...['TrailBucket', 'TrailObjects', 'Trails'],
    ]);
    expect(ran.out).toContain('"arn:aws:iam::111122223333:role/team/worker"');
    expect(ran.out).toContain('"arn:aws:s3:::logs/AWSLogs/*"');
    expect(front.commands).toEqual([]);
    const terraform = await live('--print-policy', 'terraform');
    expect(terraform.out).toMatch(/^resource "aws_iam_policy" "gen_policy" \{\n/);
  });
});

describe('doctor on a folder', () => {
  const account = [
    '--role',
    'order-service',
    '--account',
    `${SAMPLES}/account.json`,
    '--trails',
    `${SAMPLES}/trails.json`,
  ];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gen-policy-doctor-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('needs no AWS, and says what the logs can show', async () => {
    const ran = await run(['doctor', ...WINDOW, '--logs', TRAIL, ...account]);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('none needed: nothing is asked of AWS');
    expect(ran.out).toContain('data events of AWS::Lambda::Function: switched off (lambda:InvokeAsync');
    expect(ran.out).toContain('111122223333 eu-west-1: 90 days from 2026-06-01 to 2026-08-29, 90 files');
    expect(front.commands).toEqual([]);
  });

  it('finds the days and regions that are missing, and exits 3', async () => {
    cpSync(TRAIL, folder, {
      recursive: true,
      filter: (name) => !/CloudTrail\/eu-west-1\/2026\/07\/0[3-5]|CloudTrail-Digest/.test(name),
    });
    const ran = await run(['doctor', ...WINDOW, '--logs', folder, ...account]);
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/day-missing: no object of region eu-west-1 .* from 2026-07-03 to 2026-07-05/);
    expect(ran.out).toContain('incomplete');
  });

  it('has no policy to print for a run without AWS', async () => {
    const ran = await run(['doctor', '--logs', TRAIL, '--print-policy', 'json']);
    expect([ran.code, ran.err]).toEqual([64, expect.stringContaining('no policy is needed')]);
  });

  it.each([
    [['--sample', '-1'], '--sample'],
    [['--role', 'a', '--user', 'b'], '--role'],
    [['--logs', '/nowhere/at/all'], '/nowhere/at/all'],
  ])('refuses %j', async (argv, named) => {
    const ran = await run(['doctor', '--logs', TRAIL, ...argv]);
    expect([ran.code, ran.err]).toEqual([64, expect.stringContaining(named)]);
  });
});
