/** Fills a moto account with 40 roles, 8 users and 3 groups: paths, versions, inline policies, boundaries, profiles. */
import * as iam from '@aws-sdk/client-iam';

const doc = (action: string, resource = '*'): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'One', Effect: 'Allow', Action: action, Resource: resource }],
  });
const trust = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
const ACTIONS = [
  's3:GetObject',
  'sqs:SendMessage',
  'dynamodb:Query',
  'ec2:Describe*',
  'kms:Decrypt',
  'sns:*',
  'logs:Put*',
];
const SERVICES = ['ec2.amazonaws.com', 'lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'];
const PATHS = ['/', '/team/', '/team/blue/', '/service-role/'];

export async function seedAccount(client: iam.IAMClient, roles = 40): Promise<void> {
  const policies: string[] = [];
  for (let n = 0; n < 12; n++) {
    const made = await client.send(
      new iam.CreatePolicyCommand({
        PolicyName: `Managed${n}`,
        Path: PATHS[n % 4]!,
        PolicyDocument: doc(ACTIONS[n % 7]!, `arn:aws:s3:::bucket-${n}/a+b %/*`),
      }),
    );
    const PolicyArn = made.Policy!.Arn!;
    policies.push(PolicyArn);
    for (let version = 0; version < n % 4; version++)
      await client.send(
        new iam.CreatePolicyVersionCommand({
          PolicyArn,
          PolicyDocument: doc(ACTIONS[(n + version + 1) % 7]!),
          // The last version is not always the default one.
          SetAsDefault: version % 2 === 0,
        }),
      );
  }
  for (let n = 0; n < 3; n++) {
    const GroupName = `group-${n}`;
    await client.send(new iam.CreateGroupCommand({ GroupName, Path: PATHS[n]! }));
    await client.send(new iam.AttachGroupPolicyCommand({ GroupName, PolicyArn: policies[n]! }));
    await client.send(
      new iam.PutGroupPolicyCommand({ GroupName, PolicyName: 'own', PolicyDocument: doc(ACTIONS[n]!) }),
    );
  }
  for (let n = 0; n < roles; n++) {
    const RoleName = `role-${String(n).padStart(2, '0')}`;
    await client.send(
      new iam.CreateRoleCommand({
        RoleName,
        Path: PATHS[n % 4]!,
        AssumeRolePolicyDocument: trust(SERVICES[n % 3]!),
        MaxSessionDuration: 3600 * (1 + (n % 12)),
        Tags:
          n % 5 === 0
            ? [
                { Key: 'team', Value: `blue ${n}` },
                { Key: 'cost', Value: 'x' },
              ]
            : [],
        ...(n % 6 === 0 ? { PermissionsBoundary: policies[11]! } : {}),
      }),
    );
    for (let one = 0; one < n % 4; one++)
      await client.send(
        new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: policies[(n + one * 3) % 12]! }),
      );
    if (n % 7 === 0)
      await client.send(
        new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      );
    for (let one = 0; one < n % 3; one++)
      await client.send(
        new iam.PutRolePolicyCommand({
          RoleName,
          PolicyName: `inline-${one}`,
          PolicyDocument: doc(ACTIONS[(n + one) % 7]!, 'arn:aws:sqs:*:*:q?'),
        }),
      );
    if (n % 8 === 1) {
      const InstanceProfileName = `profile-${n}`;
      await client.send(new iam.CreateInstanceProfileCommand({ InstanceProfileName, Path: PATHS[n % 4]! }));
      await client.send(new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
  }
  for (let n = 0; n < 8; n++) {
    const UserName = `user-${n}`;
    await client.send(
      new iam.CreateUserCommand({
        UserName,
        Path: PATHS[n % 4]!,
        Tags: n % 2 ? [{ Key: 'owner', Value: 'ann' }] : [],
        ...(n === 3 ? { PermissionsBoundary: policies[11]! } : {}),
      }),
    );
    for (let group = 0; group < n % 4; group++)
      await client.send(new iam.AddUserToGroupCommand({ UserName, GroupName: `group-${group}` }));
    if (n % 3 === 0)
      await client.send(new iam.AttachUserPolicyCommand({ UserName, PolicyArn: policies[n]! }));
    if (n % 2 === 0)
      await client.send(
        new iam.PutUserPolicyCommand({
          UserName,
          PolicyName: 'inline',
          PolicyDocument: doc(ACTIONS[n % 7]!),
        }),
      );
  }
}
