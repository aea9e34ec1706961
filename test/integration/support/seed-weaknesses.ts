/**
 * Fills one moto account with every weakness that a check looks for, or with its repaired twin: the same roles, users,
 * groups and trails without it.
 */
import * as ct from '@aws-sdk/client-cloudtrail';
import * as iam from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

export interface Config {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

const doc = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (more: object): object => ({ Effect: 'Allow', ...more });
const trust = (principal: unknown, more: object = {}): string =>
  doc(allow({ Principal: principal, Action: 'sts:AssumeRole', ...more }));
const LAMBDA = { Service: 'lambda.amazonaws.com' };
const OTHER = { AWS: 'arn:aws:iam::999988887777:root' };
const OIDC = (account: string) => ({
  Federated: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
});

/** One grant a role, so that a check that fires can be told from its neighbours. */
const GRANTS: readonly (readonly [name: string, weak: object, repaired: object])[] = [
  ['admin', { Action: '*', Resource: '*' }, { Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' }],
  [
    'every-action',
    { Action: '*', Resource: 'arn:aws:s3:::reports/*' },
    { Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' },
  ],
  [
    'service',
    { Action: 'sqs:*', Resource: 'arn:aws:sqs:*:*:orders' },
    { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:orders' },
  ],
  [
    'every-resource',
    { Action: 'dynamodb:PutItem', Resource: '*' },
    { Action: 'dynamodb:PutItem', Resource: 'arn:aws:dynamodb:*:*:table/orders' },
  ],
  [
    'not-action',
    { NotAction: 'iam:*', Resource: 'arn:aws:s3:::reports/*' },
    { Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' },
  ],
  [
    'not-resource',
    { Action: 's3:GetObject', NotResource: 'arn:aws:s3:::secret/*' },
    { Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' },
  ],
  [
    'passer',
    { Action: 'iam:PassRole', Resource: '*' },
    {
      Action: 'iam:PassRole',
      Resource: 'arn:aws:iam::*:role/service-app',
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    },
  ],
  [
    'escalator',
    { Action: 'iam:CreatePolicyVersion', Resource: '*' },
    { Action: 'iam:GetPolicyVersion', Resource: 'arn:aws:iam::*:policy/app-*' },
  ],
];

export async function seedWeaknesses(config: Config, account: string, weak: boolean): Promise<void> {
  const client = new iam.IAMClient(config);
  const policy = async (name: string, document: string): Promise<string> => {
    const made = await client.send(
      new iam.CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }),
    );
    return made.Policy!.Arn!;
  };
  const boundary = await policy('boundary', doc(allow({ Action: ['s3:*', 'iam:*'], Resource: '*' })));
  const role = async (name: string, trusted: string, more: Partial<iam.CreateRoleRequest> = {}) => {
    await client.send(
      new iam.CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: trusted,
        // The weak account gives a boundary to one role only.
        ...(weak && name !== 'bounded' ? {} : { PermissionsBoundary: boundary }),
        ...more,
      }),
    );
  };
  for (const [name, bad, good] of GRANTS) {
    await role(name, trust(LAMBDA));
    const PolicyArn = await policy(`app-${name}`, doc(allow(weak ? bad : good)));
    await client.send(new iam.AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
  await role('bounded', trust(LAMBDA));
  await role('inliner', trust(LAMBDA));
  const inline = doc(allow({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' }));
  if (weak)
    await client.send(
      new iam.PutRolePolicyCommand({ RoleName: 'inliner', PolicyName: 'own', PolicyDocument: inline }),
    );
  await role('managed', trust(LAMBDA));
  if (weak)
    await client.send(
      new iam.AttachRolePolicyCommand({
        RoleName: 'managed',
        PolicyArn: 'arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM',
      }),
    );
  await role('long', trust(LAMBDA), { MaxSessionDuration: weak ? 43_200 : 3600 });
  await role('open', weak ? trust({ AWS: '*' }) : trust(LAMBDA));
  await role(
    'partner',
    trust(OTHER, weak ? {} : { Condition: { StringEquals: { 'sts:ExternalId': 'a1b2c3' } } }),
  );
  await role(
    'deploy',
    doc(
      allow({
        Principal: OIDC(account),
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            ...(weak
              ? {}
              : { 'token.actions.githubusercontent.com:sub': 'repo:corvid/app:ref:refs/heads/main' }),
          },
        },
      }),
    ),
  );
  await role('shared', trust(LAMBDA));
  await role('idle', trust(LAMBDA));

  await client.send(new iam.CreateGroupCommand({ GroupName: 'staff' }));
  const managed = await policy('staff', inline);
  await client.send(new iam.AttachGroupPolicyCommand({ GroupName: 'staff', PolicyArn: managed }));
  await client.send(new iam.CreateUserCommand({ UserName: 'ana', PermissionsBoundary: boundary }));
  if (weak) {
    await client.send(new iam.CreateUserCommand({ UserName: 'ben' }));
    await client.send(new iam.AttachUserPolicyCommand({ UserName: 'ben', PolicyArn: managed }));
    await client.send(new iam.CreateLoginProfileCommand({ UserName: 'ben', Password: 'Not-a-real-1!' }));
    for (let key = 0; key < 2; key++) await client.send(new iam.CreateAccessKeyCommand({ UserName: 'ben' }));
  } else {
    await client.send(new iam.AddUserToGroupCommand({ UserName: 'ana', GroupName: 'staff' }));
    await client.send(
      new iam.UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 16, PasswordReusePrevention: 24 }),
    );
  }
  await trails(config, account, weak);
}

async function trails(config: Config, account: string, weak: boolean): Promise<void> {
  const S3BucketName = `logs-${account}`;
  await new S3Client({ ...config, forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: S3BucketName }),
  );
  const client = new ct.CloudTrailClient(config);
  await client.send(
    new ct.CreateTrailCommand({
      Name: 'main',
      S3BucketName,
      IsMultiRegionTrail: !weak,
      EnableLogFileValidation: !weak,
    }),
  );
  if (!weak) await client.send(new ct.StartLoggingCommand({ Name: 'main' }));
}
