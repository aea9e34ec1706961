/** The aggregating scan and the plain one fill the ledger with the same, to the last count, sample and day. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel } from '../../../scripts/kernel.mjs';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import type { TrailEvent } from '../../../src/events/event.ts';
import { requestMembersRead } from '../../../src/permissions/needed.ts';
import type { Resolution } from '../../../src/permissions/permission.ts';
import { createResolver } from '../../../src/permissions/resolver.ts';
import { createAggregator } from '../../../src/trail/scan/aggregate.ts';
import { createGroupReader, randomSeed } from '../../../src/trail/scan/group-reader.ts';
import { LIMITS } from '../../../src/trail/scan/inflate.ts';
import { createLink } from '../../../src/trail/scan/link.ts';
import type { RequestReads } from '../../../src/trail/scan/rows.ts';
import { createScanner, type Scanner } from '../../../src/trail/scan/scan.ts';
import type { Batch } from '../../../src/trail/source.ts';
import { createLedger } from '../../../src/usage/ledger.ts';
import { documents } from '../../bench/trails.ts';
import { anyDocument, TRICKY } from './documents.ts';

const SHARED = process.env.GEN_POLICY_SHARED ?? new URL('../../../../shared', import.meta.url).pathname;
const object = { name: 'x', bytes: 0 };
let module: WebAssembly.Module;
let resolve: (event: TrailEvent) => Resolution;
let reads: RequestReads;

beforeAll(async () => {
  module = new WebAssembly.Module(await compileKernel());
  const catalogue = await loadCatalogue();
  const resolver = createResolver(catalogue);
  reads = (source, name) => requestMembersRead(catalogue, source, name);
  resolve = (event) => resolver.resolve(event);
}, 60_000);

const WINDOW = { from: Date.UTC(2023, 8, 1, 1, 30), to: Date.UTC(2023, 8, 1, 2, 45) };
const EVER = { from: 0, to: Date.UTC(2100) };

/** Everything a ledger can tell after reading the documents in order. */
function told(scanner: Scanner, files: readonly Uint8Array[], window = EVER) {
  const ledger = createLedger({ window, resolve });
  let events = 0;
  let records = 0;
  const add = (batch: Batch): void => {
    ledger.add(batch);
    events += batch.events.length;
    records += batch.records;
  };
  for (const file of files) add(scanner.scan(file, object));
  for (const batch of scanner.drain()) add(batch);
  return { usage: ledger.principals().map((one) => ledger.usage(one)), events, records };
}
function agree(files: readonly Uint8Array[], window = EVER) {
  const cuts = [window.from, window.to];
  const plain = told(createScanner({ kernel: null }), files, window);
  const aggregated = told(
    createScanner({ kernel: module, aggregate: { resolve, reads, cuts } }),
    files,
    window,
  );
  // As text first: comparing thousands of entries member by member takes ten times as long.
  if (JSON.stringify(aggregated.usage) !== JSON.stringify(plain.usage))
    expect(aggregated.usage).toEqual(plain.usage);
  expect(aggregated.records).toBe(plain.records);
  return { plain, aggregated };
}

interface Network {
  readonly vpcEndpointId: string | undefined;
  readonly sourceIPAddress?: string | undefined;
}

describe('the aggregating scan', () => {
  it('tells the same as the plain one of a realistic trail, with fewer events', () => {
    const files = [...documents(3, 6e6, 200)].map((one) => gzipSync(one.text, { level: 1 }));
    const { plain, aggregated } = agree([...files, files[0]!]);
    expect(plain.usage.length).toBeGreaterThan(100);
    expect(aggregated.events).toBeLessThan(plain.events);
    expect(plain.usage.some((one) => one.accounting.buckets.duplicate > 0)).toBe(true);
  });

  it('keeps apart what only some calls carried: an endpoint, MFA, an address', () => {
    const record = (id: number, mfaAuthenticated: string | undefined, change: Network) => ({
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/app/s',
        accountId: '111122223333',
        principalId: 'AROAEXAMPLE:s',
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/app', userName: 'app' },
          attributes: { creationDate: `2026-06-01T00:00:0${id % 10}Z`, mfaAuthenticated },
        },
      },
      eventTime: `2026-06-01T00:00:${String(id).padStart(2, '0')}Z`,
      eventSource: 'sqs.amazonaws.com',
      eventName: 'PurgeQueue',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '192.0.2.1',
      requestParameters: { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs' },
      eventID: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
      ...change,
    });
    const odds: readonly Network[] = [
      { vpcEndpointId: 'vpce-1' },
      { vpcEndpointId: 'vpce-2' },
      { vpcEndpointId: undefined },
      { vpcEndpointId: 'vpce-1', sourceIPAddress: undefined },
    ];
    const trails = odds.flatMap((odd) =>
      ['true', 'false', undefined].map((mfa) =>
        Array.from({ length: 20 }, (_, id) =>
          id === 7 ? record(id, mfa, odd) : record(id, 'true', { vpcEndpointId: 'vpce-1' }),
        ),
      ),
    );
    for (const Records of trails) {
      const { aggregated } = agree([Buffer.from(JSON.stringify({ Records }))]);
      const [entry] = aggregated.usage[0]!.entries;
      const odd = Records[7]!;
      expect(entry!.vpcEndpoints.every).toBe(odd.vpcEndpointId !== undefined);
      expect(entry!.mfa.every).toBe(
        odd.userIdentity.sessionContext.attributes.mfaAuthenticated !== undefined,
      );
      expect(entry!.sourceIps.every).toBe(odd.sourceIPAddress !== undefined);
      expect(aggregated.events).toBeLessThan(4);
    }
  });

  it('tells the same where some of what was counted is handed over between files, or half of it', () => {
    const files = [...documents(5, 3e6, 100)].map((one) => gzipSync(one.text, { level: 1 }));
    const plain = told(createScanner({ kernel: null }), [...files, ...files]);
    const reader = createGroupReader({
      module,
      seed: randomSeed(),
      limits: LIMITS,
      resolve,
      reads,
      cuts: [],
    });
    const groups = createAggregator(reader.hash);
    const link = createLink(groups);
    const ledger = createLedger({ window: EVER, resolve });
    const enter = (
      batch: Omit<Batch, 'object' | 'records' | 'skippedOtherPrincipal'>,
      records: number,
    ): void => ledger.add({ skippedOtherPrincipal: 0, ...batch, records });
    let counting: ReturnType<typeof groups.counted> | undefined;
    let handed = 0;
    for (const [index, file] of [...files, ...files].entries()) {
      const taken = { events: [], rejections: [] };
      link.into(taken);
      const { records } = reader.read(file, link);
      enter(taken, records);
      // Now and then one is begun, goes on between the files, or is left for another.
      if (index % 9 === 4) counting = groups.counted();
      for (let times = index % 3; times > 0; times--) {
        const next = counting?.next();
        if (!next || next.done) break;
        handed += next.value.events.length;
        enter(next.value, 0);
      }
    }
    expect(handed).toBeGreaterThan(1000);
    for (const batch of groups.drain()) enter(batch, 0);
    const usage = ledger.principals().map((one) => ledger.usage(one));
    expect(JSON.stringify(usage) === JSON.stringify(plain.usage)).toBe(true);
  });

  it('keeps apart what many roles did from many addresses, wherever a record holds one', () => {
    const record = (id: number, requestParameters: unknown, address: object) => ({
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::111122223333:assumed-role/app-${id % 3}/s-${id % 5}`,
        accountId: '111122223333',
        principalId: `AROAEXAMPLE${id % 3}:s-${id % 5}`,
        ...(id % 7 === 0 ? { invokedBy: 'athena.amazonaws.com' } : {}),
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            arn: `arn:aws:iam::111122223333:role/app-${id % 3}`,
            userName: `app-${id % 3}`,
          },
          attributes: { creationDate: '2026-06-01T00:00:00Z', mfaAuthenticated: String(id % 2 === 0) },
        },
      },
      eventTime: `2026-06-0${1 + (id % 4)}T00:00:00Z`,
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      awsRegion: 'eu-west-1',
      requestParameters,
      ...address,
      eventID: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      eventType: 'AwsApiCall',
      managementEvent: false,
      recipientAccountId: '111122223333',
      eventCategory: 'Data',
    });
    const addresses: readonly object[] = [
      { sourceIPAddress: '192.0.2.1' },
      { sourceIPAddress: '2001:db8::1' },
      { sourceIPAddress: '' },
      { sourceIPAddress: 'AWS Internal' },
      { sourceIPAddress: 'a\\u0022b' },
      { sourceIPAddress: null },
      {},
    ];
    const requests = [
      { bucketName: 'b', key: 'k' },
      { bucketName: 'b', key: '192.0.2.1' },
      // Before the member of the record: a cut at the first one would make alike what is not.
      ...['192.0.2.1', '192.0.2.2', ''].flatMap((sourceIPAddress) => [
        { bucketName: 'b', key: 'k', sourceIPAddress },
        { bucketName: sourceIPAddress, key: { sourceIPAddress } },
        { bucketName: 'b', key: `"sourceIPAddress":"${sourceIPAddress}"` },
      ]),
    ];
    const Records = Array.from({ length: 1200 }, (_, id) =>
      record(id, requests[id % requests.length], addresses[Math.floor(id / 11) % addresses.length]!),
    );
    const { aggregated } = agree([Buffer.from(JSON.stringify({ Records }))]);
    expect(aggregated.usage.length).toBe(3);
    const [first] = aggregated.usage;
    expect(first!.sourceIps.values).toContain('192.0.2.1');
    expect(first!.sourceIps.values).not.toContain('192.0.2.2');
  });

  it('tells a name that AWS made from one that the request holds, wherever it holds it', () => {
    const made = (id: number): string => `vol-0123456789abcdef${id % 4}`;
    const record = (id: number, clientToken: string) => ({
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/ann',
        accountId: '111122223333',
        userName: 'ann',
      },
      eventTime: '2026-06-01T00:00:00Z',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'CreateVolume',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '192.0.2.1',
      requestParameters: { availabilityZone: 'eu-west-1a', clientToken },
      responseElements: { volumeId: made(id) },
      eventID: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      eventType: 'AwsApiCall',
      recipientAccountId: '111122223333',
    });
    for (const order of [0, 1]) {
      const Records = Array.from({ length: 40 }, (_, id) =>
        record(id, id % 2 === order ? made(id) : `x${id % 5}`),
      );
      const { plain } = agree([Buffer.from(JSON.stringify({ Records }))]);
      expect(JSON.stringify(plain.usage)).toContain('"created"');
    }
  });

  it('splits groups at the ends of the window', () => {
    const files = [...documents(4, 3e6, 20)].map((one) => Buffer.from(one.text));
    const { plain } = agree(files, WINDOW);
    expect(plain.usage.some((one) => one.accounting.buckets['outside-window'] > 0)).toBe(true);
  });

  it.each(TRICKY.filter(([name]) => !name.startsWith('depth')))('agrees on %s', (_, text) => {
    agree([Buffer.from(text), Buffer.from(text)]);
  });

  it('agrees on arbitrary documents, read twice', () => {
    fc.assert(
      fc.property(anyDocument, (text) => {
        agree([Buffer.from(text), Buffer.from(text)]);
      }),
      { numRuns: 150 },
    );
  });

  it.skipIf(!existsSync(join(SHARED, 'logs')))('agrees on real logs (../shared)', () => {
    const files = readdirSync(join(SHARED, 'logs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.json(\.gz)?$/.test(name) && !name.endsWith('MANIFEST.json'))
      .sort()
      .map((name) => readFileSync(join(SHARED, 'logs', name)))
      .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes));
    const { plain } = agree([...files, ...files]);
    expect(plain.usage.length).toBeGreaterThan(10);
  });
});
