/** At scale: a million generated records in gzipped objects, read, judged, written, proven, and run again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachedPolicy } from '../../src/account/account.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { CONDITION_NAMES } from '../../src/plan/synthesise-conditions.ts';
import { openDirectory } from '../../src/trail/directory.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import type { PrincipalUsage } from '../../src/usage/usage.ts';
import { attachedAfter, inputOf, principalWith } from '../support/synthesis-input.ts';

const RECORDS = Number(process.env.GEN_POLICY_SCALE_RECORDS ?? 1_000_000);
const PER_OBJECT = 10_000;
const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const FROM = Date.UTC(2026, 0, 1);
const DAYS = 90;
const folder = mkdtempSync(join(tmpdir(), 'gen-policy-scale-'));

/** mulberry32: the same trail on every machine. */
let state = 20260101;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const hex = (length: number): string =>
  length > 8
    ? hex(8) + hex(length - 8)
    : Math.floor(random() * 16 ** length)
        .toString(16)
        .padStart(length, '0');
const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
const day = (): string =>
  new Date(FROM + Math.floor(random() * DAYS) * 86_400_000).toISOString().slice(0, 10);

interface Made {
  readonly source: string;
  readonly name: string;
  readonly request: unknown;
  readonly resources?: readonly { readonly ARN: string; readonly type: string }[];
  readonly data?: boolean;
  readonly vpce?: string;
  readonly mfa?: boolean;
}
const s3 = (name: string, bucket: string, key: string): Made => ({
  source: 's3.amazonaws.com',
  name,
  request: { bucketName: bucket, key },
  resources: [
    { ARN: `arn:aws:s3:::${bucket}/${key}`, type: 'AWS::S3::Object' },
    { ARN: `arn:aws:s3:::${bucket}`, type: 'AWS::S3::Bucket' },
  ],
  data: true,
});
const MAKERS: readonly (() => Made)[] = [
  () => s3('GetObject', pick(['lake-raw', 'lake-clean']), `events/${day()}/${hex(4)}.json`),
  () => s3('PutObject', 'lake-clean', `out/${day().replaceAll('-', '/')}/part-${hex(2)}.parquet`),
  () => s3('GetObject', 'config-store', pick(['app.json', 'flags.json', 'odd*name?.json', 'a${b}.json'])),
  () => ({
    source: 'dynamodb.amazonaws.com',
    name: pick(['GetItem', 'PutItem', 'Query']),
    request: { tableName: pick(['orders', 'customers', 'stock']) },
    data: true,
  }),
  () => ({ source: 'ec2.amazonaws.com', name: pick(['DescribeInstances', 'DescribeSubnets']), request: {} }),
  () => ({
    source: 'logs.amazonaws.com',
    name: 'CreateLogStream',
    request: { logGroupName: '/ecs/app', logStreamName: `app/app/${hex(6)}` },
  }),
  () => ({
    source: 'kms.amazonaws.com',
    name: pick(['Decrypt', 'GenerateDataKey']),
    request: null,
    resources: [{ ARN: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${pick(KEYS)}`, type: 'AWS::KMS::Key' }],
    vpce: pick(ENDPOINTS),
  }),
  () => ({
    source: 'secretsmanager.amazonaws.com',
    name: 'GetSecretValue',
    request: { secretId: pick(['orders/db', 'mail/relay']) },
    vpce: ENDPOINTS[0]!,
  }),
  () => ({
    source: 'sqs.amazonaws.com',
    name: 'SendMessage',
    request: { queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs-${pick([...'abcdefgh'])}` },
    data: true,
  }),
  () => ({ source: 'sts.amazonaws.com', name: 'GetCallerIdentity', request: null }),
  () => ({
    source: 'lambda.amazonaws.com',
    name: 'UpdateFunctionCode20150331v2',
    request: { functionName: pick(['resize', 'mail']) },
    // Once in a while somebody deploys without MFA.
    mfa: random() < 0.999,
  }),
];
const ENDPOINTS = ['vpce-0a1b2c3d4e5f60718', 'vpce-0b1b2c3d4e5f60718'];
const KEYS = ['6f1c2a30-58d4-4f0e-9a8b-3d7f0c5e1b42', '7f1c2a30-58d4-4f0e-9a8b-3d7f0c5e1b43'];

function record(): string {
  const made = pick(MAKERS)();
  const time = new Date(FROM + Math.floor(random() * DAYS * 86_400) * 1000).toISOString().replace('.000', '');
  const data = made.data === true;
  return (
    `{"eventVersion":"1.11",${made.mfa === false ? IDENTITY.replace('"true"', '"false"') : IDENTITY},"eventTime":"${time}","eventSource":"${made.source}",` +
    `"eventName":"${made.name}","awsRegion":"${REGION}","sourceIPAddress":"10.0.0.1","userAgent":"aws-sdk",` +
    `"requestParameters":${JSON.stringify(made.request)},"responseElements":null,"requestID":"${uuid()}",` +
    `"eventID":"${uuid()}","readOnly":${/^(Get|Describe|List|Query|Decrypt)/.test(made.name)},` +
    (made.vpce ? `"vpcEndpointId":"${made.vpce}",` : '') +
    (made.resources ? `"resources":${JSON.stringify(made.resources)},` : '') +
    `"eventType":"AwsApiCall","managementEvent":${!data},"recipientAccountId":"${ACCOUNT}",` +
    `"eventCategory":"${data ? 'Data' : 'Management'}"}`
  );
}

const IDENTITY = `"userIdentity":${JSON.stringify({
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLEEXAMPLEEX:task',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/task`,
  accountId: ACCOUNT,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEEXAMPLEEX',
      arn: `arn:aws:iam::${ACCOUNT}:role/app`,
      accountId: ACCOUNT,
      userName: 'app',
    },
    attributes: { mfaAuthenticated: 'true' },
  },
})}`;

const attached = (name: string, source: AttachedPolicy['source'], Statement: unknown): AttachedPolicy => ({
  name,
  source,
  document: { Version: '2012-10-17', Statement },
  ...(source === 'inline' ? {} : { arn: `arn:aws:iam::${ACCOUNT}:policy/${name}` }),
});
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const WORLDS: Readonly<Record<string, readonly AttachedPolicy[]>> = {
  administrator: [attached('AdministratorAccess', 'aws-managed', [allow('*', '*')])],
  'whole services with a Deny and conditions': [
    attached('data', 'customer-managed', [
      allow(['s3:*', 'dynamodb:*', 'sqs:*'], '*', { Sid: 'Data' }),
      { Sid: 'No', Effect: 'Deny', Action: 's3:Delete*', Resource: '*' },
    ]),
    attached('rest', 'inline', [
      allow(['kms:*', 'logs:*', 'ec2:Describe*', 'sts:*', 'lambda:*', 'secretsmanager:*'], '*', {
        Condition: { StringEquals: { 'aws:RequestedRegion': REGION } },
      }),
    ]),
  ],
  'NotAction, patterns and a policy that does not cover all': [
    attached('most', 'customer-managed', [
      { Effect: 'Allow', NotAction: ['iam:*', 'sqs:*'], Resource: '*' },
      allow('s3:*', ['arn:aws:s3:::lake-*', 'arn:aws:s3:::config-store/*'], { Sid: 'Lake' }),
    ]),
  ],
};

describe(`a trail of ${RECORDS.toLocaleString('en-US')} records`, () => {
  let usage: PrincipalUsage;
  beforeAll(async () => {
    for (let at = 0, n = 0; at < RECORDS; at += PER_OBJECT, n += 1) {
      const date = new Date(FROM + (n % DAYS) * 86_400_000).toISOString().slice(0, 10).split('-');
      const place = join(folder, 'AWSLogs', ACCOUNT, 'CloudTrail', REGION, ...date);
      mkdirSync(place, { recursive: true });
      const count = Math.min(PER_OBJECT, RECORDS - at);
      const text = `{"Records":[${Array.from({ length: count }, record).join(',')}]}`;
      const name = `${ACCOUNT}_CloudTrail_${REGION}_${date.join('')}T0000Z_${String(n).padStart(16, '0')}.json.gz`;
      writeFileSync(join(place, name), gzipSync(text, { level: 1 }));
    }
    const catalogue = await loadCatalogue();
    const window = { from: FROM, to: FROM + (DAYS + 1) * 86_400_000 };
    const wanted = [{ kind: 'role' as const, name: 'app', accountId: ACCOUNT }];
    const { resolve } = createResolver(catalogue);
    const ledger = createLedger({ window, resolve, wanted });
    for await (const batch of (await openDirectory(folder)).read({ window, principals: wanted }))
      ledger.add(batch);
    usage = ledger.usage(ledger.principals()[0]!);
  }, 1_800_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read to the last record', () => {
    expect(usage.accounting.records).toBe(RECORDS);
    expect(usage.accounting.buckets.succeeded + usage.accounting.buckets['no-permission']).toBe(RECORDS);
    // More objects and streams than are held by name: beginnings stand for them, and the policies must still hold all.
    const many = usage.entries.filter(({ resource }) => resource.kind === 'unresolved' && resource.many);
    if (RECORDS >= 1_000_000) expect(many.length).toBeGreaterThan(0);
    else expect(usage.entries.length).toBeGreaterThan(1000);
  });

  it.each(Object.keys(WORLDS).flatMap((name) => [[name, []] as const, [name, CONDITION_NAMES] as const]))(
    '%s %o: no miss, containment proven, sizes right, a fixed point',
    async (name, conditions) => {
      const catalogue = await loadCatalogue();
      const run = (policies: readonly AttachedPolicy[]) =>
        buildPlan({ ...inputOf(catalogue, [], principalWith(policies), { conditions }), usage });
      const start = performance.now();
      const plan = run(WORLDS[name]!);
      const took = performance.now() - start;
      const { replay, containment, sizes, fits } = plan.proof;
      console.log(
        `${name}: ${replay.events} events, ${replay.permissions} permissions, ${replay.misses.length} misses, ${containment.verdict}, ${plan.after.policies.length} policies, plan in ${Math.round(took)} ms`,
      );
      expect(replay.misses).toEqual([]);
      expect(containment.verdict).toBe('proven');
      expect(fits).toBe(true);
      for (const { characters, limit } of sizes) expect(characters).toBeLessThanOrEqual(limit);
      const again = run(attachedAfter(plan));
      expect(again.after.policies.map((one) => one.document)).toEqual(
        plan.after.policies.map((one) => one.document),
      );
      expect(again.proof.containment.verdict).toBe('proven');
      expect(replay.notExpressible).toBe(0);
      // Each key goes to the actions that always carried it, and to those alone.
      const withKey = (key: string) =>
        plan.after.policies
          .flatMap((one) => one.document.Statement)
          .filter((one) => Object.values(one.Condition ?? {}).some((test) => Object.hasOwn(test, key)))
          .flatMap((one) => [one.Action ?? []].flat())
          .filter((action) => usage.entries.some((entry) => entry.action === action))
          .map((action) => action.split(':')[0]);
      const asked = conditions.length > 0;
      expect([...new Set(withKey('aws:SourceVpce'))].sort()).toEqual(asked ? ['kms', 'secretsmanager'] : []);
      const mfa = withKey('aws:MultiFactorAuthPresent');
      expect(mfa.includes('kms')).toBe(asked);
      expect(mfa.includes('lambda')).toBe(false);
    },
  );
});
