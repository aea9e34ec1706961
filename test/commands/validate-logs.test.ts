/** `validate-logs` from its flags to its exit code: a copy on disk, and a bucket and its keys through the real SDK. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isolateAws } from '../faults/s3-run.ts';
import { CREDENTIALS, type FaultServer, startS3 } from '../faults/s3-server.ts';
import { type BuiltTrail, buildTrail, tamper } from '../support/digest-trail.ts';
import { run } from '../support/run.ts';

const NOW = Date.parse('2026-01-02T06:30:00Z');
const WINDOW = ['--from', '2026-01-02', '--to', '2026-01-02T06:30:00Z'];

let folder: string;
let server: FaultServer | undefined;
beforeEach(async () => {
  isolateAws();
  folder = await mkdtemp(join(tmpdir(), 'validate-'));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(folder, { recursive: true });
});

async function keysFile({ keys }: BuiltTrail): Promise<string> {
  const path = join(folder, 'keys.json');
  await writeFile(path, JSON.stringify(keys));
  return path;
}

async function onDisk(built: BuiltTrail): Promise<string[]> {
  for (const [key, { bytes }] of built.objects) {
    const path = join(folder, 'copy', key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  const keys = await keysFile(built);
  return ['validate-logs', '--logs', join(folder, 'copy'), '--public-keys', keys];
}

/** The bucket behind the S3 server, objects with their metadata. */
async function inBucket(built: BuiltTrail): Promise<string[]> {
  server = await startS3([...built.objects].map(([key, { bytes }]) => [key, bytes] as const));
  server.fault = ({ kind, key }) => {
    const object = kind === 'get' ? built.objects.get(key) : undefined;
    if (!object) return undefined;
    const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    const headers = { 'content-type': 'application/x-gzip', ...Object.fromEntries(metadata) };
    return { kind: 'answer', status: 200, headers, body: object.bytes };
  };
  const keys = await keysFile(built);
  const place = ['--source', 's3', '--bucket', 'logs', '--region', 'us-east-1', '--endpoint-url', server.url];
  return ['validate-logs', ...place, ...WINDOW, '--public-keys', keys];
}

describe('validate-logs', () => {
  it('says of a sound bucket that it is valid', async () => {
    const { code, out } = await run(await inBucket(buildTrail()), { now: NOW });
    expect(out).toMatchInlineSnapshot(`
      "Chain 111122223333 eu-west-1 main (eu-west-1): 6/6 digest files valid
        no digest after 2026-01-02T06:00:00Z (window to 2026-01-02T06:30:00Z): not yet covered
      Chain 111122223333 eu-west-1 main (eu-west-1) backfill: 3/3 digest files valid

      9/9 digest files valid
      13/13 log files valid

      valid: every log file of the window is as CloudTrail delivered it
      "
    `);
    expect(code).toBe(0);
  });

  it('follows the digests of an organisation, and of the accounts and regions asked for', async () => {
    const built = buildTrail({ org: 'o-exampleorgid', prefix: 'audit' });
    for (const other of [
      buildTrail({ org: 'o-exampleorgid', prefix: 'audit', account: '444455556666', region: 'us-east-1' }),
      buildTrail({ org: 'o-exampleorgid', prefix: 'audit', region: 'ap-south-1' }),
    ]) {
      tamper(other, ['delete', 'D2']);
      for (const [key, object] of other.objects) built.objects.set(key, object);
    }
    const argv = [...(await inBucket(built)), '--prefix', 'audit', '--format', 'json'];
    const all = await run(argv, { now: NOW });
    const chains = JSON.parse(all.out).chains as { accountId: string; region: string }[];
    expect(new Set(chains.map(({ accountId, region }) => `${accountId} ${region}`))).toEqual(
      new Set(['111122223333 ap-south-1', '111122223333 eu-west-1', '444455556666 us-east-1']),
    );
    expect(all.code).toBe(2);
    const one = await run([...argv, '--accounts', '111122223333', '--regions', 'eu-west-1'], { now: NOW });
    expect([one.code, JSON.parse(one.out).chains.length]).toEqual([0, 2]);
  });

  it('names what was altered in a bucket and exits with 2', async () => {
    const built = buildTrail();
    tamper(built, ['replace', 'L1a', 'eventID', 'eventId']);
    tamper(built, ['delete', 'D4']);
    const { code, out } = await run(await inBucket(built), { now: NOW });
    expect(out).toContain(
      `Log file  s3://logs/${built.labels.get('L1a')}  INVALID: hash value doesn't match\n`,
    );
    expect(out).toContain(`Digest file  s3://logs/${built.labels.get('D4')}  INVALID: not found\n`);
    expect(code).toBe(2);
  });

  it('says of a sound copy that it is partly verified, and why', async () => {
    const { code, out } = await run([...(await onDisk(buildTrail())), ...WINDOW], { now: NOW });
    expect(out).toContain('7/9 digest files valid, 2/9 not verified');
    expect(out).toContain('A copy keeps neither');
    expect(out).toMatch(/\npartly verified: .*\n$/);
    expect(code).toBe(3);
  });

  it('finds what was altered in a copy without a window, too', async () => {
    const built = buildTrail();
    tamper(built, ['set', 'D2', 'logFiles', '[]']);
    const { code, out } = await run([...(await onDisk(built)), '--format', 'json'], { now: NOW });
    const { complete, findings } = JSON.parse(out);
    expect([code, complete]).toEqual([2, false]);
    expect(findings).toContainEqual({
      kind: 'digest',
      name: built.labels.get('D2'),
      status: 'invalid',
      fault: 'signature',
      detail: `by the signature that ${built.labels.get('D3')} gives`,
    });
  });

  it('names valid files where that is asked for', async () => {
    const built = buildTrail();
    const { out } = await run([...(await onDisk(built)), '--verbose'], { now: NOW });
    expect(out).toContain(`Log file  ${built.labels.get('L1a')}  valid\n`);
  });

  it('says that nothing can be validated where there are no digests, exit 3', async () => {
    const built = buildTrail({ hours: [] });
    await mkdir(join(folder, 'copy'));
    const { code, out } = await run(await onDisk(built), { now: NOW });
    expect(out).toContain('no digest files in the window');
    expect(code).toBe(3);
  });

  it.each([
    ['no folder', ['--source', 'dir'], '`--logs PATH`'],
    ['a folder that is not there', ['--logs', '/nowhere/at/all'], 'ENOENT'],
    ['keys that are not there', ['--logs', '.', '--public-keys', '/nowhere/keys.json'], 'ENOENT'],
    ['keys that are no keys', ['--logs', '.', '--public-keys', 'package.json'], '`PublicKeyList`'],
  ])('refuses %s', async (_, argv, why) => {
    const { code, err } = await run(['validate-logs', ...argv], { now: NOW });
    expect(code).toBe(64);
    expect(err).toContain(why);
  });

  it('ends with 4 where the credentials have expired on the way', async () => {
    const built = buildTrail();
    const argv = await inBucket(built);
    const answer = server!.fault;
    server!.fault = (asked) =>
      asked.kind === 'get' && asked.key === built.labels.get('D2')
        ? { kind: 'error', status: 400, code: 'ExpiredToken' }
        : answer(asked);
    const { code, err } = await run(argv, { now: NOW });
    expect(err).toContain('credentials are expired');
    expect(err).not.toContain(CREDENTIALS.secretAccessKey);
    expect(code).toBe(4);
  });
});
