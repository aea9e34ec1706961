// What happens in the second sample account on one day: habits of its principals, and a few days that are special.
import { ACCOUNT, arn, PARTNER, REGION, roles, users } from './estate-account.mjs';

const iso = (time) => new Date(time).toISOString().replace('.000Z', 'Z');
const GLOBAL = 'us-east-1';
const fn = (name) => arn('lambda', `function:${name}`);
const scope = (workload, kind) => ({
  inScopeOf: { sourceArn: workload, sourceAccount: ACCOUNT, issuerType: kind, credentialsIssuedTo: workload },
});

function roleIdentity(name, session, extra = {}) {
  const role = roles.get(name);
  return {
    type: 'AssumedRole',
    principalId: `${role.id}:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAHERON0EXAMPLE000',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: role.arn,
        accountId: ACCOUNT,
        userName: name,
      },
      ...(extra.federation ? { webIdFederationData: extra.federation } : {}),
      attributes: { creationDate: '2026-08-01T00:00:00Z', mfaAuthenticated: 'false' },
    },
    ...(extra.scope ?? {}),
  };
}
const lambda = (role, name) => roleIdentity(role, name, { scope: scope(fn(name), 'AWS::Lambda::Function') });
const instance = (role, id) =>
  roleIdentity(role, id, { scope: scope(arn('ec2', `instance/${id}`), 'AWS::EC2::Instance') });
const task = (role, id) =>
  roleIdentity(role, id, { scope: scope(arn('ecs', `task/heron/${id}`), 'AWS::ECS::Task') });
const pod = (role, account) =>
  roleIdentity(role, 'eks-pod', {
    federation: {
      federatedProvider: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9`,
      attributes: { sub: `system:serviceaccount:${account}` },
    },
  });
const userIdentity = (name) => ({
  type: 'IAMUser',
  principalId: users.get(name).id,
  arn: users.get(name).arn,
  accountId: ACCOUNT,
  accessKeyId: 'AKIAHERON0EXAMPLE000',
  userName: name,
});

const object = (bucket, key) => ({
  data: true,
  request: { bucketName: bucket, Host: `${bucket}.s3.${REGION}.amazonaws.com`, key },
  resources: [
    { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
    { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
  ],
});
const item = (table) => ({
  data: true,
  request: { tableName: table, key: { id: 'HIDDEN_DUE_TO_SECURITY_REASONS' } },
  resources: [{ accountId: ACCOUNT, type: 'AWS::DynamoDB::Table', ARN: arn('dynamodb', `table/${table}`) }],
});
const read = (source, name, request, more = {}) => ({ source, name, request, readOnly: true, ...more });
const write = (source, name, request, more = {}) => ({ source, name, request, readOnly: false, ...more });

/** [identity, calls] of an ordinary day; `stamp` is its date, `random` the day's own. */
const habits = (stamp, random) => {
  const tasks = ['5b1c9e', '8f20aa'].map((one) => `${one}${stamp.replaceAll('-', '')}`);
  return [
    ...tasks.map((id) => [
      task('storefront-api', id),
      [
        read('secretsmanager', 'GetSecretValue', {
          secretId: arn('secretsmanager', 'secret:storefront/db-Q1w2E3'),
        }),
        read('dynamodb', 'GetItem', undefined, item('catalogue')),
        read('dynamodb', 'Query', undefined, item('catalogue')),
        write('dynamodb', 'PutItem', undefined, item('baskets')),
        read('s3', 'GetObject', undefined, object('heron-media', `products/${random.int(40)}.webp`)),
      ],
    ]),
    [
      lambda('checkout-worker', 'checkout-worker'),
      [
        write('dynamodb', 'UpdateItem', undefined, item('orders')),
        read('dynamodb', 'GetItem', undefined, item('baskets')),
        read('sqs', 'GetQueueAttributes', {
          queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/order-paid`,
          attributeNames: ['All'],
        }),
      ],
    ],
    [
      lambda('image-resizer', 'image-resizer'),
      [
        read('s3', 'GetObject', undefined, object('heron-media', `uploads/${stamp}/${random.int(9)}.jpg`)),
        write('s3', 'PutObject', undefined, object('heron-media', `thumbs/${stamp}/${random.int(9)}.webp`)),
        write('logs', 'CreateLogStream', {
          logGroupName: '/aws/lambda/image-resizer',
          logStreamName: `${stamp}/[$LATEST]${random.hex(12)}`,
        }),
      ],
    ],
    [
      lambda('nightly-export', 'nightly-export'),
      [
        write('athena', 'StartQueryExecution', {
          queryString: 'HIDDEN_DUE_TO_SECURITY_REASONS',
          workGroup: 'exports',
        }),
        read('glue', 'GetTable', { databaseName: 'sales', name: 'orders' }),
        write('s3', 'PutObject', undefined, object('heron-exports', `daily/${stamp}.csv`)),
      ],
    ],
    [
      lambda('shared-functions', 'invoice-mailer'),
      [
        write('ses', 'SendRawEmail', null),
        read('s3', 'GetObject', undefined, object('heron-invoices', `${stamp}/${random.int(9)}.pdf`)),
      ],
    ],
    [
      lambda('shared-functions', 'stock-sync'),
      [
        write('dynamodb', 'UpdateItem', undefined, item('stock')),
        read('dynamodb', 'Scan', undefined, item('stock')),
      ],
    ],
    [lambda('shared-functions', 'webhook-relay'), [read('sqs', 'GetQueueUrl', { queueName: 'webhooks' })]],
    ...['i-0a1b2c3d4e5f60718', 'i-0f1e2d3c4b5a69788'].map((id) => [
      instance('search-indexer', id),
      [
        read('s3', 'GetObject', undefined, object('heron-media', 'index/catalogue.json')),
        read('es', 'DescribeElasticsearchDomain', { domainName: 'search' }),
      ],
    ]),
    [
      lambda('backup-runner', 'backup-runner'),
      [
        write('ec2', 'CreateSnapshot', { volumeId: 'vol-0c1d2e3f405162738' }),
        read('ec2', 'DescribeVolumes', { volumeSet: {}, filterSet: {} }),
      ],
    ],
    [
      pod('metrics-scraper', 'monitoring:scraper'),
      [
        read('cloudwatch', 'ListMetrics', { namespace: 'AWS/RDS' }),
        read('ec2', 'DescribeInstances', { instancesSet: {}, filterSet: {} }),
      ],
    ],
    [
      pod('external-dns', 'kube-system:external-dns'),
      [
        read('route53', 'ListHostedZones', null, { region: GLOBAL }),
        read('route53', 'ListResourceRecordSets', { hostedZoneId: 'Z0HERONEXAMPLE' }, { region: GLOBAL }),
      ],
    ],
    [
      lambda('log-archiver', 'log-archiver'),
      [
        write('logs', 'CreateExportTask', {
          logGroupName: '/ecs/storefront',
          destination: 'heron-logs',
          from: 0,
          to: 1,
        }),
      ],
    ],
    [lambda('cost-reporter', 'cost-reporter'), [read('ce', 'GetCostAndUsage', null, { region: GLOBAL })]],
    [
      task('feature-flags', `7d40bb${stamp.replaceAll('-', '')}`),
      [read('ssm', 'GetParameter', { name: '/flags/storefront', withDecryption: false })],
    ],
    [
      userIdentity('deploy-bot'),
      [write('s3', 'PutObject', undefined, object('heron-deploy', `build-${stamp}.zip`))],
    ],
    [userIdentity('smtp-sender'), [write('ses', 'SendRawEmail', null)]],
  ];
};

/** What happens on some days only; `number` counts days from 0. */
function special(number, stamp) {
  const out = [];
  if (number % 3 === 1)
    out.push([
      roleIdentity('ci-deploy', 'GitHubActions'),
      [
        write('lambda', 'UpdateFunctionCode20150331v2', {
          functionName: 'checkout-worker',
          s3Bucket: 'heron-deploy',
          s3Key: `build-${stamp}.zip`,
        }),
        write('ecs', 'UpdateService', { cluster: 'heron', service: 'storefront', forceNewDeployment: true }),
      ],
    ]);
  if (number % 7 === 2)
    out.push([
      roleIdentity('terraform', 'platform-runner'),
      [
        read('ec2', 'DescribeVpcs', { vpcSet: {}, filterSet: {} }),
        read('rds', 'DescribeDBInstances', {}),
        write(
          'iam',
          'AttachRolePolicy',
          { roleName: 'image-resizer', policyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' },
          { region: GLOBAL },
        ),
      ],
    ]);
  if (number % 10 === 6)
    out.push([
      lambda('key-rotator', 'key-rotator'),
      [
        write('iam', 'CreateAccessKey', { userName: 'deploy-bot' }, { region: GLOBAL }),
        write(
          'iam',
          'DeleteAccessKey',
          { userName: 'deploy-bot', accessKeyId: 'AKIAHERON0EXAMPLE001' },
          { region: GLOBAL },
        ),
      ],
    ]);
  if (number % 5 === 3)
    out.push([
      roleIdentity(
        'AWSReservedSSO_AdministratorAccess_1f2e3d4c5b6a7980',
        number % 2 === 0 ? 'ana.costa@heron.example' : 'lee.park@heron.example',
      ),
      [read('rds', 'DescribeDBInstances', {}), read('s3', 'ListBuckets', null)],
    ]);
  if (number % 6 === 0)
    out.push([
      roleIdentity('data-science', 'SageMaker'),
      [
        read('sagemaker', 'ListModels', {}),
        read('s3', 'GetObject', undefined, object('heron-exports', 'daily/2026-08-01.csv')),
      ],
    ]);
  if (number % 4 === 1)
    out.push([
      userIdentity('ines.moreau'),
      [
        read('ec2', 'DescribeInstances', { instancesSet: {}, filterSet: {} }),
        write('ec2', 'RebootInstances', { instancesSet: { items: [{ instanceId: 'i-0a1b2c3d4e5f60718' }] } }),
      ],
    ]);
  if (number % 9 === 5)
    out.push([
      userIdentity('audit-reader'),
      [
        read('iam', 'ListUsers', null, { region: GLOBAL }),
        read('iam', 'ListRoles', null, { region: GLOBAL }),
      ],
    ]);
  if (number === 17)
    out.push([
      userIdentity('jonas.berg'),
      [
        write(
          'iam',
          'PutUserPolicy',
          { userName: 'old.contractor', policyName: 'temp', policyDocument: '{}' },
          { region: GLOBAL },
        ),
      ],
    ]);
  if (number === 11)
    out.push([
      { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT },
      [read('iam', 'GetAccountSummary', null, { region: GLOBAL })],
    ]);
  if (number % 2 === 0)
    out.push([
      { type: 'AWSAccount', principalId: 'AIDAPARTNEREXAMPLE01:feed', accountId: PARTNER },
      [
        read('sts', 'AssumeRole', {
          roleArn: roles.get('partner-feed').arn,
          roleSessionName: 'feed',
          durationSeconds: 3600,
        }),
      ],
    ]);
  if (number % 2 === 0)
    out.push([
      roleIdentity('partner-feed', 'feed'),
      [read('s3', 'GetObject', undefined, object('heron-exports', `daily/${stamp}.csv`))],
    ]);
  return out;
}

/** Records of one day by region. */
export function day(random, number, midnight) {
  const stamp = new Date(midnight).toISOString().slice(0, 10);
  const records = { [REGION]: [], [GLOBAL]: [] };
  for (const [identity, calls] of [...habits(stamp, random), ...special(number, stamp)])
    for (const call of calls) {
      const region = call.region ?? REGION;
      records[region].push(record(random, midnight + random.int(86_400) * 1000, identity, call, region));
    }
  for (const list of Object.values(records))
    list.sort((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0));
  return records;
}

function record(random, time, userIdentity, call, region) {
  const { source, name, request = null, readOnly, data = false, resources } = call;
  return {
    eventVersion: '1.11',
    userIdentity,
    eventTime: iso(time),
    eventSource: `${source === 'cloudwatch' ? 'monitoring' : source}.amazonaws.com`,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: '10.20.4.17',
    userAgent: 'aws-sdk-js/3.654.0 ua/2.0 os/linux#6.1.94 lang/js md/nodejs#20.17.0',
    requestParameters: request,
    responseElements: null,
    requestID: random.uuid(),
    eventID: random.uuid(),
    readOnly,
    ...(resources ? { resources } : {}),
    eventType: 'AwsApiCall',
    managementEvent: !data,
    recipientAccountId: ACCOUNT,
    eventCategory: data ? 'Data' : 'Management',
  };
}
