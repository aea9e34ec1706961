/** The S3 source against a well-behaved server: what it finds, what it leaves out, how few requests it needs. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { requestMembersRead } from '../../src/permissions/needed.ts';
import type { Resolution } from '../../src/permissions/permission.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import type { Batch, Progress } from '../../src/trail/source.ts';
import { clearStore, storeStats } from '../../src/trail/store/manage.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { batchesOf, expected, isolateAws, sorted, source, WINDOW } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { trailObjects } from '../support/trail-objects.ts';

const ACCOUNTS = ['111122223333', '444455556666'];
const SHAPE = {
  accounts: ACCOUNTS,
  regions: ['eu-west-1', 'us-east-1'],
  days: ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'],
  objectsPerDay: 4,
  recordsPerObject: 8,
};
const DEPLOY = [{ kind: 'role', name: 'Deploy', accountId: ACCOUNTS[0]! }] as const;
const inWindow = ([key]: readonly [string, Buffer]): boolean => /\/2026\/03\/0[1-4]\//.test(key);

let server: FaultServer;
const serve = async (objects: Iterable<readonly [string, Buffer]>): Promise<FaultServer> => {
  await server?.stop();
  server = await startS3(objects);
  return server;
};
beforeEach(() => isolateAws());
afterEach(async () => {
  await server.stop();
});
const asked = (kind: 'list' | 'get') => server.log.filter((one) => one.kind === kind);

describe('all principals together', () => {
  const usage = (batches: readonly Batch[], resolve: (event: TrailEvent) => Resolution): string => {
    const ledger = createLedger({ window: WINDOW, resolve });
    for (const batch of batches) ledger.add(batch);
    return JSON.stringify(ledger.principals().map((one) => ledger.usage(one)));
  };

  /** As CloudTrail's own ids are; any other is left to the exact path. */
  const withUuids = (body: Buffer): Buffer => {
    const { Records } = JSON.parse(gunzipSync(body).toString()) as { Records: { eventID: string }[] };
    const uuid = (id: string): string =>
      createHash('sha256')
        .update(id)
        .digest('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    return gzipSync(
      JSON.stringify({ Records: Records.map((one) => ({ ...one, eventID: uuid(one.eventID) })) }),
    );
  };

  it('as one event with a count where they are alike: the same usage with as many requests', async () => {
    const objects = trailObjects({ ...SHAPE, recordsPerObject: 40 }).map(([key, body]) => [
      key,
      withUuids(body),
    ]) as [string, Buffer][];
    // A copy of an object in another region, and one that is cut.
    const copied = objects.findIndex(inWindow);
    const cut = objects.findLastIndex(inWindow);
    objects[cut]![1] = objects[cut]![1].subarray(0, objects[cut]![1].length - 40);
    objects.push([objects[copied]![0].replace(/\.json\.gz$/, 'x.json.gz'), objects[copied]![1]]);
    await serve(objects);
    const catalogue = await loadCatalogue();
    const { resolve } = createResolver(catalogue);
    const reads = (from: string, name: string) => requestMembersRead(catalogue, from, name);
    const plain = await batchesOf(source(server));
    const requests = server.log.length;
    const reading = source(server);
    const grouped: Batch[] = [];
    for await (const batch of reading.read({ window: WINDOW, aggregate: { resolve, reads } }))
      grouped.push(batch);
    expect(server.log.length).toBe(requests * 2);
    expect(usage(grouped, resolve) === usage(plain, resolve)).toBe(true);
    expect(grouped.flatMap((one) => one.gap ?? []).map((gap) => gap.object.name)).toEqual(
      plain.flatMap((one) => one.gap ?? []).map((gap) => gap.object.name),
    );
    const count = (batches: readonly Batch[]) => batches.reduce((sum, one) => sum + one.events.length, 0);
    expect(count(grouped)).toBeLessThan(count(plain) / 2);
    expect(reading.facts().objectsRead).toBe(65);
  });

  it('each object by itself where it is kept in a store', async () => {
    const objects = trailObjects(SHAPE);
    await serve(objects);
    const directory = mkdtempSync(join(tmpdir(), 'gen-policy-store-'));
    const reading = source(server, { store: { directory, knowledge: 'test' } });
    const batches: Batch[] = [];
    for await (const batch of reading.read({ window: WINDOW, aggregate: { resolve: () => undefined } }))
      batches.push(batch);
    expect(sorted(batches)).toEqual(expected(objects.filter(inWindow)));
    rmSync(directory, { recursive: true });
  });
});

describe('what is read', () => {
  const layouts = [
    { name: 'no prefix', options: {} },
    { name: 'a prefix', options: { prefix: 'team/audit/' } },
    { name: 'an organisation', options: { organization: 'o-abc123' } },
    { name: 'both', options: { prefix: 'o-abc123/', organization: 'o-abc123' } },
  ];
  it.each(layouts)('all accounts and regions, and the window plus one day: $name', async ({ options }) => {
    const objects = trailObjects({ ...SHAPE, ...options });
    await serve(objects);
    const reading = source(server, options.prefix === undefined ? {} : { prefix: options.prefix });
    expect(await batchesOf(reading)).toEqual(expected(objects.filter(inWindow)));
    const facts = reading.facts();
    expect(facts).toMatchObject({ kind: 's3', objectsListed: 64, objectsRead: 64 });
    expect(facts.cells).toHaveLength(16);
    expect(facts.cells[0]).toEqual({
      accountId: ACCOUNTS[0],
      region: 'eu-west-1',
      day: '2026-03-01',
      objects: 4,
    });
  });

  it('the same for any page size', async () => {
    const objects = trailObjects(SHAPE);
    await serve(objects);
    for (const pageSize of [1, 2, 3, 5, 7, 16, 17]) {
      server.pageSize = pageSize;
      expect(await batchesOf(source(server))).toEqual(expected(objects.filter(inWindow)));
    }
  });

  it('one principal only, in its own account', async () => {
    const objects = trailObjects(SHAPE);
    await serve(objects);
    const reading = source(server);
    const batches = await batchesOf(reading, DEPLOY);
    const own = objects.filter(inWindow).filter(([key]) => key.includes(ACCOUNTS[0]!));
    expect(batches).toEqual(expected(own, DEPLOY));
    expect(batches.flatMap((batch) => batch.events).length).toBe(64);
    expect(reading.facts().ignored).toEqual([['other-account', 1]]);
    const anywhere = [{ kind: 'role', name: 'deploy' }] as const;
    expect(await batchesOf(source(server), anywhere)).toEqual(expected(objects.filter(inWindow), anywhere));
  });

  it('accounts and regions asked for', async () => {
    const objects = trailObjects(SHAPE);
    await serve(objects);
    const reading = source(server, { accounts: [ACCOUNTS[1]!], regions: ['us-east-1'] });
    const wanted = objects
      .filter(inWindow)
      .filter(([key]) => key.includes(`${ACCOUNTS[1]}/CloudTrail/us-east-1/`));
    expect(await batchesOf(reading)).toEqual(expected(wanted));
    expect(reading.facts().ignored).toEqual([
      ['other-account', 1],
      ['other-region', 1],
    ]);
  });

  it('accounts that are not there: an error, not an empty result', async () => {
    await serve(trailObjects(SHAPE));
    await expect(batchesOf(source(server, { accounts: ['999999999999'] }))).rejects.toThrow(
      /none of the accounts/,
    );
  });

  it.each([
    'AWSLogs/111122223333',
    '/AWSLogs/111122223333/CloudTrail/',
    'AWSLogs/111122223333/CloudTrail/us-east-1/2026',
  ])('a path into the trail: %s', async (prefix) => {
    const objects = trailObjects(SHAPE);
    await serve(objects);
    const wanted = objects
      .filter(inWindow)
      .filter(([key]) => key.startsWith(prefix.replace(/^\/|\/2026$/g, '')));
    expect(await batchesOf(source(server, { prefix }))).toEqual(expected(wanted));
  });

  it('no digests, insights and strangers, and says so', async () => {
    const objects = trailObjects({ ...SHAPE, days: ['2026-03-01'] });
    const junk = Buffer.from('junk');
    await serve([
      ...objects,
      ['AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/d.json.gz', junk],
      ['AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/03/01/i.json.gz', junk],
      ['AWSLogs/111122223333/Config/us-east-1/x.json.gz', junk],
      ['AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/readme.txt', junk],
      ['AWSLogs/aws-waf/x.gz', junk],
    ]);
    const reading = source(server);
    expect(await batchesOf(reading)).toEqual(expected(objects));
    expect(reading.facts().ignored).toEqual([
      ['digest', 1],
      ['insight', 1],
      ['other', 3],
    ]);
    expect(asked('get')).toHaveLength(objects.length);
  });

  it('keys that need escaping', async () => {
    const [[, body]] = trailObjects(SHAPE) as [[string, Buffer]];
    const key =
      "pre fix+é!'()*~&=%/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/a b+é!'()*~&=%2F.json.gz";
    await serve([[key, body]]);
    expect(await batchesOf(source(server, { prefix: "pre fix+é!'()*~&=%" }))).toEqual(
      expected([[key, body]]),
    );
  });

  it('a damaged object, as the folder source does', async () => {
    const objects = trailObjects({ ...SHAPE, days: ['2026-03-01'] });
    objects[0] = [objects[0]![0], objects[0]![1].subarray(0, 200)];
    objects[1] = [objects[1]![0], Buffer.from('plainly not gzip')];
    objects[2] = [objects[2]![0], Buffer.alloc(0)];
    await serve(objects);
    expect(await batchesOf(source(server))).toEqual(expected(objects));
  });
});

describe('how it is read', () => {
  it('asks a quiet region once for the whole window', async () => {
    await serve(trailObjects(SHAPE));
    const to = WINDOW.from + 90 * 86_400_000;
    await batchesOf(source(server), undefined, { from: WINDOW.from, to });
    expect(asked('list').filter((one) => one.query.has('start-after'))).toHaveLength(4);
  });

  it('sends requester-pays and the expected owner with every request', async () => {
    await serve(trailObjects({ ...SHAPE, days: ['2026-03-01'] }));
    await batchesOf(source(server, { requesterPays: true, expectedBucketOwner: ACCOUNTS[0]! }));
    for (const { headers } of server.log)
      expect(headers).toMatchObject({
        'x-amz-request-payer': 'requester',
        'x-amz-expected-bucket-owner': ACCOUNTS[0],
      });
  });

  it('reads no more than the consumer takes', async () => {
    await serve(trailObjects(SHAPE));
    const reading = source(server, { concurrency: 4 }).read({ window: WINDOW })[Symbol.asyncIterator]();
    await reading.next();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(asked('get').length).toBeLessThanOrEqual(5);
    await reading.return?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked('get').length).toBeLessThanOrEqual(8);
  });

  it('tells how far it is, with totals once all is listed', async () => {
    const objects = trailObjects(SHAPE).filter(inWindow);
    await serve(objects);
    const seen: Progress[] = [];
    const onProgress = (progress: Progress): void => void seen.push(progress);
    for await (const batch of source(server).read({ window: WINDOW, onProgress }))
      expect(batch.gap).toBeUndefined();
    const bytes = objects.reduce((sum, [, body]) => sum + body.length, 0);
    const [objectsDone, records] = [objects.length, objects.length * SHAPE.recordsPerObject];
    expect(seen).toHaveLength(objects.length);
    expect(seen.at(-1)).toEqual({
      objectsDone,
      objectsTotal: objectsDone,
      bytesDone: bytes,
      bytesTotal: bytes,
      records,
    });
  });

  it('ends with the signal', async () => {
    await serve(trailObjects(SHAPE));
    server.fault = ({ kind }) => (kind === 'get' ? { kind: 'stall', after: 10 } : undefined);
    const stop = new AbortController();
    const reading = source(server, {
      aws: { region: 'us-east-1', endpointUrl: server.url, idleTimeout: 20_000 },
    });
    setTimeout(() => stop.abort(new Error('stopped')), 200);
    const all = async () => {
      for await (const batch of reading.read({ window: WINDOW, signal: stop.signal }))
        expect(batch).toBeDefined();
    };
    await expect(all()).rejects.toThrow('stopped');
  });
});

it('leaves nothing behind where it is stopped between pages of a listing', async () => {
  await serve(trailObjects(SHAPE));
  server.pageSize = 2;
  const loose: unknown[] = [];
  const note = (reason: unknown): void => void loose.push(reason);
  process.on('unhandledRejection', note);
  try {
    for (let stop = 1; stop <= 12; stop += 1) {
      let taken = 0;
      for await (const batch of source(server, { concurrency: 2 }).read({ window: WINDOW })) {
        expect(batch.gap).toBeUndefined();
        taken += 1;
        if (taken === stop) break;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  } finally {
    process.off('unhandledRejection', note);
  }
  expect(loose).toEqual([]);
});

describe('credentials', () => {
  it('are renewed once where they expire, and reading goes on', async () => {
    const objects = trailObjects({ ...SHAPE, days: ['2026-03-01'] });
    await serve(objects);
    const folder = mkdtempSync(join(tmpdir(), 'gen-policy-'));
    try {
      const script = join(folder, 'credentials.mjs');
      writeFileSync(
        script,
        `import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync('${folder}/calls', 'x');
const calls = readFileSync('${folder}/calls', 'utf8').length;
console.log(JSON.stringify({ Version: 1, AccessKeyId: 'AKIA' + calls, SecretAccessKey: 'not-a-secret' }));`,
      );
      writeFileSync(
        join(folder, 'config'),
        `[profile renewing]\ncredential_process = ${process.execPath} ${script}\n`,
      );
      process.env.AWS_CONFIG_FILE = join(folder, 'config');
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
      let gets = 0;
      server.fault = ({ kind, headers }) => {
        if (kind === 'get') gets += 1;
        return gets > 3 && headers.authorization?.includes('=AKIA1/')
          ? { kind: 'error', status: 400, code: 'ExpiredToken' }
          : undefined;
      };
      const aws = { profile: 'renewing', region: 'us-east-1', endpointUrl: server.url };
      expect(await batchesOf(source(server, { aws }))).toEqual(expected(objects));
      expect(readdirSync(folder)).toContain('calls');
      expect(statSync(join(folder, 'calls')).size).toBe(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that are missing are an AccessError that says what to do', async () => {
    await serve([]);
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    await expect(batchesOf(source(server))).rejects.toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/no usable aws credentials.*--profile/),
    });
  });
});

describe('the store', () => {
  let directory: string;
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'gen-policy-')), 'store');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));
  const stored = (knowledge = '1') => source(server, { store: { directory, knowledge } });

  it('makes a second run read new objects only, with the same result', async () => {
    const objects = trailObjects(SHAPE).filter(inWindow);
    const old = objects.filter(([key]) => !key.includes('/2026/03/04/'));
    await serve(old);
    const first = stored();
    expect(await batchesOf(first)).toEqual(expected(old));
    expect(first.reused()).toBe(0);
    for (const [key, body] of objects) server.objects.set(key, body);
    server.log.length = 0;
    const second = stored();
    expect(await batchesOf(second)).toEqual(expected(objects));
    expect(second.reused()).toBe(old.length);
    expect(asked('get').length).toBe(objects.length - old.length);
    expect(second.facts().bytesRead).toBe(objects.reduce((sum, [, body]) => sum + body.length, 0));
  });

  it('keeps results of another filter, knowledge or bucket content apart', async () => {
    const objects = trailObjects({ ...SHAPE, days: ['2026-03-01'] });
    await serve(objects);
    await batchesOf(stored());
    const filtered = stored();
    const own = objects.filter(([key]) => key.includes(ACCOUNTS[0]!));
    expect(await batchesOf(filtered, DEPLOY)).toEqual(expected(own, DEPLOY));
    expect(filtered.reused()).toBe(0);
    const newer = stored('2');
    await batchesOf(newer);
    expect(newer.reused()).toBe(0);
    server.objects.set(objects[0]![0], objects[5]![1]);
    const changed = stored();
    const now = [...server.objects];
    expect(await batchesOf(changed)).toEqual(expected(now));
    expect(changed.reused()).toBe(objects.length - 1);
  });

  it('is for its owner only', async () => {
    await serve(trailObjects({ ...SHAPE, days: ['2026-03-01'] }));
    await batchesOf(stored());
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(directory, name),
    );
    for (const path of [directory, ...files])
      expect(statSync(path).mode & 0o777).toBe(statSync(path).isDirectory() ? 0o700 : 0o600);
  });

  it('does without entries that are torn or damaged', async () => {
    const objects = trailObjects({ ...SHAPE, days: ['2026-03-01'] });
    await serve(objects);
    await batchesOf(stored());
    const segment = readdirSync(directory, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('.seg'),
    )!;
    const path = join(directory, segment);
    truncateSync(path, statSync(path).size - 7);
    const second = stored();
    expect(await batchesOf(second)).toEqual(expected(objects));
    expect(second.reused()).toBe(objects.length - 1);
  });

  it('is no store where it is open to others', async () => {
    await serve(trailObjects({ ...SHAPE, days: ['2026-03-01'] }));
    await batchesOf(stored());
    chmodSync(directory, 0o755);
    await expect(batchesOf(stored())).rejects.toMatchObject({ name: 'UsageError' });
    expect(existsSync(directory)).toBe(true);
  });

  it('tells what it holds, and is cleared without touching anything else', async () => {
    await serve(trailObjects({ ...SHAPE, days: ['2026-03-01'] }));
    expect(storeStats(directory)).toEqual([]);
    await batchesOf(stored());
    await batchesOf(stored(), DEPLOY);
    writeFileSync(join(directory, 'mine.txt'), 'x');
    expect(storeStats(directory)).toMatchObject([
      { bucket: 'logs', knowledge: '1', objects: 16 },
      { bucket: 'logs', knowledge: '1', objects: 8, principals: ['role/Deploy'] },
    ]);
    expect(clearStore(directory)).toBe(2);
    expect(readdirSync(directory)).toEqual(['mine.txt']);
    expect(clearStore(directory)).toBe(0);
  });

  it.each(['/dev/null/store', '/proc/none/store'])(
    'is refused where no folder can be made: %s',
    async (place) => {
      await serve([]);
      const reading = source(server, { store: { directory: place, knowledge: '1' } });
      await expect(batchesOf(reading)).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining(place),
      });
    },
  );

  it('serves two runs at once', async () => {
    const objects = trailObjects(SHAPE).filter(inWindow);
    await serve(objects);
    const [one, two] = await Promise.all([batchesOf(stored()), batchesOf(stored())]);
    expect(one).toEqual(expected(objects));
    expect(two).toEqual(one);
    const third = stored();
    expect(await batchesOf(third)).toEqual(one);
    expect(third.reused()).toBe(objects.length);
  });

  it('keeps no fault of the way', async () => {
    const objects = trailObjects({ ...SHAPE, days: ['2026-03-01'] });
    await serve(objects);
    server.fault = ({ key }) => (key === objects[0]![0] ? { kind: 'html', status: 200 } : undefined);
    await batchesOf(stored());
    server.fault = () => undefined;
    expect(await batchesOf(stored())).toEqual(expected(objects));
  });
});
