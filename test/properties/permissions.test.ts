/** Whatever a log holds: resolving never throws, never invents an action, never gives two answers. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import authorized from '../../src/permissions/data/authorized-actions.json' with { type: 'json' };
import operations from '../../src/permissions/data/operations.json' with { type: 'json' };
import parameters from '../../src/permissions/data/parameters.json' with { type: 'json' };
import passRole from '../../src/permissions/data/passrole.json' with { type: 'json' };
import { parseDenial } from '../../src/permissions/denial.ts';
import { createResolver, type Resolver } from '../../src/permissions/resolver.ts';

let catalogue: Catalogue;
let resolver: Resolver;

const EVENTS = [
  ...authorized.map((row) => [row.service, row.operation] as const),
  ...operations.map((row) => [row.service, row.event] as const),
  ...passRole.map((row) => [row.service, row.event] as const),
];
const NAMES = [
  ...new Set([...parameters, ...passRole].map((row) => row.path.replace(/^\w+:/, '').split(/[.[{]/)[0]!)),
  '__proto__',
  'constructor',
  'toString',
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'arn:aws:s3:::bucket/key',
    'arn:aws:iam::111122223333:role/a/b',
    'arn%3Aaws%3Akafka%3Aus-east-1%3A1%3Acluster%2F%',
    'arn:',
    'arn:aws:ec2:us-east-1:111122223333:instance/i-1',
    'i-0123456789abcdef0',
    '*',
    '${aws:username}',
    '{"RoleArn":"arn:aws:iam::111122223333:role/x"}',
    '/src/a%zz?versionId=1',
  ),
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 8 })), tie('json'), {
      maxKeys: 4,
    }),
  ),
}));
const parameters_ = fc.dictionary(fc.constantFrom(...NAMES), json, { maxKeys: 5 });
const record = fc.record({
  pair: fc.oneof(
    fc.constantFrom(...EVENTS),
    fc.tuple(fc.string({ maxLength: 12 }), fc.string({ maxLength: 24 })),
  ),
  suffix: fc.constantFrom('', '20150331', '20150331v2', '2020_05_31', 'V2'),
  request: fc.oneof(parameters_, fc.constant(null)),
  response: fc.oneof(parameters_, fc.constant(null)),
  resources: fc.array(fc.record({ ARN: text, accountId: fc.constantFrom('111122223333', 'x') }), {
    maxLength: 3,
  }),
  region: fc.constantFrom('us-east-1', 'cn-north-1', 'us-gov-west-1', '', 'x'),
  invokedBy: fc.constantFrom(undefined, 's3.amazonaws.com', 'AWS Internal', '${x}'),
  error: fc.constantFrom(undefined, 'AccessDenied', 'NoSuchBucket'),
  message: text,
});

const eventOf = (one: typeof record extends fc.Arbitrary<infer T> ? T : never) =>
  decode({
    eventVersion: '1.08',
    eventID: 'x',
    eventTime: '2026-01-01T00:00:00Z',
    eventType: 'AwsApiCall',
    eventSource: `${one.pair[0] || 'x'}.amazonaws.com`,
    eventName: `${one.pair[1] || 'x'}${one.suffix}`,
    awsRegion: one.region,
    userIdentity: {
      type: 'IAMUser',
      arn: 'arn:aws:iam::111122223333:user/u',
      accountId: '111122223333',
      userName: 'u',
      invokedBy: one.invokedBy,
    },
    requestParameters: one.request,
    responseElements: one.response,
    resources: one.resources,
    errorCode: one.error,
    errorMessage: one.error && one.message,
  });

describe('resolving', () => {
  beforeAll(async () => {
    catalogue = await loadCatalogue();
    resolver = createResolver(catalogue);
  });

  it('never throws, never emits an action that AWS does not publish, and is deterministic', () => {
    fc.assert(
      fc.property(record, (one) => {
        const decoded = eventOf(one);
        if (!decoded.ok) return;
        const resolution = resolver.resolve(decoded.event);
        expect(createResolver(catalogue).resolve(decoded.event)).toEqual(resolution);
        if (resolution.status !== 'mapped') return;
        for (const { action, resource, level } of resolution.permissions) {
          expect(catalogue.action(action)?.action).toBe(action);
          expect(['primary', 'conditional', 'possible']).toContain(level);
          if (resource.kind === 'arn') expect(resource.arn.startsWith('arn:')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads any message of a refusal without an error', () => {
    const words = fc.constantFrom(
      'User: x is not authorized to perform: ',
      's3:GetObject',
      ' on resource: ',
      'arn:aws:s3:::b',
      ' because no ',
      'identity-based policy',
      ' with an explicit deny in a ',
      ' allows the ',
      '"',
      ' ',
      '.',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 6 })), { maxLength: 12 }), (parts) => {
        const denied = parseDenial('AccessDenied', parts.join(''));
        if (denied?.action !== undefined) expect(denied.action).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/i);
      }),
      { numRuns: 500 },
    );
  });
});
