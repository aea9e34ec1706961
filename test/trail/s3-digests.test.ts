/** What the digests of a bucket say was delivered: the same as from a folder, read once, and never a reason to fail. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectory } from '../../src/trail/directory.ts';
import type { Batch, TrailSource } from '../../src/trail/source.ts';
import { isolateAws, source } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { type BuiltTrail, buildTrail, tamper } from '../support/digest-trail.ts';

const WINDOW = { from: Date.parse('2026-01-02T00:00:00Z'), to: Date.parse('2026-01-03T00:00:00Z') };
let server: FaultServer;
let folder: string;
beforeEach(() => {
  isolateAws();
  folder = mkdtempSync(join(tmpdir(), 'gen-policy-digests-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const told = async (from: TrailSource) => {
  const batches: Batch[] = [];
  for await (const batch of from.read({ window: WINDOW })) batches.push(batch);
  const gaps = batches.flatMap(({ gap }) => (gap ? [`${gap.reason} ${gap.object.name}`] : [])).sort();
  const { delivered, cells, ignored } = from.facts();
  return { delivered, cells, ignored, gaps };
};
const bodies = (built: BuiltTrail): [string, Buffer][] =>
  [...built.objects].map(([key, { bytes }]) => [key, bytes]);
const digestsAsked = (): number =>
  server.log.filter(({ kind, key }) => kind === 'get' && key.includes('CloudTrail-Digest')).length;

it.each([{}, { prefix: 'audit', org: 'o-exampleorg1' }])(
  'is what the folder source says: %o',
  async (options) => {
    const built = buildTrail({ ...options, hours: Array.from({ length: 24 }, (_, hour) => hour) });
    tamper(built, ['delete', 'L2a']);
    server = await startS3(bodies(built));
    for (const [key, bytes] of bodies(built)) {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), bytes);
    }
    const place = options.prefix === undefined ? {} : { prefix: options.prefix };
    const fromS3 = await told(source(server, place));
    const fromFolder = await told(await openDirectory(folder));
    expect(fromS3.gaps).toEqual(fromFolder.gaps.map((one) => one.replace(' ', ' s3://logs/')));
    expect(fromS3.gaps).toEqual([`not-found s3://logs/${built.labels.get('L2a')}`]);
    expect(fromS3).toEqual({ ...fromFolder, gaps: fromS3.gaps });
    expect(fromS3.delivered?.[0]?.objects).toBeGreaterThan(20);
  },
);

it('is read once where results are kept', async () => {
  server = await startS3(bodies(buildTrail()));
  const store = { directory: join(folder, 'store'), knowledge: '1' };
  const first = await told(source(server, { store }));
  expect(digestsAsked()).toBeGreaterThan(5);
  const before = server.log.filter(({ kind }) => kind === 'get').length;
  expect(await told(source(server, { store }))).toEqual(first);
  expect(server.log.filter(({ kind }) => kind === 'get')).toHaveLength(before);
});

it('says nothing where digests may not be listed, are refused or damaged', async () => {
  const built = buildTrail();
  server = await startS3(bodies(built));
  const whole = await told(source(server));
  const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
  server.fault = ({ kind, key }) =>
    kind === 'list' && key.includes('CloudTrail-Digest/') ? denied : undefined;
  const unlisted = await told(source(server));
  expect(unlisted).toMatchObject({ delivered: undefined, gaps: [], cells: whole.cells });
  server.fault = ({ kind, key }) =>
    kind === 'get' && key.includes('CloudTrail-Digest/') ? denied : undefined;
  expect(await told(source(server))).toMatchObject({ delivered: undefined, gaps: [], cells: whole.cells });
  server.fault = () => undefined;
  for (const [key, bytes] of server.objects)
    if (key.includes('CloudTrail-Digest')) server.objects.set(key, bytes.subarray(0, bytes.length - 9));
  expect(await told(source(server))).toMatchObject({ delivered: undefined, gaps: [], cells: whole.cells });
});
