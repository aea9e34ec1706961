// The second made-up account of samples/: a shop's production account with thirty principals, as reviews find them. Nothing
// in it is real; policies of AWS that it attaches are given as AWS writes them, the long ones shortened.
export const ACCOUNT = '444455556666';
export const REGION = 'eu-west-1';
export const PARTNER = '777788889999';
const iam = (rest) => `arn:aws:iam::${ACCOUNT}:${rest}`;
export const arn = (service, rest, region = REGION) => `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;

const document = (...Statement) => ({ Version: '2012-10-17', Statement });
const allow = (Action, Resource = '*', more = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
const assume = (Principal, Condition, Action = 'sts:AssumeRole') =>
  document({ Effect: 'Allow', Principal, Action, ...(Condition ? { Condition } : {}) });
const service = (name) => assume({ Service: `${name}.amazonaws.com` });
const federated = (provider, Condition) =>
  assume({ Federated: iam(`oidc-provider/${provider}`) }, Condition, 'sts:AssumeRoleWithWebIdentity');
const EKS = 'oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9';
const pod = (account) =>
  federated(EKS, { StringEquals: { [`${EKS}:sub`]: `system:serviceaccount:${account}` } });

const MANAGED = {
  AdministratorAccess: document(allow('*')),
  AmazonS3FullAccess: document(allow(['s3:*', 's3-object-lambda:*'])),
  AmazonSQSFullAccess: document(allow('sqs:*')),
  AmazonSESFullAccess: document(allow('ses:*')),
  AmazonDynamoDBFullAccess: document(
    allow([
      'dynamodb:*',
      'dax:*',
      'application-autoscaling:*',
      'cloudwatch:GetMetricData',
      'kms:DescribeKey',
    ]),
  ),
  'service-role/AWSLambdaBasicExecutionRole': document(
    allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']),
  ),
  AWSLambdaFullAccess: document(
    allow(['lambda:*', 'logs:*', 'dynamodb:*', 's3:*', 'sns:*', 'sqs:*', 'iam:PassRole', 'events:*']),
  ),
  'job-function/ViewOnlyAccess': document(
    allow([
      'ec2:Describe*',
      's3:ListAllMyBuckets',
      'iam:List*',
      'rds:Describe*',
      'lambda:List*',
      'dynamodb:List*',
    ]),
  ),
};
const OWN = {
  'storefront-data': document(
    allow(['dynamodb:*'], [arn('dynamodb', 'table/catalogue*'), arn('dynamodb', 'table/baskets')]),
    allow(['sqs:*'], arn('sqs', 'order-*')),
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'], 'arn:aws:s3:::heron-media*'),
    allow(['secretsmanager:GetSecretValue'], '*'),
  ),
  'terraform-apply': document(
    allow(['ec2:*', 'rds:*', 'elasticloadbalancing:*', 'lambda:*', 'iam:*', 'kms:*', 'dynamodb:*', 's3:*']),
  ),
  'ops-toolbox': document(
    allow(['ec2:*', 'ssm:*', 'cloudwatch:*', 'logs:*', 'rds:Describe*', 'iam:Get*', 'iam:List*']),
  ),
  'service-boundary': document(allow(['s3:*', 'dynamodb:*', 'sqs:*', 'logs:*', 'kms:Decrypt', 'ssm:Get*'])),
};
const managedArn = (name) =>
  Object.hasOwn(MANAGED, name) ? `arn:aws:iam::aws:policy/${name}` : iam(`policy/${name}`);
const attached = (names = []) =>
  names.map((name) => ({ PolicyName: name.split('/').at(-1), PolicyArn: managedArn(name) }));

/** [name, trust, managed policies, inline statements, more] */
const ROLES = [
  ['storefront-api', service('ecs-tasks'), ['storefront-data'], [], { path: '/service/', bounded: true }],
  [
    'checkout-worker',
    service('lambda'),
    ['AmazonDynamoDBFullAccess', 'AmazonSQSFullAccess'],
    [],
    { path: '/service/' },
  ],
  [
    'image-resizer',
    service('lambda'),
    ['service-role/AWSLambdaBasicExecutionRole', 'AmazonS3FullAccess'],
    [],
  ],
  ['nightly-export', service('lambda'), [], [allow(['athena:*', 'glue:*', 's3:*'])], { path: '/data/' }],
  [
    'shared-functions',
    service('lambda'),
    ['AWSLambdaFullAccess', 'AmazonSESFullAccess', 'AmazonSQSFullAccess'],
    [],
  ],
  [
    'search-indexer',
    service('ec2'),
    [],
    [allow(['es:*', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 's3:GetObject'])],
  ],
  ['bastion', service('ec2'), ['ops-toolbox'], [], { last: '2026-08-20T08:00:00Z' }],
  [
    'ci-deploy',
    federated('token.actions.githubusercontent.com', {
      StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
    }),
    ['AdministratorAccess'],
    [],
  ],
  [
    'terraform',
    assume(
      { AWS: `arn:aws:iam::${PARTNER}:role/platform-runner` },
      { StringEquals: { 'sts:ExternalId': 'heron-7c1f' } },
    ),
    ['terraform-apply'],
    [],
    { hours: 8 },
  ],
  [
    'partner-feed',
    assume({ AWS: `arn:aws:iam::${PARTNER}:root` }),
    [],
    [allow(['s3:GetObject', 's3:ListBucket'])],
  ],
  [
    'backup-runner',
    service('lambda'),
    [],
    [allow(['ec2:CreateSnapshot', 'ec2:DeleteSnapshot', 'ec2:Describe*', 'rds:*'])],
  ],
  [
    'metrics-scraper',
    pod('monitoring:scraper'),
    [],
    [allow(['cloudwatch:*', 'ec2:Describe*', 'tag:GetResources'])],
    { path: '/eks/' },
  ],
  ['external-dns', pod('kube-system:external-dns'), [], [allow(['route53:*'])], { path: '/eks/' }],
  ['legacy-ftp', service('ec2'), ['AmazonS3FullAccess'], [], { last: '2024-03-02T04:11:00Z' }],
  ['old-migration', service('dms'), ['AdministratorAccess'], [], { last: '2023-10-19T18:30:00Z' }],
  [
    'data-science',
    service('sagemaker'),
    ['AmazonS3FullAccess'],
    [allow(['sagemaker:*', 'iam:PassRole'])],
    { hours: 12 },
  ],
  [
    'log-archiver',
    service('lambda'),
    [],
    [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' }],
  ],
  ['cost-reporter', service('lambda'), ['job-function/ViewOnlyAccess'], [allow(['ce:*', 'cur:*'])]],
  [
    'key-rotator',
    service('lambda'),
    [],
    [
      allow([
        'iam:CreateAccessKey',
        'iam:DeleteAccessKey',
        'iam:UpdateAccessKey',
        'iam:ListAccessKeys',
        'secretsmanager:*',
      ]),
    ],
  ],
  [
    'feature-flags',
    service('ecs-tasks'),
    [],
    [allow(['appconfig:*', 'ssm:GetParameter*'])],
    { path: '/service/', bounded: true },
  ],
  ['poc-2023', assume({ AWS: '*' }), ['AmazonSQSFullAccess'], [], { last: '2023-12-01T10:00:00Z' }],
  [
    'AWSServiceRoleForSupport',
    service('support'),
    [],
    [],
    { path: '/aws-service-role/support.amazonaws.com/' },
  ],
  [
    'AWSReservedSSO_AdministratorAccess_1f2e3d4c5b6a7980',
    federated('sso'),
    ['AdministratorAccess'],
    [],
    { path: '/aws-reserved/sso.amazonaws.com/eu-west-1/' },
  ],
  [
    'AWSReservedSSO_ReadOnly_0a9b8c7d6e5f4031',
    federated('sso'),
    ['job-function/ViewOnlyAccess'],
    [],
    { path: '/aws-reserved/sso.amazonaws.com/eu-west-1/' },
  ],
];
/** [name, groups, managed policies, inline statements] */
const USERS = [
  ['deploy-bot', [], ['AmazonS3FullAccess'], [allow(['lambda:UpdateFunctionCode', 'iam:PassRole'])]],
  ['jonas.berg', ['ops'], [], [allow('iam:*')]],
  ['ines.moreau', ['ops'], [], []],
  ['smtp-sender', [], [], [allow('ses:SendRawEmail')]],
  ['old.contractor', ['ops'], [], []],
  ['audit-reader', [], ['job-function/ViewOnlyAccess'], []],
];

const roleId = (index) => `AROAHERONEXAMPLE${String(index).padStart(5, '0')}`;
const userId = (index) => `AIDAHERONEXAMPLE${String(index).padStart(5, '0')}`;
export const roles = new Map(
  ROLES.map(([name, , , , more = {}], index) => [
    name,
    { name, id: roleId(index), arn: iam(`role${more.path ?? '/'}${name}`) },
  ]),
);
export const users = new Map(
  USERS.map(([name], index) => [name, { name, id: userId(index), arn: iam(`user/${name}`) }]),
);
const inline = (name, statements) =>
  statements.length === 0 ? [] : [{ PolicyName: `${name}-inline`, PolicyDocument: document(...statements) }];
const version = (Document, CreateDate) => [{ Document, VersionId: 'v1', IsDefaultVersion: true, CreateDate }];

export function authorizationDetails() {
  const CreateDate = '2023-02-14T09:00:00Z';
  return {
    UserDetailList: USERS.map(([name, groups, managed, statements]) => ({
      Path: '/',
      UserName: name,
      UserId: users.get(name).id,
      Arn: users.get(name).arn,
      CreateDate,
      UserPolicyList: inline(name, statements),
      GroupList: groups,
      AttachedManagedPolicies: attached(managed),
      Tags: [],
    })),
    GroupDetailList: [
      ['ops', ['ops-toolbox']],
      ['interns', ['job-function/ViewOnlyAccess']],
    ].map(([name, managed], index) => ({
      Path: '/',
      GroupName: name,
      GroupId: `AGPAHERONEXAMPLE${String(index).padStart(5, '0')}`,
      Arn: iam(`group/${name}`),
      CreateDate,
      GroupPolicyList: [],
      AttachedManagedPolicies: attached(managed),
    })),
    RoleDetailList: ROLES.map(([name, trust, managed, statements, more = {}]) => ({
      Path: more.path ?? '/',
      RoleName: name,
      RoleId: roles.get(name).id,
      Arn: roles.get(name).arn,
      CreateDate,
      AssumeRolePolicyDocument: trust,
      InstanceProfileList: [],
      RolePolicyList: inline(name, statements),
      AttachedManagedPolicies: attached(managed),
      ...(more.bounded
        ? {
            PermissionsBoundary: {
              PermissionsBoundaryType: 'Policy',
              PermissionsBoundaryArn: iam('policy/service-boundary'),
            },
          }
        : {}),
      ...(more.hours ? { MaxSessionDuration: more.hours * 3600 } : {}),
      Tags: [],
      RoleLastUsed: { LastUsedDate: more.last ?? '2026-08-29T21:00:00Z', Region: REGION },
    })),
    Policies: Object.entries({ ...MANAGED, ...OWN }).map(([name, Document], index) => ({
      PolicyName: name.split('/').at(-1),
      PolicyId: `ANPAHERONEXAMPLE${String(index).padStart(5, '0')}`,
      Arn: managedArn(name),
      Path: name.includes('/') ? `/${name.slice(0, name.lastIndexOf('/') + 1)}` : '/',
      DefaultVersionId: 'v1',
      AttachmentCount: 1,
      IsAttachable: true,
      CreateDate,
      UpdateDate: CreateDate,
      PolicyVersionList: version(Document, CreateDate),
    })),
  };
}

const COLUMNS = [
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active',
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service',
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service',
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
].join(',');
const day = (text) => (text === undefined ? 'N/A' : `${text}T08:00:00+00:00`);
const key = ([made, used] = []) =>
  made === undefined
    ? 'false,N/A,N/A,N/A,N/A'
    : `true,${day(made)},${day(used)},${used === undefined ? 'N/A,N/A' : `${REGION},s3`}`;
/** [password: changed and last used, MFA, first key: made and used, second key] */
const CREDENTIALS = {
  'deploy-bot': [undefined, false, ['2023-02-14', '2026-08-29'], ['2024-06-01']],
  'jonas.berg': [['2025-11-03', '2026-08-28'], false, ['2026-07-20', '2026-08-28']],
  'ines.moreau': [['2026-06-11', '2026-08-29'], true],
  'smtp-sender': [undefined, false, ['2022-05-09', '2026-08-29']],
  'old.contractor': [['2024-01-15', '2025-02-27'], false, ['2024-01-15', '2025-02-25']],
  'audit-reader': [undefined, false, ['2026-07-01', '2026-08-24']],
};

export function credentialReport() {
  const line = (name, arnOf, [password, mfa, first, second], created) =>
    [
      name,
      arnOf,
      created,
      password ? 'true' : 'false',
      password ? day(password[1]) : 'N/A',
      password ? day(password[0]) : 'N/A',
      'N/A',
      String(mfa),
      key(first),
      key(second),
      'false,N/A,false,N/A',
    ].join(',');
  const root = [
    '<root_account>',
    iam('root'),
    '2021-04-01T07:00:00+00:00',
    'not_supported',
    day('2026-08-12'),
    'not_supported,not_supported',
    'true',
    key(),
    key(),
    'false,N/A,false,N/A',
  ];
  return `${[
    COLUMNS,
    root.join(','),
    ...Object.entries(CREDENTIALS).map(([name, row]) =>
      line(name, users.get(name).arn, row, '2023-02-14T09:00:00+00:00'),
    ),
  ].join('\n')}\n`;
}

export const passwordPolicy = () => ({
  PasswordPolicy: {
    MinimumPasswordLength: 10,
    RequireSymbols: false,
    RequireNumbers: true,
    RequireUppercaseCharacters: true,
    RequireLowercaseCharacters: true,
    AllowUsersToChangePassword: true,
    ExpirePasswords: false,
  },
});

export const trails = () => ({
  trails: [
    {
      trail: {
        Name: 'heron-audit',
        S3BucketName: 'heron-audit',
        IncludeGlobalServiceEvents: true,
        IsMultiRegionTrail: true,
        HomeRegion: REGION,
        TrailARN: arn('cloudtrail', 'trail/heron-audit'),
        LogFileValidationEnabled: false,
        HasCustomEventSelectors: true,
        HasInsightSelectors: false,
        IsOrganizationTrail: false,
      },
      selectors: {
        TrailARN: arn('cloudtrail', 'trail/heron-audit'),
        AdvancedEventSelectors: [
          { Name: 'management', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
          ...['AWS::DynamoDB::Table', 'AWS::S3::Object'].map((type) => ({
            Name: type,
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: [type] },
            ],
          })),
        ],
      },
      status: { IsLogging: true },
    },
  ],
  problems: [],
});
