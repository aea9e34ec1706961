// What happens in the account on one day: a list of records for each region. Habits repeat, some days are special.
import { ACCOUNT, REGION, ROLES, roleArn } from './account.mjs';
import { record, resource, s3Object, session } from './records.mjs';

const HOUR = 3_600_000;
const _MINUTE = 60_000;
const arn = (service, rest) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const ORDERS_KEY = arn('kms', 'key/6f1c2a30-58d4-4f0e-9a8b-3d7f0c5e1b42');
const SECRET = arn('secretsmanager', 'secret:orders/payment-gateway-Xq3LmP');
const FUNCTION_ROLE = `arn:aws:iam::${ACCOUNT}:role/service/invoice-renderer`;

/** Records of one day. `number` counts from 0; `midnight` is epoch ms. */
export function day(random, number, midnight) {
  const at = (hours) => midnight + Math.floor(hours * HOUR) + random.int(50) * 1000;
  const local = [...orderService(random, number, midnight, at), ...deployer(random, number, at)];
  const global = [trustedAdvisor(random, at)];
  if (number % 30 === 2) audit(random, at, local, global);
  if (number % 9 === 4) local.push(...noise(random, at));
  if (number === 40) global.push(rootLogin(random, at(7.2)));
  return { [REGION]: local.sort(byTime), 'us-east-1': global.sort(byTime) };
}
const byTime = (a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0);

/** A Fargate task that takes orders: two sessions a day, data events on S3, DynamoDB and SQS are recorded. */
function orderService(random, number, midnight, at) {
  const task = random.hex(32);
  const me = session(ROLES.app, task, midnight + HOUR);
  const viaSecrets = session(ROLES.app, task, midnight + HOUR, { invokedBy: 'secretsmanager.amazonaws.com' });
  const stamp = new Date(midnight).toISOString().slice(0, 10);
  const table = (name, tableName, readOnly, hour) =>
    record(random, at(hour), me, {
      source: 'dynamodb.amazonaws.com',
      name,
      data: true,
      readOnly,
      request: {
        tableName,
        ...(name === 'Query'
          ? { indexName: 'by-customer' }
          : { key: { orderId: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }),
      },
      resources: [resource('AWS::DynamoDB::Table', arn('dynamodb', `table/${tableName}`))],
      apiVersion: '2012-08-10',
    });
  const queue = (name, hour, readOnly = false) =>
    record(random, at(hour), me, {
      source: 'sqs.amazonaws.com',
      name,
      data: true,
      readOnly,
      request: {
        queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/order-events`,
        ...(name === 'ReceiveMessage' ? { maxNumberOfMessages: 10 } : {}),
      },
      resources: [resource('AWS::SQS::Queue', arn('sqs', 'order-events'))],
    });
  const records = [
    record(random, at(1.02), me, {
      source: 'secretsmanager.amazonaws.com',
      name: 'GetSecretValue',
      request: { secretId: 'orders/payment-gateway' },
      apiVersion: '2017-10-17',
    }),
    record(random, at(1.02), viaSecrets, {
      source: 'kms.amazonaws.com',
      name: 'Decrypt',
      request: {
        encryptionContext: { SecretARN: SECRET, SecretVersionId: random.uuid() },
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      },
      resources: [resource('AWS::KMS::Key', ORDERS_KEY)],
    }),
    record(random, at(1.04), me, {
      source: 'logs.amazonaws.com',
      name: 'CreateLogStream',
      readOnly: false,
      request: { logGroupName: '/ecs/order-service', logStreamName: `app/order-service/${task}` },
      apiVersion: '20140328',
    }),
    table('GetItem', 'orders', true, 6),
    table('PutItem', 'orders', false, 9.5),
    table('UpdateItem', 'orders', false, 14),
    table('Query', 'orders', true, 15),
    queue('SendMessage', 9.6),
    queue('ReceiveMessage', 9.9, true),
    queue('DeleteMessage', 9.95),
    s3Object(
      random,
      at(16),
      me,
      'PutObject',
      'corvid-invoices',
      `2026/${stamp.slice(5, 7)}/invoice-${100_000 + number * 7 + random.int(5)}.pdf`,
      {
        request: {
          'x-amz-server-side-encryption': 'aws:kms',
          'x-amz-server-side-encryption-aws-kms-key-id': ORDERS_KEY,
        },
      },
    ),
    s3Object(random, at(20), me, 'GetObject', 'corvid-catalogue', 'published/catalogue.json'),
  ];
  if (number % 7 === 3) records.push(table('GetItem', 'customers', true, 11));
  if (number % 10 === 5)
    records.push(
      record(random, at(6), me, {
        source: 's3.amazonaws.com',
        name: 'GetBucketLocation',
        request: {
          bucketName: 'corvid-invoices',
          Host: `corvid-invoices.s3.${REGION}.amazonaws.com`,
          location: '',
        },
        resources: [resource('AWS::S3::Bucket', 'arn:aws:s3:::corvid-invoices')],
      }),
    );
  // A key somebody chose: its wildcard and its variable are characters of a name, not a pattern.
  if (number === 61)
    records.push(
      s3Object(random, at(17), me, 'PutObject', 'corvid-invoices', 'manual/${aws:username}-*.csv'),
    );
  if (number === 31)
    records.push(
      record(random, at(9), me, {
        source: 'lambda.amazonaws.com',
        name: 'CreateFunction20150331',
        readOnly: false,
        request: {
          functionName: 'invoice-renderer',
          runtime: 'nodejs20.x',
          role: FUNCTION_ROLE,
          handler: 'index.handler',
          code: { s3Bucket: 'corvid-artifacts', s3Key: 'invoice-renderer/1.4.0.zip' },
          timeout: 30,
          memorySize: 512,
          publish: false,
        },
        response: {
          functionName: 'invoice-renderer',
          functionArn: arn('lambda', 'function:invoice-renderer'),
          runtime: 'nodejs20.x',
          role: FUNCTION_ROLE,
          handler: 'index.handler',
          version: '$LATEST',
          state: 'Pending',
        },
      }),
    );
  if (number === 31 || number === 78)
    records.push(
      record(random, at(9.01), me, {
        source: 'lambda.amazonaws.com',
        name: 'UpdateFunctionCode20150331v2',
        readOnly: false,
        request: {
          functionName: 'invoice-renderer',
          s3Bucket: 'corvid-artifacts',
          s3Key: `invoice-renderer/1.4.${number - 30}.zip`,
          publish: true,
          dryRun: false,
        },
        response: {
          functionName: 'invoice-renderer',
          functionArn: arn('lambda', 'function:invoice-renderer'),
          version: '2',
        },
      }),
    );
  // A refused call, a call that failed after it was authorised, and one that was throttled.
  if (number === 22)
    records.push(
      s3Object(random, at(13), me, 'DeleteObject', 'corvid-audit', '2026/06/trail.json', {
        call: {
          errorCode: 'AccessDenied',
          errorMessage: `User: arn:aws:sts::${ACCOUNT}:assumed-role/order-service/${task} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::corvid-audit/2026/06/trail.json" with an explicit deny in an identity-based policy`,
        },
      }),
    );
  if (number % 20 === 8)
    records.push(
      s3Object(random, at(18), me, 'GetObject', 'corvid-catalogue', 'drafts/catalogue.json', {
        call: { errorCode: 'NoSuchKey', errorMessage: 'The specified key does not exist.' },
      }),
    );
  return records;
}

/** GitHub Actions deploys on working days through OpenID Connect. */
function deployer(random, number, at) {
  if (number % 7 > 4) return [];
  const build = `GitHubActions-${9_100_000 + number * 13}`;
  const federation = {
    federatedProvider: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
    attributes: {},
  };
  const me = session(ROLES.deployer, build, at(10), { federation });
  const ip = `140.82.112.${20 + (number % 6)}`;
  const agent =
    'aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/linux#6.8.0-1014-azure md/arch#x86_64 lang/python#3.11.9 md/prompt#off md/command#ecr.put-image';
  const call = (hour, rest) => record(random, at(hour), me, { ip, agent, ...rest });
  const repository = arn('ecr', 'repository/order-service');
  const ecr = (name, hour, readOnly, request) =>
    call(hour, {
      source: 'ecr.amazonaws.com',
      name,
      readOnly,
      request: { repositoryName: 'order-service', registryId: ACCOUNT, ...request },
      resources: [resource('AWS::ECR::Repository', repository)],
    });
  const cluster = 'orders';
  return [
    call(10.01, { source: 'sts.amazonaws.com', name: 'GetCallerIdentity', apiVersion: '2011-06-15' }),
    call(10.02, { source: 'ecr.amazonaws.com', name: 'GetAuthorizationToken' }),
    ecr('InitiateLayerUpload', 10.03, false, {}),
    ecr('UploadLayerPart', 10.04, false, {
      uploadId: random.uuid(),
      partFirstByte: 0,
      partLastByte: 10_485_759,
    }),
    ecr('CompleteLayerUpload', 10.05, false, {
      uploadId: random.uuid(),
      layerDigests: [`sha256:${random.hex(64)}`],
    }),
    ecr('PutImage', 10.06, false, {
      imageTag: `build-${number}`,
      imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
    }),
    call(10.07, {
      source: 'ecs.amazonaws.com',
      name: 'RegisterTaskDefinition',
      readOnly: false,
      request: {
        family: 'order-service',
        taskRoleArn: roleArn(ROLES.app),
        executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/service/ecs-execution`,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '512',
        memory: '1024',
        containerDefinitions: [
          {
            name: 'app',
            image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/order-service:build-${number}`,
            essential: true,
          },
        ],
      },
      response: {
        taskDefinition: {
          taskDefinitionArn: arn('ecs', `task-definition/order-service:${200 + number}`),
          family: 'order-service',
          revision: 200 + number,
        },
      },
    }),
    call(10.08, {
      source: 'ecs.amazonaws.com',
      name: 'UpdateService',
      readOnly: false,
      request: { cluster, service: 'order-service', taskDefinition: `order-service:${200 + number}` },
      response: {
        service: {
          serviceArn: arn('ecs', `service/${cluster}/order-service`),
          clusterArn: arn('ecs', `cluster/${cluster}`),
        },
      },
    }),
    ...[1, 2, 3].map((again) =>
      call(10.08 + again * 0.02, {
        source: 'ecs.amazonaws.com',
        name: 'DescribeServices',
        request: { cluster, services: ['order-service'] },
      }),
    ),
    s3Object(
      random,
      at(10.2),
      me,
      'PutObject',
      'corvid-artifacts',
      `order-service/build-${number}/manifest.json`,
      { call: { ip, agent, vpce: undefined } },
    ),
  ];
}

/** Once a month somebody reads the account's security settings with multi-factor authentication. */
function audit(random, at, local, global) {
  const me = session(ROLES.auditor, 'mara.lindqvist', at(9), { mfa: true });
  const ip = '198.51.100.23';
  const agent = 'aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0 lang/python#3.11.9';
  const iam = (hour, name, request = null) =>
    global.push(
      record(random, at(hour), me, {
        source: 'iam.amazonaws.com',
        name,
        request,
        region: 'us-east-1',
        ip,
        agent,
        apiVersion: '2010-05-08',
        host: 'iam.amazonaws.com',
      }),
    );
  iam(9.1, 'GenerateCredentialReport');
  iam(9.11, 'GetCredentialReport');
  iam(9.2, 'ListRoles', { maxItems: 100 });
  iam(9.22, 'ListAttachedRolePolicies', { roleName: ROLES.app.name });
  iam(9.23, 'GetPolicy', { policyArn: `arn:aws:iam::${ACCOUNT}:policy/order-service` });
  iam(9.24, 'GetPolicyVersion', {
    policyArn: `arn:aws:iam::${ACCOUNT}:policy/order-service`,
    versionId: 'v7',
  });
  global.push(
    record(random, at(9.3), me, {
      source: 's3.amazonaws.com',
      name: 'ListBuckets',
      region: 'us-east-1',
      request: { Host: 's3.us-east-1.amazonaws.com' },
      ip,
      agent,
    }),
  );
  const read = (hour, source, name, request, extra = {}) =>
    local.push(record(random, at(hour), me, { source, name, request, ip, agent, ...extra }));
  read(9.4, 'cloudtrail.amazonaws.com', 'DescribeTrails', { includeShadowTrails: true });
  read(9.41, 'cloudtrail.amazonaws.com', 'GetTrailStatus', { name: arn('cloudtrail', 'trail/corvid-main') });
  read(9.5, 'ec2.amazonaws.com', 'DescribeSecurityGroups', {
    securityGroupSet: {},
    securityGroupIdSet: {},
    filterSet: {},
  });
  read(
    9.6,
    's3.amazonaws.com',
    'GetBucketPolicy',
    { bucketName: 'corvid-invoices', Host: `corvid-invoices.s3.${REGION}.amazonaws.com`, policy: '' },
    { resources: [resource('AWS::S3::Bucket', 'arn:aws:s3:::corvid-invoices')] },
  );
}

/** Services and health checks that belong to no role of ours. */
function noise(random, at) {
  const service = (invokedBy) => ({ type: 'AWSService', invokedBy });
  return [
    record(random, at(3), service('ecs-tasks.amazonaws.com'), {
      source: 'sts.amazonaws.com',
      name: 'AssumeRole',
      request: { roleArn: roleArn(ROLES.app), roleSessionName: random.hex(32) },
      response: {
        credentials: {
          accessKeyId: 'ASIAQX4EXAMPLE00SAMPLE',
          sessionToken: 'HIDDEN',
          expiration: 'Aug 30, 2026, 9:00:00 AM',
        },
      },
      resources: [resource('AWS::IAM::Role', roleArn(ROLES.app))],
    }),
    record(random, at(4), service('cloudtrail.amazonaws.com'), {
      source: 's3.amazonaws.com',
      name: 'GetBucketAcl',
      request: { bucketName: 'corvid-audit', Host: `corvid-audit.s3.${REGION}.amazonaws.com`, acl: '' },
      resources: [resource('AWS::S3::Bucket', 'arn:aws:s3:::corvid-audit')],
    }),
  ];
}

/** Every account has service-linked roles at work in us-east-1. */
function trustedAdvisor(random, at) {
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/trustedadvisor.amazonaws.com/AWSServiceRoleForTrustedAdvisor`;
  return record(
    random,
    at(2),
    { type: 'AWSService', invokedBy: 'trustedadvisor.amazonaws.com' },
    {
      source: 'sts.amazonaws.com',
      name: 'AssumeRole',
      region: 'us-east-1',
      request: { roleArn, roleSessionName: `TrustedAdvisor_${ACCOUNT}_${random.uuid()}` },
      response: {
        credentials: {
          accessKeyId: 'ASIAQX4EXAMPLE00SAMPLE',
          sessionToken: 'HIDDEN',
          expiration: 'Aug 30, 2026, 3:00:00 AM',
        },
      },
      resources: [resource('AWS::IAM::Role', roleArn)],
    },
  );
}

function rootLogin(random, time) {
  const identity = {
    type: 'Root',
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
  };
  const login = record(random, time, identity, {
    source: 'signin.amazonaws.com',
    name: 'ConsoleLogin',
    region: 'us-east-1',
    readOnly: false,
    ip: '198.51.100.23',
    agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
    response: { ConsoleLogin: 'Success' },
    additional: {
      LoginTo: 'https://console.aws.amazon.com/console/home',
      MobileVersion: 'No',
      MFAUsed: 'Yes',
    },
  });
  return { ...login, eventType: 'AwsConsoleSignIn' };
}
