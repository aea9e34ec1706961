/** Every way S3 can fail, with the real SDK and our own GET against a server that does it. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchesOf, expected, gapsOf, isolateAws, source } from '../faults/s3-run.ts';
import { BUCKET, type Fault, type FaultServer, startS3 } from '../faults/s3-server.ts';
import { trailObjects } from '../support/trail-objects.ts';

const OBJECTS = trailObjects({
  accounts: ['111122223333'],
  regions: ['eu-west-1', 'us-east-1'],
  days: ['2026-03-01', '2026-03-02'],
  objectsPerDay: 3,
  recordsPerObject: 40,
});
const [VICTIM, VICTIM_BODY] = OBJECTS[4]!;

let server: FaultServer;
beforeEach(async () => {
  isolateAws();
  server = await startS3(OBJECTS);
});
afterEach(async () => {
  await server.stop();
});

const error = (status: number, code?: string, message?: string): Fault => ({
  kind: 'error',
  status,
  ...(code !== undefined && { code }),
  ...(message !== undefined && { message }),
});
/** The fault hits the victim's first `times` reads. */
const hit = (fault: Fault, times = Number.POSITIVE_INFINITY): void => {
  server.fault = ({ kind, key, before }) =>
    kind === 'get' && key === VICTIM && before < times ? fault : undefined;
};
/** Waits for a byte only as long as the test can, where it waits at all. */
const STALL = 400;
const patience = (fault: Fault): number | undefined => (fault.kind === 'stall' ? STALL : undefined);
const gets = (key = VICTIM) => server.log.filter((asked) => asked.kind === 'get' && asked.key === key);

describe('faults that pass', () => {
  const cases: readonly (readonly [string, Fault, number])[] = [
    ['500', error(500, 'InternalError'), 2],
    ['502 of a proxy, without a code', error(502), 1],
    ['SlowDown', error(503, 'SlowDown'), 3],
    ['429', error(429, 'TooManyRequests'), 1],
    ['a reset before the first byte', { kind: 'reset', after: 0 }, 1],
    ['a reset in the middle', { kind: 'reset', after: 700 }, 1],
    ['a stall before the first byte', { kind: 'stall', after: 0 }, 1],
    ['a stall in the middle', { kind: 'stall', after: 300 }, 2],
    ['request time-out', error(400, 'RequestTimeout'), 1],
  ];
  it.each(cases)('%s: same result as without', async (_name, fault, times) => {
    hit(fault, times);
    expect(await batchesOf(source(server, {}, patience(fault)))).toEqual(expected(OBJECTS));
    expect(gets().length).toBe(times + 1);
  });

  it('goes on where a body was cut, and says which version it means', async () => {
    hit({ kind: 'reset', after: 700 }, 1);
    await batchesOf(source(server));
    const [first, second] = gets();
    expect(first?.headers.range).toBeUndefined();
    expect(second?.headers.range).toBe('bytes=700-');
    expect(second?.headers['if-match']).toBe(first?.headers['if-match']);
  });

  it('gets a large object over a line that breaks again and again', async () => {
    const large = gzipSync(randomBytes(4_000_000));
    server.objects.set(VICTIM, large);
    server.fault = ({ kind, key }) =>
      kind === 'get' && key === VICTIM ? { kind: 'reset', after: 400_000 } : undefined;
    expect(gapsOf(await batchesOf(source(server, { tries: 2 })))).toEqual(gapsOf(expected(server.objects)));
    expect(gets().length).toBe(11);
  });

  it('starts over where the server ignores Range', async () => {
    server.fault = ({ key, before }) => {
      if (key !== VICTIM) return undefined;
      if (before === 0) return { kind: 'reset', after: 300 };
      return { kind: 'answer', status: 200, headers: {}, body: VICTIM_BODY };
    };
    expect(await batchesOf(source(server))).toEqual(expected(OBJECTS));
  });

  it('takes no part that begins elsewhere than asked', async () => {
    server.fault = ({ key, before }) => {
      if (key !== VICTIM || before > 1) return undefined;
      if (before === 0) return { kind: 'reset', after: 300 };
      const headers = { 'content-range': `bytes 0-${VICTIM_BODY.length - 1}/${VICTIM_BODY.length}` };
      return {
        kind: 'answer',
        status: 206,
        headers,
        body: VICTIM_BODY.subarray(0, VICTIM_BODY.length - 300),
      };
    };
    expect(await batchesOf(source(server))).toEqual(expected(OBJECTS));
  });

  it('drops a body that drips and resumes it', async () => {
    hit({ kind: 'drip', every: 100 }, 1);
    expect(await batchesOf(source(server, {}, STALL))).toEqual(expected(OBJECTS));
    expect(gets()[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });

  it('lists again where a page fails once', async () => {
    server.pageSize = 2;
    server.fault = ({ kind, before }) =>
      kind === 'list' && before === 1 ? error(503, 'SlowDown') : undefined;
    expect(await batchesOf(source(server))).toEqual(expected(OBJECTS));
  });
});

describe('faults that cost one object', () => {
  const cases: readonly (readonly [string, Fault, string, RegExp, number])[] = [
    ['403', error(403, 'AccessDenied'), 'access-denied', /403 AccessDenied/, 1],
    [
      '403 of kms',
      error(403, 'AccessDenied', 'not authorized to perform: kms:Decrypt on this resource'),
      'kms-denied',
      /kms:Decrypt/,
      1,
    ],
    [
      'a disabled key',
      error(400, 'KMS.DisabledException', 'key is disabled'),
      'kms-denied',
      /KMS.DisabledException/,
      1,
    ],
    ['archived', error(403, 'InvalidObjectState'), 'unreadable', /archived/, 1],
    ['404', error(404, 'NoSuchKey'), 'not-found', /404 NoSuchKey/, 1],
    [
      '500 for ever',
      error(500, 'InternalError'),
      'unreadable',
      /500 InternalError.*gave up after 4 tries/,
      4,
    ],
    ['SlowDown for ever', error(503, 'SlowDown'), 'throttled', /SlowDown.*gave up after 4 tries/, 4],
    [
      'a stall for ever',
      { kind: 'stall', after: 0 },
      'unreadable',
      /no byte for 400 ms at byte 0.*gave up/,
      4,
    ],
    ['a reset for ever', { kind: 'reset', after: 0 }, 'unreadable', /gave up after 4 tries/, 4],
    ['html with 200', { kind: 'html', status: 200 }, 'not-gzip', /web page/, 1],
    ['a redirect to a login page', { kind: 'html', status: 302 }, 'unreadable', /302/, 1],
    ['412', error(412, 'PreconditionFailed'), 'changed-while-reading', /ETag/, 1],
  ];
  it.each(cases)('%s', async (_name, fault, reason, detail, tries) => {
    hit(fault);
    const reading = source(server, {}, patience(fault));
    const batches = await batchesOf(reading);
    const lost = batches.filter((batch) => batch.gap);
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ records: 0, events: [], gap: { reason, partial: false } });
    expect(lost[0]?.gap?.detail).toMatch(detail);
    expect(lost[0]?.gap?.object.name).toBe(`s3://${BUCKET}/${VICTIM}`);
    expect(gets().length).toBe(tries);
    const rest = OBJECTS.filter(([key]) => key !== VICTIM);
    expect(batches.filter((batch) => !batch.gap)).toEqual(expected(rest));
    expect(reading.facts()).toMatchObject({ objectsListed: OBJECTS.length, objectsRead: rest.length });
  });

  it('deleted between listing and reading', async () => {
    server.fault = ({ kind }) => {
      if (kind === 'get') server.objects.delete(VICTIM);
      return undefined;
    };
    expect(gapsOf(await batchesOf(source(server, { concurrency: 1 })))).toEqual(['not-found']);
  });

  it('replaced between listing and reading', async () => {
    server.fault = ({ kind }) => {
      if (kind === 'get') server.objects.set(VICTIM, OBJECTS[0]![1]);
      return undefined;
    };
    expect(gapsOf(await batchesOf(source(server, { concurrency: 1 })))).toEqual(['changed-while-reading']);
  });

  it('replaced between two parts of it: never mixes the two', async () => {
    server.fault = ({ key, before }) => {
      if (key !== VICTIM) return undefined;
      if (before === 0) return { kind: 'reset', after: 500 };
      server.objects.set(VICTIM, OBJECTS[0]![1]);
      return undefined;
    };
    expect(gapsOf(await batchesOf(source(server)))).toEqual(['changed-while-reading']);
  });

  it('another size than listed, from a server that ignores If-Match', async () => {
    hit({ kind: 'answer', status: 200, headers: {}, body: Buffer.concat([VICTIM_BODY, VICTIM_BODY]) });
    expect(gapsOf(await batchesOf(source(server)))).toEqual(['changed-while-reading']);
  });

  it('a listing that fails for one region only', async () => {
    server.fault = ({ kind, query }) =>
      kind === 'list' && query.get('start-after')?.includes('/eu-west-1/')
        ? error(500, 'InternalError')
        : undefined;
    const batches = await batchesOf(source(server));
    expect(gapsOf(batches)).toEqual(['list-failed']);
    const gap = batches.find((batch) => batch.gap)?.gap;
    expect(gap?.object).toMatchObject({ accountId: '111122223333', region: 'eu-west-1' });
    expect(batches.filter((batch) => !batch.gap)).toEqual(
      expected(OBJECTS.filter(([key]) => key.includes('us-east-1'))),
    );
  });

  it('a web page instead of one page of a listing: no empty region', async () => {
    server.fault = ({ kind, query }) =>
      kind === 'list' && query.get('start-after')?.includes('/eu-west-1/')
        ? { kind: 'html', status: 200 }
        : undefined;
    expect(gapsOf(await batchesOf(source(server)))).toEqual(['list-failed']);
  });

  it('an account that may not be listed', async () => {
    const other = trailObjects({
      accounts: ['444455556666'],
      regions: ['us-east-1'],
      days: ['2026-03-01'],
      objectsPerDay: 1,
      recordsPerObject: 1,
    });
    for (const [key, body] of other) server.objects.set(key, body);
    server.fault = ({ kind, key }) =>
      kind === 'list' && key === 'AWSLogs/444455556666/' ? error(403, 'AccessDenied') : undefined;
    const batches = await batchesOf(source(server));
    const gap = batches.find((batch) => batch.gap)?.gap;
    expect(gap).toMatchObject({ reason: 'list-failed', object: { accountId: '444455556666' } });
    expect(batches.filter((batch) => !batch.gap)).toEqual(expected(OBJECTS));
  });

  it('a listing that fails for one day only', async () => {
    server.pageSize = 2;
    server.fault = ({ kind, key }) =>
      kind === 'list' && key.endsWith('/eu-west-1/2026/03/02/') ? error(500, 'InternalError') : undefined;
    const batches = await batchesOf(source(server));
    const gap = batches.find((batch) => batch.gap)?.gap;
    expect(gap).toMatchObject({ reason: 'list-failed', object: { region: 'eu-west-1', day: '2026-03-02' } });
    const rest = OBJECTS.filter(([key]) => !key.includes('/eu-west-1/2026/03/02/'));
    expect(batches.filter((batch) => !batch.gap)).toEqual(expected(rest));
  });
});

describe('faults that stop the run', () => {
  const always = (fault: Fault, kind: 'list' | 'get' = 'get'): void => {
    server.fault = (asked) => (asked.kind === kind ? fault : undefined);
  };
  const failing = () => expect(batchesOf(source(server))).rejects;

  it('credentials that expire in the middle', async () => {
    let seen = 0;
    server.fault = ({ kind }) => {
      if (kind === 'get') seen += 1;
      return seen > 5 ? error(400, 'ExpiredToken', 'The provided token has expired.') : undefined;
    };
    await failing().toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/stopped working.*ExpiredToken.*renew/),
    });
  });

  it('credentials that expire while the bucket is listed', async () => {
    server.pageSize = 2;
    server.fault = ({ kind, key }) =>
      kind === 'list' && key.endsWith('/eu-west-1/2026/03/02/') ? error(400, 'ExpiredToken') : undefined;
    await failing().toMatchObject({ name: 'AccessError', message: expect.stringMatching(/expired.*renew/) });
  });

  it('all objects refused', async () => {
    always(error(403, 'AccessDenied'));
    await failing().toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/all 12 objects.*s3:GetObject/),
    });
  });

  it('all objects refused by kms', async () => {
    always(error(403, 'AccessDenied', 'no identity-based policy allows the kms:Decrypt action'));
    await failing().toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/kms:Decrypt.* on the key/),
    });
  });

  it('a bucket that may not be listed', async () => {
    always(error(403, 'AccessDenied'), 'list');
    await failing().toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/s3:ListBucket.*--requester-pays/),
    });
  });

  it('no such bucket', async () => {
    always(error(404, 'NoSuchBucket'), 'list');
    await failing().toMatchObject({ name: 'AccessError', message: expect.stringMatching(/does not exist/) });
  });

  it('a wrong secret', async () => {
    server.secret = 'another';
    await failing().toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/not valid.*SignatureDoesNotMatch/),
    });
  });

  it('a wrong clock', async () => {
    always(error(403, 'RequestTimeTooSkewed'));
    await failing().toMatchObject({ name: 'AccessError', message: expect.stringMatching(/clock/) });
  });

  it('a redirect that names no region', async () => {
    always(error(301, 'PermanentRedirect'), 'list');
    await failing().toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/another region.*--region/),
    });
  });

  it('a redirect of an object', async () => {
    always(error(301, 'PermanentRedirect'));
    await failing().toMatchObject({ name: 'AccessError', message: expect.stringMatching(/another region/) });
  });

  it('web pages instead of a listing', async () => {
    always({ kind: 'html', status: 200 }, 'list');
    await failing().toMatchObject({ name: 'RunError', message: expect.stringMatching(/no listing.*proxy/) });
  });

  it('no trail under the prefix, telling what is there', async () => {
    await expect(batchesOf(source(server, { prefix: 'wrong' }))).rejects.toMatchObject({
      name: 'EvidenceError',
    });
    server.objects.clear();
    server.objects.set('team/audit/x.txt', Buffer.from('x'));
    await failing().toMatchObject({
      name: 'EvidenceError',
      message: expect.stringMatching(/it holds `team\/`/),
    });
  });
});

it('follows the bucket into its region', async () => {
  server.fault = ({ headers }) =>
    headers.authorization?.includes('/eu-central-1/s3/')
      ? undefined
      : {
          kind: 'error',
          status: 301,
          code: 'PermanentRedirect',
          headers: { 'x-amz-bucket-region': 'eu-central-1' },
        };
  expect(await batchesOf(source(server))).toEqual(expected(OBJECTS));
  expect(gets()[0]?.headers.authorization).toContain('/eu-central-1/s3/');
});
