/** Plans made by hand: one lifelike, one as small as can be, and ways to make them large or hostile. */
import type { Finding, Plan } from '../../src/plan/plan.ts';

const ACCOUNT = '111122223333';
const BUCKET = 'arn:aws:s3:::orders-uploads';

const finding = (given: Partial<Finding> & Pick<Finding, 'id' | 'kind' | 'subject' | 'reason'>): Finding => ({
  severity: 'medium',
  confidence: 'high',
  actions: [],
  resources: [],
  evidence: { count: 0, sampleEventIds: [] },
  risk: [],
  ...given,
});

const FINDINGS: readonly Finding[] = [
  finding({
    id: 'remove-service:1a2b3c4d',
    kind: 'remove-service',
    severity: 'critical',
    subject: 'iam:*',
    reason:
      'No call to IAM was seen in 90 days of management events, and Access Advisor last saw one 312 days ago.',
    policy: 'orders-api-access',
    statement: 'Broad',
    actions: ['iam:*'],
    resources: ['*'],
    evidence: {
      count: 0,
      sampleEventIds: [],
      lastAccessed: '2025-08-22T09:14:00Z',
      lastAccessedOrigin: 'last-accessed.json',
      observability: 'management events, read and write, were recorded for the whole window',
    },
    impact: 'A job that manages IAM less often than every 90 days would be denied.',
    risk: ['privilege-escalation', 'resource-exposure'],
  }),
  finding({
    id: 'remove-action:5e6f7a8b',
    kind: 'remove-action',
    severity: 'high',
    subject: 's3:PutBucketPolicy',
    reason: 'Granted by s3:* and never called in the window.',
    policy: 'orders-api-access',
    statement: 'Storage',
    actions: ['s3:PutBucketPolicy', 's3:DeleteBucket', 's3:PutBucketAcl'],
    resources: ['*'],
    evidence: { count: 0, sampleEventIds: [], observability: 'management event: always recorded' },
    impact: 'Changing the bucket policy from the application would be denied.',
    risk: ['resource-exposure'],
  }),
  finding({
    id: 'narrow-resource:9c0d1e2f',
    kind: 'narrow-resource',
    subject: 's3:GetObject, s3:PutObject',
    reason: 'All 48,210 calls were to one bucket; the grant covers every bucket.',
    policy: 'orders-api-access',
    statement: 'Storage',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [`${BUCKET}/*`],
    evidence: {
      count: 48_210,
      firstSeen: '2026-04-02T00:03:11Z',
      lastSeen: '2026-06-30T23:59:02Z',
      sampleEventIds: ['0b6c2c1e-5f0a-4a7e-9a55-3f4b3f0d1a01', '7d9f1f30-24cc-4a5d-a0de-0a4dd8f0b002'],
    },
    impact: 'Reading or writing objects in another bucket would be denied.',
    risk: [],
  }),
  finding({
    id: 'detach-policy:77aa88bb',
    kind: 'detach-policy',
    severity: 'high',
    subject: 'AmazonSQSFullAccess',
    reason: 'Two of its 20 actions are used; they move to orders-api-policy-1.',
    policy: 'AmazonSQSFullAccess',
    actions: ['sqs:*'],
    resources: ['*'],
    evidence: { count: 0, sampleEventIds: [], lastAccessed: '2026-06-30T00:00:00Z' },
    impact: 'Deleting or creating queues would be denied.',
  }),
  finding({
    id: 'keep-used:3141c0de',
    kind: 'keep-used',
    severity: 'info',
    subject: 'dynamodb:PutItem',
    reason: 'Seen on 88 of 90 days on one table.',
    policy: 'orders-api-access',
    statement: 'Broad',
    actions: ['dynamodb:PutItem'],
    resources: [`arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/orders`],
    evidence: {
      count: 120_344,
      firstSeen: '2026-04-02T00:00:04Z',
      lastSeen: '2026-06-30T23:59:58Z',
      sampleEventIds: ['a5b55a37-0f23-4b7f-86a2-6f1dbe3c0003'],
    },
  }),
  finding({
    id: 'keep-unobservable:27182818',
    kind: 'keep-unobservable',
    severity: 'info',
    confidence: 'low',
    subject: 'kms:Decrypt',
    reason: 'Data events of this kind were not recorded for 12 days, so absence shows nothing.',
    policy: 'orders-api-access',
    statement: '#2',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    evidence: {
      count: 0,
      sampleEventIds: [],
      observability: 'trail did not record it from 2026-05-03 to 2026-05-15',
    },
  }),
  finding({
    id: 'denied-attempt:deadbeef',
    kind: 'denied-attempt',
    severity: 'medium',
    subject: 'secretsmanager:GetSecretValue',
    reason: 'Denied 14 times by the identity policy; not granted here.',
    actions: ['secretsmanager:GetSecretValue'],
    resources: [`arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:legacy-db`],
    evidence: {
      count: 14,
      firstSeen: '2026-06-12T10:00:00Z',
      lastSeen: '2026-06-13T08:30:00Z',
      sampleEventIds: ['c0ffee00-1111-4222-8333-444455556666'],
    },
    risk: ['credentials-exposure'],
  }),
];

const day = (offset: number): string => new Date(Date.UTC(2026, 3, 2 + offset)).toISOString().slice(0, 10);

const heatmap = ['dynamodb', 'kms', 's3', 'sqs'].flatMap((service, row) =>
  Array.from({ length: 90 }, (_, offset): readonly [string, string, number] => [
    service,
    day(offset),
    ((offset * 37 + row * 911) % 97) * (offset % 7 < 5 ? 12 : 2) * (row === 1 && offset > 60 ? 0 : 1),
  ]).filter((cell) => cell[2] > 0),
);

const cells = ['eu-central-1', 'us-east-1'].flatMap((region) =>
  Array.from({ length: 90 }, (_, offset): readonly [string, string, string, number] => [
    ACCOUNT,
    region,
    day(offset),
    region === 'us-east-1' && offset > 30 && offset < 44 ? 0 : 40 + (offset % 9),
  ]).filter((cell) => cell[3] > 0),
);

/** A role with far too much, 90 days of evidence with one gap, and what would be cut. */
export const samplePlan = (): Plan => ({
  schemaVersion: '1.0',
  tool: { name: 'gen-policy', version: '0.1.0', catalogue: 'iam-data 2026-09-26' },
  principal: {
    kind: 'role',
    arn: `arn:aws:iam::${ACCOUNT}:role/service/orders-api`,
    accountId: ACCOUNT,
    name: 'orders-api',
    path: '/service/',
    id: 'AROAEXAMPLEORDERSAPI1',
    createdAt: '2024-02-11T08:00:00Z',
    seenIds: ['AROAEXAMPLEORDERSAPI1'],
    sessions: { values: ['i-0a1b2c3d4e5f60718', 'orders-task-7f9c'], more: true },
    sourceIps: { values: ['10.20.1.15', '10.20.2.20'], more: false },
    workloads: { values: [`arn:aws:lambda:eu-central-1:${ACCOUNT}:function:orders-worker`], more: false },
  },
  window: { from: '2026-04-02T00:00:00Z', to: '2026-07-01T00:00:00Z', days: 90 },
  evidence: {
    source: { kind: 'directory', location: 'samples/logs' },
    objects: { listed: 7_902, read: 7_900, bytes: 184_229_331 },
    ignored: [
      ['digest', 2_160],
      ['insight', 12],
    ],
    accounting: {
      records: 412_907,
      buckets: {
        malformed: 3,
        duplicate: 120,
        correction: 0,
        'outside-window': 1_804,
        'other-principal': 201_337,
        excluded: 0,
        'no-permission': 1_410,
        unmapped: 7,
        denied: 14,
        inconclusive: 88,
        failed: 1_220,
        succeeded: 206_904,
      },
      reasons: [
        ['malformed', 'not an object', 3],
        ['unmapped', 'unknown event source', 7],
      ],
    },
    coverage: {
      state: 'partial',
      management: { read: 'yes', write: 'yes', excludedSources: ['kms.amazonaws.com'] },
      data: [
        { resourceType: 'AWS::S3::Object', seen: 'yes', detail: 'all buckets' },
        { resourceType: 'AWS::DynamoDB::Table', seen: 'part', detail: 'since 2026-05-01' },
      ],
      gaps: [
        {
          reason: 'missing-day',
          from: '2026-05-03T00:00:00Z',
          to: '2026-05-16T00:00:00Z',
          accountId: ACCOUNT,
          region: 'us-east-1',
          objects: 0,
          detail: 'no object of us-east-1 for 13 days',
        },
        { reason: 'unreadable', objects: 2, detail: '2 objects could not be read: truncated gzip' },
      ],
      cells,
    },
    lastAccessed: { level: 'action', generatedAt: '2026-07-01T04:00:00Z', origin: 'last-accessed.json' },
    complete: false,
    statement:
      'Evidence is incomplete: 13 days of us-east-1 and 2 objects are missing, so 41 removals are withheld.',
  },
  before: {
    actionCount: 1_284,
    policies: [
      {
        name: 'orders-api-access',
        source: 'customer-managed',
        arn: `arn:aws:iam::${ACCOUNT}:policy/orders-api-access`,
        size: 402,
        document: {
          Version: '2012-10-17',
          Statement: [
            { Sid: 'Broad', Effect: 'Allow', Action: ['iam:*', 'dynamodb:*'], Resource: '*' },
            { Sid: 'Storage', Effect: 'Allow', Action: 's3:*', Resource: '*' },
            { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
            {
              Sid: 'NoPlainHttp',
              Effect: 'Deny',
              Action: 's3:*',
              Resource: '*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
      {
        name: 'AmazonSQSFullAccess',
        source: 'aws-managed',
        arn: 'arn:aws:iam::aws:policy/AmazonSQSFullAccess',
        size: 104,
        document: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['sqs:*'], Resource: '*' }],
        },
      },
    ],
  },
  after: {
    actionCount: 9,
    policies: [
      {
        name: 'orders-api-policy-1',
        size: 911,
        document: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'Broad',
              Effect: 'Allow',
              Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
              Resource: `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/orders`,
            },
            {
              Sid: 'Storage',
              Effect: 'Allow',
              Action: ['s3:GetObject', 's3:PutObject'],
              Resource: [`${BUCKET}/*`, `${BUCKET}-archive/\${aws:PrincipalTag/team}/*`],
            },
            { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
            {
              Sid: 'Queues',
              Effect: 'Allow',
              Action: ['sqs:ReceiveMessage', 'sqs:SendMessage'],
              Resource: `arn:aws:sqs:eu-central-1:${ACCOUNT}:orders`,
            },
            {
              Sid: 'NoPlainHttp',
              Effect: 'Deny',
              Action: 's3:*',
              Resource: '*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    ],
  },
  changes: [
    {
      change: 'create',
      policy: 'orders-api-policy-1',
      source: 'customer-managed',
      reason: 'holds what was used',
    },
    {
      change: 'detach',
      policy: 'orders-api-access',
      source: 'customer-managed',
      arn: `arn:aws:iam::${ACCOUNT}:policy/orders-api-access`,
      reason: 'replaced by orders-api-policy-1',
    },
    {
      change: 'detach',
      policy: 'AmazonSQSFullAccess',
      source: 'aws-managed',
      arn: 'arn:aws:iam::aws:policy/AmazonSQSFullAccess',
      reason: 'two of its actions are used; they are in orders-api-policy-1',
    },
  ],
  findings: FINDINGS,
  usage: [
    {
      action: 'dynamodb:PutItem',
      accessLevel: 'Write',
      resource: `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/orders`,
      resourceKind: 'arn',
      resourceFound: 'request',
      level: 'primary',
      context: [],
      count: 120_344,
      succeeded: 119_200,
      failed: 1_144,
      firstSeen: '2026-04-02T00:00:04Z',
      lastSeen: '2026-06-30T23:59:58Z',
      days: 88,
      sampleEventIds: ['a5b55a37-0f23-4b7f-86a2-6f1dbe3c0003'],
      via: [],
      eventNames: ['PutItem'],
    },
    {
      action: 's3:GetObject',
      accessLevel: 'Read',
      resource: `${BUCKET}/2026/04/02/order-1.json`,
      resourceKind: 'arn',
      resourceFound: 'resources',
      level: 'primary',
      context: [['aws:SourceVpce', 'vpce-0123456789abcdef0']],
      count: 48_210,
      succeeded: 48_134,
      failed: 76,
      firstSeen: '2026-04-02T00:03:11Z',
      lastSeen: '2026-06-30T23:59:02Z',
      days: 90,
      sampleEventIds: ['0b6c2c1e-5f0a-4a7e-9a55-3f4b3f0d1a01'],
      via: ['athena.amazonaws.com'],
      eventNames: ['GetObject'],
    },
  ],
  services: [
    {
      service: 'dynamodb',
      name: 'Amazon DynamoDB',
      granted: 62,
      used: 3,
      kept: 3,
      removed: 59,
      notObservable: 0,
      calls: 140_211,
      lastSeen: '2026-06-30T23:59:58Z',
      lastAccessed: '2026-06-30T20:00:00Z',
    },
    {
      service: 'iam',
      name: 'AWS Identity and Access Management',
      granted: 172,
      used: 0,
      kept: 0,
      removed: 172,
      notObservable: 0,
      calls: 0,
      lastAccessed: '2025-08-22T09:14:00Z',
    },
    {
      service: 'kms',
      name: 'AWS Key Management Service',
      granted: 2,
      used: 0,
      kept: 2,
      removed: 0,
      notObservable: 2,
      calls: 0,
    },
    {
      service: 's3',
      name: 'Amazon S3',
      granted: 158,
      used: 2,
      kept: 2,
      removed: 156,
      notObservable: 0,
      calls: 48_210,
      lastSeen: '2026-06-30T23:59:02Z',
    },
    {
      service: 'sqs',
      name: 'Amazon SQS',
      granted: 20,
      used: 2,
      kept: 2,
      removed: 18,
      notObservable: 0,
      calls: 18_563,
      lastSeen: '2026-06-30T23:58:00Z',
    },
  ],
  levels: [
    ['List', 120, 0, 0],
    ['Read', 402, 4, 3],
    ['Write', 511, 5, 4],
    ['Permissions management', 171, 0, 0],
    ['Tagging', 80, 0, 0],
  ],
  heatmap,
  generalisations: [
    {
      pattern: `${BUCKET}/*`,
      rule: 'many keys of one bucket',
      count: 9_122,
      examples: [`${BUCKET}/2026/04/02/order-1.json`, `${BUCKET}/2026/04/02/order-2.json`],
      actions: ['s3:GetObject', 's3:PutObject'],
    },
  ],
  proof: {
    replay: { events: 208_124, permissions: 9, notGrantedBefore: 1, notExpressible: 2, misses: [] },
    containment: {
      verdict: 'proven',
      detail: 'every statement of orders-api-policy-1 lies inside the attached policies',
    },
    sizes: [{ policy: 'orders-api-policy-1', characters: 911, limit: 6_144 }],
    fits: true,
    inputDigests: [['account.json', 'a'.repeat(64)]],
  },
  settings: [
    ['days', '90'],
    ['resources', 'auto'],
  ],
});

/** Without account, findings or anything optional. */
export const emptyPlan = (): Plan => {
  const { before: _before, ...plan } = samplePlan();
  const { lastAccessed: _lastAccessed, ...evidence } = plan.evidence;
  return {
    ...plan,
    evidence: {
      ...evidence,
      complete: true,
      statement: 'Nothing was seen.',
      objects: { listed: 0, read: 0, bytes: 0 },
    },
    after: { policies: [], actionCount: 0 },
    changes: [],
    findings: [],
    usage: [],
    services: [],
    levels: [],
    heatmap: [],
    generalisations: [],
    settings: [],
    proof: {
      ...plan.proof,
      containment: { verdict: 'not-compared', detail: 'no account was given' },
      sizes: [],
      inputDigests: [],
    },
  };
};

/** The sample with `count` findings of every kind, numbered. */
export const largePlan = (count: number): Plan => {
  const plan = samplePlan();
  const findings = Array.from({ length: count }, (_, index): Finding => {
    const base = FINDINGS[index % FINDINGS.length]!;
    return {
      ...base,
      id: `${base.kind}:${index.toString(16).padStart(8, '0')}`,
      subject: `${base.subject} #${index}`,
    };
  });
  return { ...plan, findings };
};

/** Members whose strings are words of a fixed set; the schema allows nothing else there. */
const WORDS = new Set([
  'schemaVersion',
  'severity',
  'confidence',
  'change',
  'verdict',
  'state',
  'Effect',
  'Version',
  'resourceKind',
  'level',
  'accessLevel',
  'risk',
]);
const FIXED_PATHS = [
  /^\/tool\/name$/,
  /^\/principal\/kind$/,
  /^\/findings\/\d+\/kind$/,
  /^\/(before|after)\/policies\/\d+\/source$/,
  /^\/changes\/\d+\/source$/,
  /^\/levels\/\d+\/0$/,
  /^\/evidence\/accounting\/reasons\/\d+\/0$/,
];

/** The sample, smaller, with `put(value)` for every string (values and condition keys) that is not a fixed word. */
export function hostilePlan(put: (value: string) => string): Plan {
  const sample = samplePlan();
  const { evidence } = sample;
  const plan: Plan = {
    ...sample,
    heatmap: sample.heatmap.slice(0, 4),
    findings: [0, 2, 5, 6].map((index) => sample.findings[index]!),
    services: sample.services.slice(0, 2),
    evidence: { ...evidence, coverage: { ...evidence.coverage, cells: evidence.coverage.cells.slice(0, 4) } },
    proof: {
      ...sample.proof,
      replay: {
        ...sample.proof.replay,
        misses: [{ action: 's3:GetObject', resource: `${BUCKET}/x`, reason: 'not allowed by any statement' }],
      },
      containment: {
        verdict: 'violated',
        detail: 'one request is newly allowed',
        counterexample: {
          action: 's3:PutObject',
          resource: `${BUCKET}/y`,
          context: [['aws:SourceIp', '10.0.0.1']],
        },
      },
    },
  };
  const visit = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      const member = path.split('/').findLast((part) => !/^\d*$/.test(part)) ?? '';
      return WORDS.has(member) || FIXED_PATHS.some((fixed) => fixed.test(path)) ? value : put(value);
    }
    if (Array.isArray(value)) return value.map((one, index) => visit(one, `${path}/${index}`));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        /\/Condition\/[^/]+$/.test(path) ? put(name) : name,
        visit(one, `${path}/${name}`),
      ]),
    );
  };
  return visit(plan, '') as Plan;
}
