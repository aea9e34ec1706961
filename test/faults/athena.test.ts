/** Athena that refuses, fails, stalls or answers nonsense, at each step of a query: a plan that says so, or one clear line. */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { openAthenaSource } from '../../src/trail/athena/source.ts';
import { planOf } from './pipeline.ts';
import { isolateAws } from './s3-run.ts';
import { faultSweep } from './suite.ts';
import { CANARIES, cleanPlan, DAYS, judge, openWorld, recordsOf, type World } from './world.ts';

/** What one request gets: a status and a body, a reset after so many bytes of it, or nothing more. */
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cut?: 'reset' | 'stall';
}
type Step = 'start' | 'state' | 'coverage' | 'usage';

let world: World;
let clean: Plan;
let server: Server;
let url: string;
let fault: (step: Step, before: number) => Answer | undefined;
const counts = new Map<Step, number>();

const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')}\n`).join('');
const RECORDS = DAYS.flatMap((day) => recordsOf(day) as Record<string, string>[]);
const COVERAGE = csv([
  ['account', 'region', 'day', 'mine', 'eventsource', 'eventname', 'outside', 'records', 'malformed'],
  ...RECORDS.map((one) => [
    '111122223333',
    'eu-west-1',
    one.eventTime!.slice(0, 10).replaceAll('-', '/'),
    'true',
    one.eventSource!,
    one.eventName!,
    'false',
    '1',
    '0',
  ]),
]);
const USAGE = csv([
  [
    'call',
    'request',
    'response',
    'nested',
    'resources',
    'days',
    'earliest',
    'latest',
    'duplicates',
    'sessions',
    'sources',
    'workloads',
  ],
  ...RECORDS.map((one) => [
    JSON.stringify({
      eventSource: one.eventSource,
      eventName: one.eventName,
      awsRegion: 'eu-west-1',
      type: 'AssumedRole',
      caller: 'arn:aws:sts::111122223333:assumed-role/app',
      issuerArn: 'arn:aws:iam::111122223333:role/app',
      issuerType: 'Role',
      managementEvent: 'true',
      accountId: '111122223333',
      eventType: 'AwsApiCall',
    }),
    JSON.stringify(one.requestParameters),
    '',
    '',
    JSON.stringify(one.resources),
    JSON.stringify({ [one.eventTime!.slice(0, 10)]: 1 }),
    JSON.stringify([`${one.eventTime} ${one.eventID}`]),
    one.eventTime!,
    '0',
    '["task"]',
    '["10.0.0.1"]',
    '',
  ]),
]);

beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
  let queries = 0;
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const target = String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1);
      const result = request.url?.includes('/q-2') ? 'usage' : 'coverage';
      const step: Step =
        target === 'StartQueryExecution' ? 'start' : target === 'GetQueryExecution' ? 'state' : result;
      const before = counts.get(step) ?? 0;
      counts.set(step, before + 1);
      if (step === 'start') queries = before + 1;
      const good = {
        start: JSON.stringify({ QueryExecutionId: `q-${queries}` }),
        state: JSON.stringify({
          QueryExecution: {
            QueryExecutionId: `q-${queries}`,
            Status: { State: 'SUCCEEDED' },
            Statistics: { DataScannedInBytes: 1000 },
            ResultConfiguration: { OutputLocation: `s3://results/q-${queries}.csv` },
          },
        }),
        coverage: COVERAGE,
        usage: USAGE,
      };
      const { status, body, cut } = fault(step, before) ?? { status: 200, body: good[step] };
      const type = target ? 'application/x-amz-json-1.1' : 'application/octet-stream';
      response.writeHead(status, {
        'content-type': type,
        'content-length': Buffer.byteLength(cut ? good[step] : body),
      });
      if (cut === undefined) response.end(body);
      else
        response.write(body || ' ', () =>
          cut === 'reset' ? setTimeout(() => response.socket?.resetAndDestroy(), 10) : undefined,
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});
beforeEach(() => {
  isolateAws();
  process.env.AWS_SECRET_ACCESS_KEY = CANARIES.secretAccessKey;
});

const query = (name: string): string =>
  readFileSync(new URL(`../../queries/${name}.sql`, import.meta.url), 'utf8');
async function tried(): Promise<Plan | undefined> {
  counts.clear();
  const source = openAthenaSource({
    aws: { region: 'us-east-1', endpointUrl: url, idleTimeout: 300, maxAttempts: 2 },
    pause: 2,
    table: '"logs"',
    location: 'logs',
    queries: {
      coverage: query('coverage'),
      one: query('usage-by-principal'),
      all: query('usage-all-principals'),
    },
    needed: () => ['queueUrl'],
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('still running after 20 s')), 20_000);
  });
  try {
    const ran = await Promise.race([planOf(source, join(world.folder, 'account.json')), late]);
    return await judge(ran, clean, { ends: [1, 3, 4, 64] });
  } finally {
    clearTimeout(timer);
  }
}

const aws = (code: string, status = 400): Answer => ({
  status,
  body: JSON.stringify({ __type: code, message: `because ${code}` }),
});
const xml = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
});
const state = (State: string, StateChangeReason?: string, location?: string): Answer => ({
  status: 200,
  body: JSON.stringify({
    QueryExecution: {
      QueryExecutionId: 'q-1',
      Status: { State, ...(StateChangeReason && { StateChangeReason }) },
      ...(location === undefined ? {} : { ResultConfiguration: { OutputLocation: location } }),
    },
  }),
});
const CALLS: ReadonlyMap<string, Answer> = new Map([
  ...[
    'AccessDeniedException',
    'ExpiredTokenException',
    'UnrecognizedClientException',
    'InvalidRequestException',
    'TooManyRequestsException',
    'ThrottlingException',
    'ResourceNotFoundException',
    'MetadataException',
    'SessionAlreadyExistsException',
  ].map((code) => [code, aws(code)] as const),
  ['500', aws('InternalServerException', 500)],
  ['503 without a body', { status: 503, body: '' }],
  ['HTML with 200', { status: 200, body: '<html>Sign in</html>' }],
  ['an empty object', { status: 200, body: '{}' }],
  ['null', { status: 200, body: 'null' }],
  ['half a document', { status: 200, body: '{"QueryExecution' }],
  [
    '__proto__',
    { status: 200, body: '{"__proto__":{"QueryExecutionId":"x","Status":{"State":"SUCCEEDED"}}}' },
  ],
  ['a reset', { status: 200, body: '{', cut: 'reset' }],
  ['a stall', { status: 200, body: '{', cut: 'stall' }],
]);
const STATES: ReadonlyMap<string, Answer> = new Map([
  ['failed without a reason', state('FAILED')],
  ['table not found', state('FAILED', 'TABLE_NOT_FOUND: line 1:1: Table logs does not exist')],
  ['access denied', state('FAILED', 'Access Denied (Service: Amazon S3; Status Code: 403)')],
  ['a reason that steers terminals', state('FAILED', '\u001b[2J\nx\u2028y')],
  ['a time limit', state('FAILED', 'Query timeout')],
  ['a bad file', state('FAILED', 'HIVE_BAD_DATA: Error parsing JSON')],
  ['cancelled', state('CANCELLED')],
  ['the data limit', state('CANCELLED', 'Bytes scanned limit was exceeded')],
  ['no place of the result', state('SUCCEEDED', undefined)],
  ['a place that is none', state('SUCCEEDED', undefined, 'file:///etc/passwd')],
  ['a place in another bucket that climbs', state('SUCCEEDED', undefined, 's3://results/../../x')],
]);
const BODIES: ReadonlyMap<string, Answer> = new Map([
  ['403', xml(403, 'AccessDenied')],
  ['404', xml(404, 'NoSuchKey')],
  ['500', xml(500, 'InternalError')],
  ['expired', xml(400, 'ExpiredToken')],
  ['empty', { status: 200, body: '' }],
  ['HTML', { status: 200, body: '<html>Sign in</html>' }],
  ['a header alone', { status: 200, body: USAGE.split('\n')[0]! }],
  ['no CSV', { status: 200, body: '"""""' }],
  ['NUL', { status: 200, body: '\u0000'.repeat(100) }],
]);
const ROWS = [
  ...(['start', 'state'] as const).flatMap((step) =>
    [...CALLS.keys()].flatMap((name) => ['once', 'for ever'].map((long) => `${step}, ${name}, ${long}`)),
  ),
  ...[...STATES.keys()].map((name) => `state, ${name}, for ever`),
  ...(['coverage', 'usage'] as const).flatMap((step) => [
    ...[...BODIES.keys()].map((name) => `${step}, ${name}, for ever`),
    ...['reset', 'stall'].flatMap((cut) => [0, 1, 200, 900].map((at) => `${step}, ${cut} ${at}, for ever`)),
  ]),
];

describe('Athena', () => {
  it('gives the plan that the files give, where nothing goes wrong', async () => {
    fault = () => undefined;
    expect((await tried())?.after).toEqual(clean.after);
  });
  faultSweep('athena', 'answers', ROWS, async (row) => {
    const [step, name, long] = row.split(', ') as [Step, string, string];
    const [cut, at] = name.split(' ') as ['reset' | 'stall', string];
    const body = (step === 'usage' ? USAGE : COVERAGE).slice(0, Number(at));
    const answer = (step === 'start' || step === 'state'
      ? (CALLS.get(name) ?? STATES.get(name))
      : BODIES.get(name)) ?? { status: 200, body, cut };
    fault = (asked, before) => (asked === step && (long === 'for ever' || before === 0) ? answer : undefined);
    await tried();
  });
});
