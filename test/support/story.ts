/** A trail with a routine and an attack in it: from a few words to log files in the S3 layout and an account file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const ACCOUNT = '111122223333';
export const ROLE = 'app';
export const START = Date.UTC(2026, 4, 1);
export const DAYS = 60;
const DAY = 86_400_000;

/** One call, made on `days` (counted from the window's first). */
export interface Call {
  /** `SOURCE:NAME`, the source without `.amazonaws.com`. */
  readonly event: string;
  readonly request?: unknown;
  readonly resources?: readonly unknown[];
  readonly days: readonly number[];
  readonly session?: string;
  readonly ip?: string;
  readonly error?: string;
  readonly times?: number;
  /** Members of the record that replace its own, for forged ones. */
  readonly forge?: Readonly<Record<string, unknown>>;
}

const everyDay = Array.from({ length: DAYS }, (_, day) => day);
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/0a0a0a0a-1111-2222-3333-444444444444`;
/** What the role does all the time: from two addresses, in a new session each week. */
const ROUTINE: readonly Call[] = [
  { event: 'dynamodb:PutItem', request: { tableName: 'orders' }, days: everyDay, times: 3 },
  {
    event: 'kms:Decrypt',
    request: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    resources: [{ ARN: KEY, accountId: ACCOUNT, type: 'AWS::KMS::Key' }],
    days: everyDay,
  },
  {
    event: 's3:GetObject',
    request: { bucketName: 'orders', key: 'inbox/1.json' },
    resources: [
      { ARN: 'arn:aws:s3:::orders/inbox/1.json', type: 'AWS::S3::Object' },
      { ARN: 'arn:aws:s3:::orders', accountId: ACCOUNT, type: 'AWS::S3::Bucket' },
    ],
    days: everyDay,
  },
];

function record(call: Call, day: number, number: number): object {
  const [source, name] = call.event.split(':') as [string, string];
  const session = call.session ?? `i-0${Math.floor(day / 7)}`;
  const data = source === 's3' || source === 'dynamodb';
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAAPP:${session}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${ROLE}/${session}`,
      accountId: ACCOUNT,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAAPP',
          arn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
          accountId: ACCOUNT,
          userName: ROLE,
        },
      },
    },
    eventTime: new Date(START + day * DAY + 3_600_000 + number * 1000).toISOString().replace('.000Z', 'Z'),
    eventSource: `${source}.amazonaws.com`,
    eventName: name,
    awsRegion: 'eu-west-1',
    sourceIPAddress: call.ip ?? `10.0.0.${1 + (day % 2)}`,
    userAgent: 'aws-sdk-js/3',
    requestParameters: call.request ?? null,
    responseElements: null,
    eventID: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    eventType: 'AwsApiCall',
    managementEvent: !data,
    eventCategory: data ? 'Data' : 'Management',
    recipientAccountId: ACCOUNT,
    ...(call.resources ? { resources: call.resources } : {}),
    ...(call.error === undefined ? {} : { errorCode: call.error, errorMessage: 'no' }),
    ...call.forge,
  };
}

/** Writes `trail/` and `account.json`, in which the role has the given statements, into a folder. */
export async function writeStory(
  folder: string,
  attack: readonly Call[],
  old: readonly object[],
): Promise<void> {
  const days = new Map<number, object[]>();
  let number = 0;
  for (const call of [...ROUTINE, ...attack])
    for (const day of call.days)
      for (let time = 0; time < (call.times ?? 1); time++)
        days.set(day, [...(days.get(day) ?? []), record(call, day, number++)]);
  for (const [day, records] of days) {
    const date = new Date(START + day * DAY).toISOString().slice(0, 10);
    const place = join(folder, 'trail/AWSLogs', ACCOUNT, 'CloudTrail/eu-west-1', ...date.split('-'));
    await mkdir(place, { recursive: true });
    const name = `${ACCOUNT}_CloudTrail_eu-west-1_${date.replaceAll('-', '')}T0200Z_${'0'.repeat(16)}.json.gz`;
    await writeFile(join(place, name), gzipSync(JSON.stringify({ Records: records })));
  }
  await writeFile(
    join(folder, 'account.json'),
    JSON.stringify({
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: [
        {
          Path: '/',
          RoleName: ROLE,
          RoleId: 'AROAAPP',
          Arn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
          CreateDate: '2024-01-01T00:00:00Z',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: {
              Effect: 'Allow',
              Principal: { Service: 'ec2.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          },
          InstanceProfileList: [],
          RolePolicyList: [
            { PolicyName: 'everything', PolicyDocument: { Version: '2012-10-17', Statement: old } },
          ],
          AttachedManagedPolicies: [],
          Tags: [],
        },
      ],
      Policies: [],
    }),
  );
}

/** The command line that judges the story's role. */
export const storyArgs = (folder: string): readonly string[] => [
  '--role',
  ROLE,
  '--logs',
  join(folder, 'trail'),
  '--account',
  join(folder, 'account.json'),
  '--from',
  new Date(START).toISOString().slice(0, 10),
  '--to',
  new Date(START + (DAYS - 1) * DAY).toISOString().slice(0, 10),
];
