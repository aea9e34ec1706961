/**
 * A trail in a moto account, found and read as a user would: credentials by an assumed role, bucket and prefix from the
 * trail. The ledger must come out byte for byte as from the same objects in a folder.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import type { AwsOptions } from '../../src/trail/aws-config.ts';
import { openDirectory } from '../../src/trail/directory.ts';
import { chooseTrail, readTrailFacts } from '../../src/trail/facts-live.ts';
import { openS3Source, type S3SourceOptions } from '../../src/trail/s3/source.ts';
import type { Batch, PrincipalFilter, Window } from '../../src/trail/source.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { trailObjects } from '../support/trail-objects.ts';
import { startMoto } from './support/moto.ts';

const moto = await startMoto();
afterAll(() => moto?.stop());

const SHARED = process.env.GEN_POLICY_SHARED ?? new URL('../../../shared', import.meta.url).pathname;
const LOGS = join(SHARED, 'logs');
const WINDOW: Window = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-03-04T00:00:00Z') };
const MADE_UP = trailObjects({
  accounts: ['111122223333', '444455556666'],
  regions: ['eu-west-1', 'us-east-1'],
  days: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'],
  objectsPerDay: 5,
  recordsPerObject: 30,
  prefix: 'audit/',
  organization: 'o-exampleorg1',
});

const resolver = createResolver(await loadCatalogue());

/** Everything the ledger holds of everybody, as text. */
function ledgerOf(batches: readonly Batch[], window: Window, wanted?: readonly PrincipalFilter[]): string {
  const ledger = createLedger({ window, resolve: resolver.resolve, ...(wanted && { wanted }) });
  for (const batch of batches) ledger.add(batch);
  return JSON.stringify(ledger.principals().map((principal) => ledger.usage(principal)));
}

/** The same objects through the folder source. */
async function fromFolder(
  objects: Iterable<readonly [string, Buffer]>,
  window: Window,
  principals?: readonly PrincipalFilter[],
): Promise<Batch[]> {
  const root = mkdtempSync(join(tmpdir(), 'gen-policy-folder-'));
  try {
    for (const [key, body] of objects) {
      mkdirSync(dirname(join(root, key)), { recursive: true });
      writeFileSync(join(root, key), body);
    }
    const batches: Batch[] = [];
    const source = await openDirectory(root);
    for await (const batch of source.read({ window, ...(principals && { principals }) })) batches.push(batch);
    return batches;
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe.skipIf(!moto)('a trail on moto', () => {
  const endpoint = moto?.url ?? '';
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const put = async (bucket: string, objects: Iterable<readonly [string, Buffer]>): Promise<void> => {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    for (const [Key, Body] of objects)
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentEncoding: 'gzip' }));
  };
  const aws: AwsOptions = {
    region: 'us-east-1',
    endpointUrl: endpoint,
    roleArn: 'arn:aws:iam::123456789012:role/reader',
    externalId: 'gen-policy',
  };
  const read = async (
    options: Omit<S3SourceOptions, 'aws'>,
    window: Window,
    principals?: readonly PrincipalFilter[],
  ): Promise<Batch[]> => {
    const batches: Batch[] = [];
    const source = openS3Source({ aws, ...options });
    for await (const batch of source.read({ window, ...(principals && { principals }) })) batches.push(batch);
    return batches;
  };

  beforeAll(async () => {
    await put('org-logs', MADE_UP);
    const cloudtrail = new CloudTrailClient(config);
    const { TrailARN } = await cloudtrail.send(
      new CreateTrailCommand({
        Name: 'org',
        S3BucketName: 'org-logs',
        S3KeyPrefix: 'audit',
        IsMultiRegionTrail: true,
      }),
    );
    await cloudtrail.send(new StartLoggingCommand({ Name: TrailARN }));
    await cloudtrail.send(
      new PutEventSelectorsCommand({
        TrailName: TrailARN,
        EventSelectors: [
          {
            ReadWriteType: 'All',
            IncludeManagementEvents: true,
            DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::orders/'] }],
          },
        ],
      }),
    );
  });

  it('tells what it records', async () => {
    const { trails, problems } = await readTrailFacts(aws);
    expect(problems).toEqual([]);
    expect(trails).toMatchObject([
      {
        name: 'org',
        bucket: 'org-logs',
        prefix: 'audit',
        homeRegion: 'us-east-1',
        multiRegion: true,
        isLogging: true,
        management: { read: true, write: true, excludedSources: [] },
        data: [{ resourceType: 'AWS::S3::Object', narrowed: true, detail: 'only arn:aws:s3:::orders/' }],
      },
    ]);
  });

  const filters: readonly (readonly [string, readonly PrincipalFilter[] | undefined])[] = [
    ['everybody', undefined],
    ['one role', [{ kind: 'role', name: 'deploy' }]],
    [
      'several',
      [
        { kind: 'role', name: 'deploy', accountId: '111122223333' },
        { kind: 'role', name: 'app' },
      ],
    ],
  ];
  it.each(filters)('gives the ledger that a folder gives: %s', async (_name, principals) => {
    const { bucket, prefix } = chooseTrail((await readTrailFacts(aws)).trails);
    const batches = await read({ bucket, ...(prefix !== undefined && { prefix }) }, WINDOW, principals);
    const folder = await fromFolder(MADE_UP, WINDOW, principals);
    expect(batches).toHaveLength(MADE_UP.length);
    expect(ledgerOf(batches, WINDOW, principals)).toBe(ledgerOf(folder, WINDOW, principals));
  });

  it.skipIf(!existsSync(LOGS))('gives the ledger that a folder gives: real logs', async () => {
    const window = { from: Date.parse('2013-01-01T00:00:00Z'), to: Date.parse('2027-01-01T00:00:00Z') };
    for (const set of readdirSync(LOGS).sort()) {
      const objects = readdirSync(join(LOGS, set, 'AWSLogs'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json.gz'))
        .map((name) => [`AWSLogs/${name}`, readFileSync(join(LOGS, set, 'AWSLogs', name))] as const);
      const bucket = `real-${set}`;
      await put(bucket, objects);
      const batches = await read({ bucket }, window);
      const folder = await fromFolder(objects, window);
      expect([set, batches.length]).toEqual([set, objects.length]);
      expect(ledgerOf(batches, window)).toBe(ledgerOf(folder, window));
    }
  });
});
if (!existsSync(LOGS)) process.stderr.write(`SKIPPED: no real logs at ${LOGS}\n`);
