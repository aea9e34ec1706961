/**
 * A small account with three days of logs, in which one file holds the only use of an action: losing that file in
 * silence would lose the permission. A fault is put into it, the whole command runs, and what came out is judged.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { contains } from '../../src/policy/contain.ts';
import type { Policy } from '../../src/policy/document.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Bucket } from '../../src/usage/usage.ts';
import { type Ran, run } from '../support/run.ts';

const ACCOUNT = '111122223333';
/** Values that must never come out again, whatever goes wrong. */
export const CANARIES = {
  accessKeyId: 'AKIACANARY0000000001',
  secretAccessKey: 'canary-secret-3Nq8mVt5Yc1Lw7Rb0Dx2Hs9Kf4Gj6',
  sessionToken: 'canary-token-Zp5Kd8Wq2Xc7Vb1Nm4Lk9Jh3Gf6',
} as const;

export const OLD = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'sqs:GetQueueAttributes',
        'sqs:PurgeQueue',
        'sqs:SetQueueAttributes',
      ],
      Resource: '*',
    },
  ],
};

export const DAYS = ['2026-05-01', '2026-05-02', '2026-05-03'] as const;
/** The object that faults happen to: its record is the only use of sqs:PurgeQueue. */
export const VICTIM = keyOf(DAYS[1]);

function keyOf(day: string): string {
  const stamp = `${day.replaceAll('-', '')}T0100Z_${'0'.repeat(16)}`;
  return `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/${day.replaceAll('-', '/')}/${ACCOUNT}_CloudTrail_eu-west-1_${stamp}.json.gz`;
}

/** A record of the role; number and name make it distinct. */
export function record(day: string, number: number, name: string): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAAPP:task',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/task`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAEXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAAPP',
          arn: `arn:aws:iam::${ACCOUNT}:role/app`,
          accountId: ACCOUNT,
          userName: 'app',
        },
        attributes: { mfaAuthenticated: 'false', creationDate: `${day}T00:00:00Z` },
      },
    },
    eventTime: `${day}T00:10:0${number}Z`,
    eventSource: 'sqs.amazonaws.com',
    eventName: name,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '10.0.0.1',
    userAgent: 'aws-sdk-js/3',
    requestParameters: { queueUrl: `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/orders` },
    responseElements: null,
    requestID: `r-${number}`,
    eventID: `${day}-${number}`,
    readOnly: false,
    resources: [
      { ARN: `arn:aws:sqs:eu-west-1:${ACCOUNT}:orders`, accountId: ACCOUNT, type: 'AWS::SQS::Queue' },
    ],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
  };
}

/** The records of one day; the victim's day alone has a PurgeQueue. */
export const recordsOf = (day: string): Record<string, unknown>[] =>
  day === DAYS[1]
    ? [record(day, 1, 'PurgeQueue')]
    : [record(day, 1, 'GetQueueAttributes'), record(day, 2, 'SetQueueAttributes')];

export const documentOf = (records: readonly unknown[]): string => JSON.stringify({ Records: records });
export const OBJECTS: ReadonlyMap<string, Buffer> = new Map(
  DAYS.map((day) => [keyOf(day), gzipSync(documentOf(recordsOf(day)))]),
);

export interface World {
  readonly folder: string;
  readonly account: readonly string[];
  /** Flags that read the trail from the folder. */
  readonly args: readonly string[];
  /** Runs with the victim's file replaced; undefined: removed. */
  with(body: Uint8Array | string | undefined): Promise<Ran>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'gen-policy-fault-'));
  const put = async (name: string, body: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), body);
  };
  for (const [key, body] of OBJECTS) await put(join('trail', key), body);
  await put('account.json', JSON.stringify(accountDetails()));
  const account = [
    '--role',
    'app',
    '--account',
    join(folder, 'account.json'),
    '--from',
    DAYS[0],
    '--to',
    DAYS[2],
  ];
  const args = [...account, '--logs', join(folder, 'trail')];
  return {
    folder,
    account,
    args,
    with: async (body) => {
      const path = join('trail', VICTIM);
      if (body === undefined) await rm(join(folder, path));
      else await put(path, body);
      try {
        return await run([...args, '--format', 'json']);
      } finally {
        await put(path, OBJECTS.get(VICTIM)!);
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export const accountDetails = () => ({
  UserDetailList: [],
  GroupDetailList: [],
  Policies: [],
  RoleDetailList: [
    {
      Path: '/',
      RoleName: 'app',
      RoleId: 'AROAAPP',
      Arn: `arn:aws:iam::${ACCOUNT}:role/app`,
      CreateDate: '2024-01-01T00:00:00Z',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      InstanceProfileList: [],
      RolePolicyList: [{ PolicyName: 'app', PolicyDocument: OLD }],
      AttachedManagedPolicies: [],
      Tags: [],
    },
  ],
});

/** What the fault may do to the outcome. */
export interface Allowed {
  /** Buckets that the fault moves a record into: then the policy may follow, for the record says something else now. */
  readonly counted?: readonly Bucket[];
  /** The run may end without a plan, with this exit code. */
  readonly ends?: readonly number[];
}

const policiesOf = (plan: Plan): readonly Policy[] =>
  plan.after.policies.map(({ document }) => {
    const read = parsePolicy(document);
    if (!read.ok) throw new Error('the policy handed out cannot be read');
    return read.policy;
  });
const old = (() => {
  const read = parsePolicy(OLD);
  if (!read.ok) throw new Error('old');
  return [read.policy];
})();

/**
 * Throws where an invariant does not hold: one clear line or a plan; accounting that closes; a policy inside the old
 * one; the same policy as without the fault, or one at least as wide with exit code 3; and no canary anywhere.
 */
export async function judge(ran: Ran, clean: Plan, allowed: Allowed = {}): Promise<Plan | undefined> {
  noCanary(ran.out + ran.err);
  const fail = (what: string): never => {
    throw new Error(`${what}: exit ${ran.code}, ${ran.err.slice(0, 300)}`);
  };
  if (/this is a bug|\n\s+at /.test(ran.err)) fail('a stack trace instead of a message');
  if (ran.out === '') {
    const errors = ran.err.split('\n').filter((line) => line.startsWith('gen-policy: '));
    if (errors.length !== 1 || !/[^.\n]\n$/.test(ran.err)) fail('no one clear line');
    if (!(allowed.ends ?? []).includes(ran.code)) fail('ends without a plan');
    return undefined;
  }
  const plan = JSON.parse(ran.out) as Plan;
  const { buckets, records } = plan.evidence.accounting;
  const sum = Object.values(buckets).reduce((total, count) => total + count, 0);
  if (sum !== records) fail(`${records} records but ${sum} in buckets`);
  if (ran.code !== (plan.evidence.complete ? 0 : 3)) fail('the exit code does not tell of the evidence');
  const catalogue = await loadCatalogue();
  const after = policiesOf(plan);
  if (contains(old, after, catalogue).verdict !== 'proven') fail('the policy grew beyond the old one');
  const same = JSON.stringify(plan.after.policies) === JSON.stringify(clean.after.policies);
  if (same) return plan;
  const counted = allowed.counted?.some(
    (bucket) => buckets[bucket] > clean.evidence.accounting.buckets[bucket],
  );
  if (counted) return plan;
  if (plan.evidence.complete) fail('another policy, and nothing says that evidence is missing');
  if (contains(after, policiesOf(clean), catalogue).verdict !== 'proven')
    fail('a tighter policy from less evidence');
  return plan;
}

export function noCanary(text: string): void {
  for (const [name, value] of Object.entries(CANARIES))
    if (text.includes(value)) throw new Error(`the ${name} came out`);
}

/** Every file under a folder; canaries are looked for in each. */
export async function noCanaryIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile());
  for (const one of files) noCanary((await readFile(join(one.parentPath, one.name))).toString('latin1'));
  return files.length;
}

/** The plan of a run that nothing went wrong in. */
export async function cleanPlan(world: World): Promise<Plan> {
  const ran = await run([...world.args, '--format', 'json']);
  if (ran.code !== 0) throw new Error(`the clean run ends with ${ran.code}: ${ran.err}`);
  return JSON.parse(ran.out) as Plan;
}
