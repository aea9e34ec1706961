/**
 * A seeded generator of trails like real ones: records of about 1.6 KB that shrink tenfold under gzip, a few hundred
 * roles of which one makes 2 % of the calls, resources drawn by Zipf's law, and objects from 2 KB to some megabytes.
 */
export interface Rng {
  next(): number;
  int(below: number): number;
  /** Small numbers far more often than large ones. */
  zipf(below: number): number;
  hex(digits: number): string;
}

/** Mulberry32: small, and the same on every machine. */
export function createRng(seed: number): Rng {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += ((next() * 2 ** 32) >>> 0).toString(16).padStart(8, '0');
    return text.slice(0, digits);
  };
  return {
    next,
    hex,
    int: (below) => Math.floor(next() * below),
    zipf: (below) => Math.floor(below ** next()) - 1,
  };
}

const ACCOUNT = '123456789012';
export const TARGET = 'orders-api';
export const RARE = 'quarterly-audit';
const REGIONS = ['eu-west-1', 'us-east-1', 'eu-central-1'];
const AGENTS = [
  'aws-sdk-java/2.20.136 Linux/5.10.186-179.751.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.8+7-LTS Java/17.0.8 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy',
  'Boto3/1.28.40 md/Botocore#1.31.40 ua/2.0 os/linux#5.10.186 md/arch#x86_64 lang/python#3.11.5 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.31.40',
  'aws-sdk-go/1.44.300 (go1.20.7; linux; amd64)',
  'APN/1.0 HashiCorp/1.0 Terraform/1.5.6 (+https://www.terraform.io) terraform-provider-aws/5.14.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.328 (go1.20.7; linux; amd64)',
];

type Parameters = (rng: Rng, region: string) => { request: unknown; response?: unknown; resources?: unknown };
interface Call {
  readonly source: string;
  readonly name: string;
  readonly weight: number;
  readonly readOnly: boolean;
  readonly category?: 'Data';
  readonly parameters: Parameters;
}
const arn = (service: string, region: string, rest: string): string =>
  `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
const call = (
  source: string,
  name: string,
  weight: number,
  readOnly: boolean,
  parameters: Parameters,
): Call => ({
  source: `${source}.amazonaws.com`,
  name,
  weight,
  readOnly,
  parameters,
});

const CALLS: readonly Call[] = [
  call('sts', 'AssumeRole', 14, true, (rng) => {
    const role = `arn:aws:iam::${ACCOUNT}:role/service/${roleName(rng.zipf(300))}`;
    return {
      request: { roleArn: role, roleSessionName: `session-${rng.int(40)}`, durationSeconds: 3600 },
      response: {
        credentials: {
          accessKeyId: `ASIA${rng.hex(16).toUpperCase()}`,
          expiration: 'Sep 1, 2023, 5:14:23 PM',
          sessionToken: rng.hex(24),
        },
        assumedRoleUser: { assumedRoleId: `AROA${rng.hex(8).toUpperCase()}:session`, arn: role },
      },
      resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: role }],
    };
  }),
  call('kms', 'Decrypt', 14, true, (rng, region) => {
    const key = arn('kms', region, `key/${KEYS[rng.zipf(40)]}`);
    return {
      request: {
        encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::app-data-${rng.zipf(60)}/part-${rng.zipf(400)}` },
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      },
      resources: [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: key }],
    };
  }),
  call('kms', 'GenerateDataKey', 6, true, (rng, region) => {
    const key = arn('kms', region, `key/${KEYS[rng.zipf(40)]}`);
    return {
      request: {
        keyId: key,
        keySpec: 'AES_256',
        encryptionContext: { 'aws:sqs:arn': arn('sqs', region, `queue-${rng.zipf(80)}`) },
      },
      resources: [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: key }],
    };
  }),
  call('ec2', 'DescribeInstances', 9, true, (rng) => ({
    request: {
      instancesSet: { items: rng.next() < 0.5 ? [] : [{ instanceId: `i-0${INSTANCES[rng.zipf(500)]}` }] },
      filterSet: { items: [{ name: 'instance-state-name', valueSet: { items: [{ value: 'running' }] } }] },
    },
  })),
  call('ec2', 'DescribeNetworkInterfaces', 6, true, (rng) => ({
    request: {
      networkInterfaceIdSet: {},
      filterSet: { items: [{ name: 'vpc-id', valueSet: { items: [{ value: `vpc-${rng.zipf(30)}` }] } }] },
    },
  })),
  call('ec2', 'DescribeVolumes', 4, true, () => ({ request: { volumeSet: {}, filterSet: {} } })),
  call('ec2', 'CreateTags', 1, false, (rng) => ({
    request: {
      resourcesSet: { items: [{ resourceId: `i-0${INSTANCES[rng.zipf(500)]}` }] },
      tagSet: { items: [{ key: 'owner', value: `team-${rng.int(20)}` }] },
    },
    response: { requestId: uuid(rng), _return: true },
  })),
  call('s3', 'GetBucketAcl', 4, true, (rng) => {
    const bucket = `app-data-${rng.zipf(60)}`;
    return {
      request: { bucketName: bucket, Host: `${bucket}.s3.amazonaws.com`, acl: '' },
      resources: [{ accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }],
    };
  }),
  call('dynamodb', 'DescribeTable', 6, true, (rng, region) => {
    const table = `table-${rng.zipf(90)}`;
    return {
      request: { tableName: table },
      resources: [
        { accountId: ACCOUNT, type: 'AWS::DynamoDB::Table', ARN: arn('dynamodb', region, `table/${table}`) },
      ],
    };
  }),
  call('secretsmanager', 'GetSecretValue', 5, true, (rng, region) => ({
    request: { secretId: arn('secretsmanager', region, `secret:app/${rng.zipf(150)}-AbCdEf`) },
  })),
  call('ssm', 'GetParameter', 4, true, (rng) => ({
    request: { name: `/app/${rng.zipf(300)}/url`, withDecryption: true },
  })),
  call('ssm', 'UpdateInstanceInformation', 7, false, (rng) => ({
    request: {
      instanceId: `i-0${INSTANCES[rng.zipf(500)]}`,
      agentVersion: '3.2.1377.0',
      agentStatus: 'Active',
      platformType: 'Linux',
      platformName: 'Amazon Linux',
      platformVersion: '2',
      iPAddress: `10.0.${rng.int(4)}.${rng.int(250)}`,
      computerName: 'ip-10-0-0-1.eu-west-1.compute.internal',
      agentName: 'amazon-ssm-agent',
    },
    response: null,
  })),
  call('logs', 'CreateLogStream', 6, false, (rng) => ({
    request: {
      logGroupName: `/aws/lambda/fn-${rng.zipf(200)}`,
      logStreamName: `2023/09/01/[$LATEST]${rng.hex(32)}`,
    },
  })),
  call('logs', 'DescribeLogGroups', 2, true, () => ({ request: { limit: 50 } })),
  call('lambda', 'GetFunction20150331v2', 3, true, (rng, region) => ({
    request: { functionName: arn('lambda', region, `function:fn-${rng.zipf(200)}`) },
  })),
  call('sqs', 'GetQueueAttributes', 4, true, (rng, region) => ({
    request: {
      queueUrl: `https://sqs.${region}.amazonaws.com/${ACCOUNT}/queue-${rng.zipf(80)}`,
      attributeNames: ['All'],
    },
  })),
  call('iam', 'GetRole', 2, true, (rng) => ({ request: { roleName: roleName(rng.zipf(300)) } })),
  call('iam', 'PutRolePolicy', 0.3, false, (rng) => ({
    request: {
      roleName: roleName(rng.zipf(300)),
      policyName: 'inline',
      policyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::app-data-${rng.zipf(60)}/*` }],
      }),
    },
    response: null,
  })),
  call('ecr', 'BatchGetImage', 3, true, (rng, region) => ({
    request: {
      registryId: ACCOUNT,
      repositoryName: `service-${rng.zipf(80)}`,
      imageIds: [{ imageTag: `v${rng.zipf(40)}` }],
      acceptedMediaTypes: ['application/vnd.docker.distribution.manifest.v2+json'],
    },
    resources: [{ accountId: ACCOUNT, ARN: arn('ecr', region, 'repository/service') }],
  })),
];
const uuid = (rng: Rng): string => `${rng.hex(8)}-${rng.hex(4)}-4${rng.hex(3)}-a${rng.hex(3)}-${rng.hex(12)}`;
const fixed = createRng(7);
const KEYS = Array.from({ length: 40 }, () => uuid(fixed));
const INSTANCES = Array.from({ length: 500 }, () => fixed.hex(16));
const SESSIONS = Array.from({ length: 301 }, (_, role) =>
  Array.from({ length: role % 5 === 0 ? 12 : 2 }, () => ({
    name: role % 3 === 0 ? `i-0${fixed.hex(16)}` : `aws-sdk-${roleName(role)}-${fixed.int(1000)}`,
    ip: `10.${fixed.int(3)}.${fixed.int(30)}.${fixed.int(250)}`,
    agent: AGENTS[fixed.int(AGENTS.length)]!,
  })),
);
export function roleName(index: number): string {
  return `${['billing', 'search', 'ingest', 'report', 'gateway', 'worker'][index % 6]}-${index}-role`;
}
/**
 * What a role does over and over: a few calls in a few regions on the few resources that are its own. One call in
 * twelve names something never seen before (a log stream, an object).
 */
interface Habit {
  readonly call: Call;
  readonly region: string;
  readonly parameters: ReturnType<Parameters>;
}
const HABITS = Array.from({ length: 301 }, (): readonly Habit[] => {
  const calls = Array.from({ length: 2 + fixed.int(7) }, () => anyCall(fixed));
  const region = REGIONS[fixed.zipf(3)]!;
  return calls.flatMap((call) =>
    Array.from({ length: 1 + fixed.zipf(8) }, () => ({
      call,
      region,
      parameters: call.parameters(fixed, region),
    })),
  );
});
function anyCall(rng: Rng): Call {
  let left = rng.next() * CALLS.reduce((sum, one) => sum + one.weight, 0);
  for (const one of CALLS) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return CALLS[0]!;
}

/** One record as JSON text; `hour` counts from 2023-09-01. */
function record(rng: Rng, hour: number): string {
  const target = rng.next() < 0.02;
  const index = target ? 300 : rng.zipf(300);
  const role = target ? TARGET : rng.next() < 0.00002 ? RARE : roleName(index);
  const sessions = SESSIONS[index]!;
  const session = sessions[rng.zipf(sessions.length)]!;
  const habits = HABITS[index]!;
  const habit = habits[rng.zipf(habits.length)]!;
  const { call: one, region } = habit;
  const time = new Date(Date.UTC(2023, 8, 1, hour) + rng.int(3_600_000)).toISOString().replace(/\.\d+/, '');
  const since = `${time.slice(0, 11)}${String(Math.floor(hour % 24)).padStart(2, '0')}:00:00Z`;
  const fresh = rng.next() < 0.08;
  const { request, resources, response: usual } = fresh ? one.parameters(rng, region) : habit.parameters;
  // What a call answers holds new ids each time, also where its parameters are the same.
  const response = usual ? one.parameters(rng, region).response : usual;
  const id = `AROA${(index * 7919 + 104729).toString(36).toUpperCase().padStart(17, 'X')}`;
  const viaService = one.name === 'Decrypt' && rng.next() < 0.3;
  const failed = rng.next() < 0.03;
  return JSON.stringify({
    eventVersion: '1.09',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `${id}:${session.name}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session.name}`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA${((index * 1000 + hour) * 999983).toString(36).toUpperCase().padStart(16, 'Q')}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: id,
          arn: `arn:aws:iam::${ACCOUNT}:role/service/${role}`,
          accountId: ACCOUNT,
          userName: role,
        },
        attributes: { creationDate: since, mfaAuthenticated: 'false' },
        ...(index % 3 === 0 ? { ec2RoleDelivery: '2.0' } : {}),
      },
      ...(viaService ? { invokedBy: 's3.amazonaws.com' } : {}),
    },
    eventTime: time,
    eventSource: one.source,
    eventName: one.name,
    awsRegion: region,
    sourceIPAddress: viaService ? 's3.amazonaws.com' : session.ip,
    userAgent: viaService ? 's3.amazonaws.com' : session.agent,
    ...(failed
      ? {
          errorCode: 'AccessDenied',
          errorMessage: `User: arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session.name} is not authorized to perform: ${one.source.split('.')[0]}:${one.name} on resource: * because no identity-based policy allows the action`,
        }
      : {}),
    requestParameters: request,
    responseElements: failed ? null : (response ?? null),
    requestID: uuid(rng),
    eventID: uuid(rng),
    readOnly: one.readOnly,
    ...(resources ? { resources } : {}),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `${one.source.split('.')[0]}.${region}.amazonaws.com`,
    },
  });
}

/** Hours in which a trail of objects of `typical` records grows by a byte: about 3 minutes an object. */
const hoursOf = (typical: number): number => 0.05 / (typical * 2870);

/**
 * Documents of a trail until `bytes` are reached; `typical` is the usual number of records in one, `hours` pass for a
 * byte. Which records there are does not depend on how they are cut into documents. Every hundredth record is followed
 * soon by a copy of itself, as where two trails share a bucket.
 */
export function* documents(
  seed: number,
  bytes: number,
  typical = 300,
  hours = hoursOf(typical),
): Generator<{ text: string; records: number }> {
  const rng = createRng(seed);
  const sizes = createRng(seed + 1);
  const recent: string[] = [];
  let made = 0;
  while (made < bytes) {
    // Sizes spread over three orders of magnitude, as hours of day and busy regions spread them.
    const count = Math.max(
      1,
      Math.round(typical * Math.exp((sizes.next() + sizes.next() + sizes.next() - 1.5) * 2.2)),
    );
    const records: string[] = [];
    while (records.length < count && made < bytes) {
      const copy = recent.length > 0 && rng.next() < 0.01;
      const one = copy
        ? recent[rng.int(recent.length)]!
        : record(rng, Math.floor((made * hours) % (24 * 90)));
      records.push(one);
      made += one.length + 1;
      if (recent.push(one) > RECENT) recent.shift();
    }
    yield { text: `{"Records":[${records.join(',')}]}`, records: records.length };
  }
}
/** A copy is one of the last so many records. */
const RECENT = 100;
