/** Seeded generators of policies and requests that are close to each other, so that decisions are rarely trivial. */
import type { JsonPolicy, JsonStatement } from '../../src/policy/document.ts';

export interface Random {
  /** Integer in [0, below). */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One to `most` different members. */
  some<T>(list: readonly T[], most: number): T[];
}

/** mulberry32: small, well spread, the same everywhere. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)]!,
    some: (list, most) => {
      const count = 1 + below(most);
      const out = new Set<(typeof list)[number]>();
      for (let at = 0; at < count; at += 1) out.add(list[below(list.length)]!);
      return [...out];
    },
  };
}

export const ACTIONS = [
  's3:GetObject',
  's3:GetObjectTagging',
  's3:PutObject',
  's3:ListBucket',
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'iam:PassRole',
  'iam:GetRole',
  'ec2:RunInstances',
  'ec2:DescribeInstances',
];
const ACTION_PATTERNS = [
  ...ACTIONS,
  '*',
  's3:*',
  's3:Get*',
  'S3:get*',
  's3:*Object',
  's3:?etObject',
  's3:GetObject*',
  'sqs:*Message',
  'iam:*',
  'iam:?*Role',
  'ec2:Describe*',
  'ec2:*Instances',
  'madeup:*',
  'madeup:Do*',
];
export const RESOURCES = [
  '*',
  'arn:aws:s3:::alpha',
  'arn:aws:s3:::alpha/key',
  'arn:aws:s3:::alpha/home/bob/file',
  'arn:aws:s3:::alpha/home/eve/file',
  'arn:aws:s3:::beta/key',
  'arn:aws:s3:::beta/*',
  'arn:aws:s3:::beta/a?b${x}',
  'arn:aws:sqs:eu-west-1:111122223333:jobs',
  'arn:aws:sqs:us-east-1:111122223333:jobs',
  'arn:aws:sqs:us-east-1:444455556666:jobs-dead',
  'arn:aws:iam::111122223333:role/app',
  'arn:aws:iam::111122223333:role/team/app',
  'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123',
];
const RESOURCE_PATTERNS = [
  '*',
  '*',
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::alpha*',
  'arn:aws:s3:::alpha/*',
  'arn:aws:s3:::alpha',
  'arn:aws:s3:::alpha/home/${aws:username}/*',
  "arn:aws:s3:::alpha/home/${aws:username, 'eve'}/*",
  'arn:aws:s3:::*/key',
  'arn:aws:s3:::beta/*',
  'arn:aws:s3:::beta/${*}',
  'arn:aws:s3:::beta/a${?}b${$}{x}',
  'arn:aws:s3:::beta/?',
  'arn:aws:s3:::?eta/k*',
  'arn:aws:sqs:*:111122223333:jobs',
  'arn:aws:sqs:*:111122223333:*',
  'arn:aws:sqs:eu-west-1:*:jobs*',
  'arn:aws:sqs',
  'arn:aws:iam::*:role/*',
  'arn:aws:iam::111122223333:role/app',
  'arn:aws:iam::111122223333:role/*app',
  'arn:aws:ec2:*:*:instance/*',
  'arn:*:ec2:eu-*',
];

interface KeySpace {
  readonly key: string;
  readonly operators: readonly string[];
  readonly wanted: readonly string[];
  readonly seen: readonly string[];
  readonly many?: boolean;
}
const STRING = [
  'StringEquals',
  'StringNotEquals',
  'StringLike',
  'StringNotLike',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
];
const orders = (type: string) =>
  ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
    (one) => type + one,
  );
export const KEYS: readonly KeySpace[] = [
  {
    key: 'aws:RequestedRegion',
    operators: STRING,
    wanted: ['eu-west-1', 'us-east-1', 'eu-*', '*-1', 'EU-WEST-1', '??-west-?'],
    seen: ['eu-west-1', 'us-east-1', 'eu-west-2', 'ap-south-1', 'EU-west-1'],
  },
  {
    key: 'aws:username',
    operators: STRING,
    wanted: ['bob', 'eve', 'b*', '${aws:PrincipalTag/owner}', "${aws:PrincipalTag/owner, 'bob'}", '${*}'],
    seen: ['bob', 'eve', 'ben', '*'],
  },
  {
    key: 'aws:PrincipalTag/owner',
    operators: STRING,
    wanted: ['bob', 'e*', '${aws:username}'],
    seen: ['bob', 'eve'],
  },
  {
    key: 'aws:TagKeys',
    operators: STRING.slice(0, 4).flatMap((one) => [`ForAllValues:${one}`, `ForAnyValue:${one}`]),
    wanted: ['team', 'cost*', 'stage'],
    seen: ['team', 'cost-centre', 'stage', 'other'],
    many: true,
  },
  {
    key: 'aws:SourceIp',
    operators: ['IpAddress', 'NotIpAddress'],
    wanted: ['10.0.0.0/8', '10.1.0.0/16', '192.0.2.7', '2001:db8::/32'],
    seen: ['10.0.0.1', '10.1.2.3', '192.0.2.7', '192.0.2.8', '2001:db8::1', '2001:db9::1'],
  },
  {
    key: 's3:max-keys',
    operators: orders('Numeric'),
    wanted: ['5', '10', '10.5'],
    seen: ['4', '5', '7', '10', '10.2', '11'],
  },
  {
    key: 'aws:CurrentTime',
    operators: orders('Date'),
    wanted: ['2024-01-01T00:00:00Z', '2025-06-01', '1717200000'],
    seen: [
      '2023-12-31T23:59:59Z',
      '2024-06-01T00:00:00Z',
      '2024-01-01T00:00:00Z',
      '2024-03-01',
      '2025-01-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
    ],
  },
  { key: 'aws:SecureTransport', operators: ['Bool'], wanted: ['true', 'false'], seen: ['true', 'false'] },
  { key: 'kms:Nonce', operators: ['BinaryEquals'], wanted: ['QmluYXJ5', 'AAAA'], seen: ['QmluYXJ5', 'BBBB'] },
  {
    key: 'aws:PrincipalArn',
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
    wanted: ['arn:aws:iam::*:role/app', 'arn:aws:iam::111122223333:role/*', 'arn:*:iam::1*3:role/a?p'],
    seen: [
      'arn:aws:iam::111122223333:role/app',
      'arn:aws:iam::444455556666:role/app',
      'arn:aws:iam::111122223333:user/x',
    ],
  },
];

export function makeStatement(rng: Random, index: number): JsonStatement {
  const not = rng.chance(0.12);
  const actions = rng.some(not ? ACTION_PATTERNS.filter((one) => one !== '*') : ACTION_PATTERNS, 3);
  const notResource = rng.chance(0.1);
  const resources = rng.some(RESOURCE_PATTERNS, 3);
  const one = <T>(list: T[]): T | T[] => (list.length === 1 && rng.chance(0.5) ? list[0]! : list);
  return {
    ...(rng.chance(0.4) ? { Sid: `S${index}` } : {}),
    Effect: rng.chance(0.25) ? 'Deny' : 'Allow',
    [not ? 'NotAction' : 'Action']: one(actions),
    [notResource ? 'NotResource' : 'Resource']: one(resources),
    ...(rng.chance(0.45) ? { Condition: makeCondition(rng) } : {}),
  };
}

function makeCondition(rng: Random): NonNullable<JsonStatement['Condition']> {
  const out: Record<string, Record<string, string | string[]>> = {};
  for (let count = 1 + rng.below(2); count > 0; count -= 1) {
    const space = rng.pick(KEYS);
    let operator = rng.pick(space.operators);
    if (rng.chance(0.15)) operator = 'Null';
    else if (rng.chance(0.25)) operator += 'IfExists';
    const wanted = operator === 'Null' ? [rng.pick(['true', 'false'])] : rng.some(space.wanted, 2);
    const values = wanted.length === 1 && rng.chance(0.6) ? wanted[0]! : wanted;
    out[operator] = { ...out[operator], [rng.chance(0.2) ? space.key.toLowerCase() : space.key]: values };
  }
  return out;
}

export function makePolicy(rng: Random, most = 4): JsonPolicy {
  const count = 1 + rng.below(most);
  return {
    ...(rng.chance(0.9) ? { Version: rng.chance(0.92) ? '2012-10-17' : '2008-10-17' } : {}),
    Statement: Array.from({ length: count }, (_, index) => makeStatement(rng, index)),
  };
}

export interface GeneratedRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Record<string, readonly string[]>;
}

export function makeRequest(rng: Random): GeneratedRequest {
  const context: Record<string, readonly string[]> = {};
  for (const space of KEYS)
    if (rng.chance(0.65))
      context[space.key.toLowerCase()] = space.many ? rng.some(space.seen, 3) : [rng.pick(space.seen)];
  const action = rng.chance(0.06)
    ? rng.pick(['madeup:DoIt', 'madeup:Other', 'other:Thing'])
    : rng.pick(ACTIONS);
  return { action: rng.chance(0.1) ? action.toUpperCase() : action, resource: rng.pick(RESOURCES), context };
}
