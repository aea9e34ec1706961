/** `--verify-digests` over S3: each object is hashed as it is read, once, and what was tampered with is no evidence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isolateAws } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { type BuiltTrail, buildTrail, tamper } from '../support/digest-trail.ts';
import { run } from '../support/run.ts';
import { record } from '../support/trail-objects.ts';

const NOW = Date.parse('2026-01-02T06:30:00Z');
const START = Date.parse('2026-01-02T00:00:00Z');
const documentOf = (index: number): string =>
  JSON.stringify({ Records: [record('111122223333', 'eu-west-1', START, index)] });
const trail = (): BuiltTrail =>
  buildTrail({
    documents: new Map([1, 2, 3].map((hour) => [`L${hour === 3 ? 4 : hour}a`, documentOf(hour)])),
  });
const used = (result: unknown): string[] =>
  ['dynamodb:PutItem', 'kms:Decrypt', 'lambda:ListFunctions'].filter((action) =>
    JSON.stringify(result).includes(`"${action}"`),
  );

let folder: string;
let server: FaultServer;
beforeEach(() => {
  isolateAws();
  folder = mkdtempSync(join(tmpdir(), 'gen-policy-verify-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function serve(built: BuiltTrail): Promise<void> {
  server = await startS3([...built.objects].map(([key, { bytes }]) => [key, bytes] as const));
  for (const [key, { metadata }] of built.objects) server.metadata.set(key, metadata);
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(built.keys));
}

async function generate(...more: string[]) {
  server.log.length = 0;
  const ran = await run(
    [
      ...['--role', 'app', '--source', 's3', '--bucket', 'logs', '--endpoint-url', server.url],
      ...['--region', 'us-east-1', '--store', join(folder, 'store'), '--account', 'none'],
      ...['--from', '2026-01-02', '--to', '2026-01-02', '--format', 'json', '--verify-digests'],
      ...['--public-keys', join(folder, 'keys.json'), ...more],
    ],
    { now: NOW },
  );
  if (ran.out === '') throw new Error(ran.err);
  const logs = server.log.filter(({ kind, key }) => kind === 'get' && key.includes('/CloudTrail/'));
  return { ...ran, result: JSON.parse(ran.out), logs: logs.map(({ key }) => key).sort() };
}
const logsOf = (built: BuiltTrail): string[] =>
  [...built.objects.keys()].filter((key) => key.includes('/CloudTrail/')).sort();

it('takes all that is sound, reads each log file once, and none a second time', async () => {
  const built = trail();
  await serve(built);
  const first = await generate();
  expect(first.err).toContain('note: 9/9 digest files valid; 13/13 log files valid');
  expect(used(first.result)).toEqual(['dynamodb:PutItem', 'kms:Decrypt', 'lambda:ListFunctions']);
  expect(first.logs).toEqual(logsOf(built));
  const again = await generate();
  expect(again.out).toBe(first.out);
  expect(again.logs).toEqual([]);
});

it('reads again what an earlier run kept without its hash', async () => {
  const built = trail();
  await serve(built);
  await generate('--no-verify-digests');
  expect((await generate()).logs).toEqual(logsOf(built));
});

it('withholds what was altered, put in or removed, also from what was kept', async () => {
  const built = trail();
  await serve(built);
  await generate();
  const [altered, removed] = [built.labels.get('L2a')!, built.labels.get('L4a')!];
  tamper(built, ['add-log', 'X', '0120']);
  const added = built.labels.get('X')!;
  server.objects.set(altered, gzipSync(`${documentOf(2)} `));
  server.objects.set(added, gzipSync(documentOf(5).replaceAll('PutItem', 'DeleteTable')));
  server.objects.delete(removed);
  for (const store of [[], ['--no-store']]) {
    const { code, err, out, result, logs } = await generate(...store);
    expect(used(result)).toEqual(['dynamodb:PutItem']);
    expect(out).not.toContain('DeleteTable');
    expect(err).toContain(`Log file  s3://logs/${altered}  INVALID: hash value doesn't match`);
    expect(err).toContain(`Log file  s3://logs/${added}  not verified: no digest of its time lists it`);
    expect(err).toContain(`Log file  s3://logs/${removed}  INVALID: not found`);
    const gaps = result.evidence.coverage.gaps as { reason: string; objects: number }[];
    expect(gaps.map(({ reason, objects }) => [reason, objects])).toEqual([
      ['not-found', 1],
      ['tampered', 2],
    ]);
    expect(new Set(logs).size).toBe(
      logs.filter((key) => key !== removed).length + (logs.includes(removed) ? 1 : 0),
    );
    expect(code).toBe(3);
  }
});

it('names a digest that was removed', async () => {
  const built = trail();
  const gone = built.labels.get('D2')!;
  tamper(built, ['delete', 'D2']);
  await serve(built);
  const { code, out } = await generate();
  expect(out).toContain(gone);
  expect(code).toBe(3);
});
