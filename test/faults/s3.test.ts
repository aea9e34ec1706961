/** Every way S3 fails, at every place a run asks it, once or for ever: the plan is the same, looser, or there is none. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { openS3Source } from '../../src/trail/s3/source.ts';
import { planOf } from './pipeline.ts';
import { isolateAws } from './s3-run.ts';
import { type Asked, BUCKET, type Fault, type FaultServer, startS3 } from './s3-server.ts';
import { faultSweep, faultTests } from './suite.ts';
import {
  CANARIES,
  cleanPlan,
  DAYS,
  documentOf,
  judge,
  OBJECTS,
  openWorld,
  recordsOf,
  VICTIM,
  type World,
} from './world.ts';

let world: World;
let clean: Plan;
let server: FaultServer;
beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
});
afterAll(() => world.close());
beforeEach(() => {
  isolateAws();
  process.env.AWS_ACCESS_KEY_ID = CANARIES.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CANARIES.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = CANARIES.sessionToken;
});
afterEach(() => {
  delete process.env.AWS_SESSION_TOKEN;
});

/** Longer than any fault may keep a run that waits 300 ms for a byte. */
const LIMIT = 20_000;
const FOR_EVER = Number.POSITIVE_INFINITY;

async function tried(fault: FaultServer['fault'], change?: (server: FaultServer) => void): Promise<void> {
  server = await startS3(OBJECTS);
  server.secret = CANARIES.secretAccessKey;
  server.fault = fault;
  change?.(server);
  let timer: NodeJS.Timeout | undefined;
  try {
    const source = openS3Source({
      aws: { region: 'us-east-1', endpointUrl: server.url, idleTimeout: 300, maxAttempts: 2 },
      bucket: BUCKET,
      tries: 3,
      pause: 2,
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still running after ${LIMIT} ms`)), LIMIT);
    });
    const ran = await Promise.race([planOf(source, join(world.folder, 'account.json')), late]);
    await judge(ran, clean, { ends: [1, 3, 4] });
  } finally {
    clearTimeout(timer);
    await server.stop();
  }
}

const error = (status: number, code?: string, message?: string): Fault => ({
  kind: 'error',
  status,
  ...(code !== undefined && { code }),
  ...(message !== undefined && { message }),
});
const answer = (status: number, body: string | Buffer, headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  status,
  headers,
  body: Buffer.from(body),
});
const FAULTS: ReadonlyMap<string, Fault> = new Map([
  ['500', error(500, 'InternalError')],
  ['501', error(501, 'NotImplemented')],
  ['502 without a code', error(502)],
  ['SlowDown', error(503, 'SlowDown')],
  ['ServiceUnavailable', error(503, 'ServiceUnavailable')],
  ['429', error(429, 'TooManyRequests')],
  ['RequestTimeout', error(400, 'RequestTimeout')],
  ['403', error(403, 'AccessDenied')],
  [
    '403 that repeats a secret',
    error(
      403,
      'AccessDenied',
      `User with ${CANARIES.accessKeyId.slice(0, 4)}\u0007\u001b[2J is not authorized`,
    ),
  ],
  ['403 without a code', error(403)],
  ['403 of KMS', error(403, 'AccessDenied', 'not authorized to perform: kms:Decrypt on this resource')],
  ['archived', error(403, 'InvalidObjectState')],
  ['expired credentials', error(400, 'ExpiredToken')],
  ['wrong key id', error(403, 'InvalidAccessKeyId')],
  ['wrong secret', error(403, 'SignatureDoesNotMatch')],
  ['wrong clock', error(403, 'RequestTimeTooSkewed')],
  ['404 of the key', error(404, 'NoSuchKey')],
  ['404 of the bucket', error(404, 'NoSuchBucket')],
  ['404 without a code', error(404)],
  ['301 without a region', error(301, 'PermanentRedirect')],
  ['307', error(307, 'TemporaryRedirect')],
  ['302 to a login page', { kind: 'html', status: 302 }],
  ['HTML with 200', { kind: 'html', status: 200 }],
  ['HTML with 503', { kind: 'html', status: 503 }],
  ['nothing with 200', answer(200, '')],
  ['nothing with 204', answer(204, '')],
  ['304', answer(304, '')],
  ['412', error(412, 'PreconditionFailed')],
  ['416', error(416, 'InvalidRange')],
  ['405', error(405, 'MethodNotAllowed')],
  ['JSON with 200', answer(200, '{"message":"no"}', { 'content-type': 'application/json' })],
  [
    'half an XML document',
    answer(200, '<?xml version="1.0"?><ListBucketResult><Contents><Key>AWSLogs', {
      'content-type': 'application/xml',
    }),
  ],
  [
    'an entity bomb',
    answer(
      200,
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><ListBucketResult><Name>&b;</Name></ListBucketResult>',
      { 'content-type': 'application/xml' },
    ),
  ],
  [
    'an error with 200',
    answer(200, '<?xml version="1.0"?><Error><Code>InternalError</Code></Error>', {
      'content-type': 'application/xml',
    }),
  ],
  ['zeros', answer(200, Buffer.alloc(64), {})],
]);
const PLACES: ReadonlyMap<string, (asked: Asked) => boolean> = new Map([
  ['the object', ({ kind, key }: Asked) => kind === 'get' && key === VICTIM],
  ['every object', ({ kind }: Asked) => kind === 'get'],
  [
    'the listing of its days',
    ({ kind, key }: Asked) => kind === 'list' && key.includes('/CloudTrail/eu-west-1/'),
  ],
  ['every listing', ({ kind }: Asked) => kind === 'list'],
]);
const ROWS = [...FAULTS.keys()].flatMap((fault) =>
  [...PLACES.keys()].flatMap((place) => ['once', 'for ever'].map((long) => `${fault}, ${place}, ${long}`)),
);

describe('S3', () => {
  faultSweep('s3', 'answers', ROWS, async (row) => {
    const [name, place, long] = row.split(', ') as [string, string, string];
    const times = long === 'once' ? 1 : FOR_EVER;
    await tried((asked) =>
      PLACES.get(place)!(asked) && asked.before < times ? FAULTS.get(name) : undefined,
    );
  });

  const victim = (fault: Fault, times: number) => (asked: Asked) =>
    asked.kind === 'get' && asked.key === VICTIM && asked.before < times ? fault : undefined;
  faultTests(
    's3',
    [0, 1, 10, 100, 300].flatMap((after) =>
      (['stall', 'reset'] as const).flatMap((kind) =>
        [1, FOR_EVER].map((times) => ({
          name: `${kind} after ${after} bytes, ${times === 1 ? 'once' : 'for ever'}`,
          fault: { kind, after },
          times,
        })),
      ),
    ),
    ({ fault, times }) => tried(victim(fault, times)),
  );
  faultTests(
    's3',
    [50, 2].flatMap((every) =>
      [1, FOR_EVER].map((times) => ({
        name: `a byte each ${every} ms, ${times === 1 ? 'once' : 'for ever'}`,
        every,
        times,
      })),
    ),
    ({ every, times }) => tried(victim({ kind: 'drip', every }, times)),
  );

  const other = gzipSync(documentOf(recordsOf(DAYS[0])));
  const onGet = (change: (server: FaultServer) => void) => (asked: Asked) => {
    if (asked.kind === 'get' && asked.key === VICTIM && asked.before === 0) change(server);
    return undefined;
  };
  faultTests<{
    name: string;
    fault: (asked: Asked) => Fault | undefined;
    change?: (server: FaultServer) => void;
  }>(
    's3',
    [
      {
        name: 'deleted between listing and reading',
        fault: onGet(({ objects }) => void objects.delete(VICTIM)),
      },
      {
        name: 'replaced between listing and reading',
        fault: onGet(({ objects }) => void objects.set(VICTIM, other)),
      },
      {
        name: 'emptied between listing and reading',
        fault: onGet(({ objects }) => void objects.set(VICTIM, Buffer.alloc(0))),
      },
      {
        name: 'cut between listing and reading',
        fault: onGet(({ objects }) => void objects.set(VICTIM, OBJECTS.get(VICTIM)!.subarray(0, 200))),
      },
      {
        name: 'replaced between two parts',
        fault: (asked) => {
          if (asked.kind !== 'get' || asked.key !== VICTIM || asked.before > 0) return undefined;
          setTimeout(() => server.objects.set(VICTIM, other), 10);
          return { kind: 'reset', after: 100 };
        },
      },
      {
        name: 'another size than listed',
        fault: victim(answer(200, Buffer.concat([OBJECTS.get(VICTIM)!, other])), FOR_EVER),
      },
      {
        name: 'credentials that expire after the first object',
        fault: ({ kind, before, key }) =>
          kind === 'get' && (key === VICTIM || before > 0) ? error(400, 'ExpiredToken') : undefined,
      },
      {
        name: 'the second page of each listing fails',
        fault: ({ kind, query }) =>
          kind === 'list' && query.has('continuation-token') ? error(500, 'InternalError') : undefined,
        change: (one) => {
          one.pageSize = 1;
        },
      },
      {
        name: 'the second page of each listing is denied',
        fault: ({ kind, query }) =>
          kind === 'list' && query.has('continuation-token') ? error(403, 'AccessDenied') : undefined,
        change: (one) => {
          one.pageSize = 1;
        },
      },
      {
        name: 'pages of one entry',
        fault: () => undefined,
        change: (one) => {
          one.pageSize = 1;
        },
      },
      {
        name: 'a secret that is not good',
        fault: () => undefined,
        change: (one) => {
          one.secret = 'other';
        },
      },
      { name: 'an empty bucket', fault: () => undefined, change: (one) => one.objects.clear() },
      {
        name: 'keys that climb out of the folder',
        fault: () => undefined,
        change: (one) =>
          void one.objects.set(
            'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/02/../../../../../../etc/x.json.gz',
            other,
          ),
      },
      {
        name: 'a key with markup and control characters',
        fault: () => undefined,
        change: (one) =>
          void one.objects.set(
            'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/02/<b>\u001b[2J&.json.gz',
            Buffer.from('x'),
          ),
      },
      {
        name: 'an object nobody can parse beside the others',
        fault: () => undefined,
        change: (one) => void one.objects.set(VICTIM.replace('0000.json', '0001.json'), Buffer.from('x')),
      },
    ],
    ({ fault, change }) => tried(fault, change),
  );
});
