/** The whole command over S3: the same plan as from a folder with the same objects, and again from the store. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isolateAws } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const TRAIL = join(SAMPLES, 'trail');
const common = [
  ...['--role', 'order-service', '--end', '2026-08-29', '--days', '90'],
  ...['--account', `${SAMPLES}/account.json`, '--trails', `${SAMPLES}/trails.json`],
];

let folder: string;
let server: FaultServer;
beforeEach(async () => {
  isolateAws();
  folder = mkdtempSync(join(tmpdir(), 'gen-policy-s3-'));
  const files = readdirSync(TRAIL, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.gz'),
  );
  server = await startS3(files.map((name) => [name, readFileSync(join(TRAIL, name))] as const));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const aws = () => ['--bucket', 'logs', '--endpoint-url', server.url, '--region', 'us-east-1'];
const s3 = (out: string, ...more: string[]) =>
  run([
    ...common,
    '--source',
    's3',
    ...aws(),
    '--store',
    join(folder, 'store'),
    '--out',
    join(folder, out),
    ...more,
  ]);
const gets = (): number => server.log.filter((asked) => asked.kind === 'get').length;
const files = (out: string): readonly (readonly [string, string])[] =>
  readdirSync(join(folder, out))
    .sort()
    .map((name) => [name, readFileSync(join(folder, out, name), 'utf8')] as const);
/** The result without what names the source. */
const result = (out: string): unknown => {
  const value = JSON.parse(readFileSync(join(folder, out, 'result.json'), 'utf8'));
  delete value.evidence.source;
  return value;
};

describe('--source s3', () => {
  it('gives the plan that a folder gives, and reads nothing twice', async () => {
    const dir = await run([...common, '--logs', TRAIL, '--out', join(folder, 'dir')]);
    const first = await s3('s3');
    expect([first.code, first.err]).toEqual([dir.code, expect.not.stringContaining('bug')]);
    expect(result('s3')).toEqual(result('dir'));
    const policies = (out: string) => files(out).filter(([name]) => name.startsWith('policy'));
    expect(policies('s3')).toEqual(policies('dir'));
    const read = gets();
    expect(read).toBeGreaterThan(10);
    const second = await s3('again');
    expect(files('again')).toEqual(files('s3'));
    expect(gets()).toBe(read);
    expect(second.err).toContain(`${read} objects were known from an earlier run`);
  });

  it('keeps nothing with --no-store', async () => {
    const base = [...common, '--source', 's3', ...aws(), '--no-store'];
    await run(base);
    const read = gets();
    await run(base);
    expect(gets()).toBe(2 * read);
  });

  it('tells what is kept and clears it', async () => {
    await s3('s3');
    const store = ['--store', join(folder, 'store')];
    const stats = await run(['cache', 'stats', ...store]);
    expect(stats.out).toMatch(/s3:\/\/logs: \d+ objects, \d+ bytes, role\/order-service, version /);
    expect((await run(['cache', 'clear', ...store])).out).toContain('cleared 1 part of');
    expect((await run(['cache', 'stats', ...store])).out).toContain('empty');
  });

  it('says by its exit code what went wrong', async () => {
    server.fault = ({ kind }) =>
      kind === 'get' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    const denied = await s3('denied');
    expect([denied.code, denied.err]).toEqual([
      4,
      expect.stringContaining('`s3:GetObject` on the bucket is needed'),
    ]);
    server.fault = ({ key }) =>
      key.includes('us-east-1') && key.endsWith('.gz')
        ? { kind: 'error', status: 404, code: 'NoSuchKey' }
        : undefined;
    expect((await s3('gone')).code).toBe(3);
    const wrong: readonly (readonly [string, string])[] = [
      ['--accounts', '12'],
      ['--regions', 'Everywhere'],
      ['--concurrency', '0'],
      ['--slack-days', '1.5'],
      ['--expected-bucket-owner', 'me'],
      ['--prefix', 'a'],
    ];
    for (const [flag, value] of wrong) {
      const bucket = flag === '--prefix' ? 's3://logs/b' : 'logs';
      const bad = await run([...common, '--source', 's3', '--bucket', bucket, flag, value]);
      expect([bad.code, bad.err]).toEqual([64, expect.stringContaining(flag)]);
    }
  });
});
