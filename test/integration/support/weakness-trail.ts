/** CloudTrail records beside the moto accounts: what root, other accounts and the principals did. moto records nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const DAY = '2027-06-15';

interface Call {
  readonly source: string;
  readonly name: string;
  readonly identity: object;
  readonly request?: object;
}

const roleIdentity = (account: string, role: string, more: object = {}): object => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLE${role.toUpperCase()}:run`,
  arn: `arn:aws:sts::${account}:assumed-role/${role}/run`,
  accountId: account,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: `AROAEXAMPLE${role.toUpperCase()}`,
      arn: `arn:aws:iam::${account}:role/${role}`,
      accountId: account,
      userName: role,
    },
  },
  ...more,
});
const inScope = (arn: string): object => ({
  inScopeOf: { sourceArn: arn, issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: arn },
});
const harmless = (identity: object): Call => ({
  source: 'sts.amazonaws.com',
  name: 'GetCallerIdentity',
  identity,
});
const fn = (account: string, name: string): string => `arn:aws:lambda:us-east-1:${account}:function:${name}`;
const listBuckets = (identity: object): Call => ({
  source: 's3.amazonaws.com',
  name: 'ListBuckets',
  identity,
});

const weakCalls = (account: string): readonly Call[] => [
  {
    source: 'iam.amazonaws.com',
    name: 'CreateUser',
    identity: { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account },
    request: { userName: 'ben' },
  },
  {
    source: 'sts.amazonaws.com',
    name: 'AssumeRole',
    identity: { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: '999988887777' },
    request: { roleArn: `arn:aws:iam::${account}:role/partner`, roleSessionName: 'x' },
  },
  {
    source: 'iam.amazonaws.com',
    name: 'AttachRolePolicy',
    identity: roleIdentity(account, 'admin'),
    request: { roleName: 'admin', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  ...['one', 'two'].map((name) => listBuckets(roleIdentity(account, 'shared', inScope(fn(account, name))))),
];

/** Everybody was seen, nobody did anything that a check looks for. */
const repairedCalls = (account: string, roles: readonly string[]): readonly Call[] => [
  ...roles.filter((role) => role !== 'shared').map((role) => harmless(roleIdentity(account, role))),
  listBuckets(roleIdentity(account, 'shared', inScope(fn(account, 'one')))),
  harmless({
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEANA',
    arn: `arn:aws:iam::${account}:user/ana`,
    accountId: account,
    userName: 'ana',
  }),
];

export function writeTrail(folder: string, account: string, repaired: readonly string[] | undefined): void {
  const calls = repaired === undefined ? weakCalls(account) : repairedCalls(account, repaired);
  const Records = calls.map(({ source, name, identity, request }, index) => ({
    eventVersion: '1.11',
    userIdentity: identity,
    eventTime: `${DAY}T10:00:${String(index).padStart(2, '0')}Z`,
    eventSource: source,
    eventName: name,
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.10',
    userAgent: 'test',
    requestParameters: request ?? null,
    responseElements: null,
    eventID: `00000000-0000-4000-8000-${account}`.slice(0, 30) + String(index).padStart(6, '0'),
    readOnly: request === undefined,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  }));
  const day = DAY.replaceAll('-', '/');
  const place = join(folder, `AWSLogs/${account}/CloudTrail/us-east-1/${day}`);
  mkdirSync(place, { recursive: true });
  const stamp = `${DAY.replaceAll('-', '')}T1005Z`;
  writeFileSync(
    join(place, `${account}_CloudTrail_us-east-1_${stamp}_abcdefghijklmnop.json.gz`),
    gzipSync(JSON.stringify({ Records })),
  );
}
