/** `--verify-digests`: what was tampered with grants nothing and keeps the evidence from being complete. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltTrail, buildTrail, tamper } from '../support/digest-trail.ts';
import { run } from '../support/run.ts';
import { record } from '../support/trail-objects.ts';

const ACCOUNT = '111122223333';
const NOW = Date.parse('2026-01-02T06:30:00Z');
const START = Date.parse('2026-01-02T00:00:00Z');
/** Records 1 to 4 call one action each; 4 is of another role. */
const documentOf = (index: number): string =>
  JSON.stringify({ Records: [record(ACCOUNT, 'eu-west-1', START, index)] });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-digests-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function generate(built: BuiltTrail, ...more: string[]) {
  for (const [key, { bytes }] of built.objects) {
    const path = join(folder, 'copy', key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  await writeFile(join(folder, 'keys.json'), JSON.stringify(built.keys));
  const window = ['--from', '2026-01-02', '--to', '2026-01-02'];
  const argv = ['--role', 'app', '--logs', join(folder, 'copy'), '--account', 'none', ...window];
  const keys = ['--public-keys', join(folder, 'keys.json'), '--format', 'json'];
  const ran = await run([...argv, ...keys, ...more], { now: NOW });
  if (ran.out === '') throw new Error(ran.err);
  return { ...ran, result: JSON.parse(ran.out) };
}
const trail = (): BuiltTrail =>
  buildTrail({
    documents: new Map([1, 2, 3].map((hour) => [`L${hour === 3 ? 4 : hour}a`, documentOf(hour)])),
  });
const used = (result: unknown): string[] =>
  ['dynamodb:PutItem', 'kms:Decrypt', 'lambda:ListFunctions'].filter((action) =>
    JSON.stringify(result).includes(`"${action}"`),
  );

describe('--verify-digests', () => {
  it('takes all that is sound', async () => {
    const { err, result } = await generate(trail(), '--verify-digests');
    expect(err).toContain('note: 7/9 digest files valid, 2/9 not verified; 10/13 log files valid');
    expect(used(result)).toEqual(['dynamodb:PutItem', 'kms:Decrypt', 'lambda:ListFunctions']);
    expect(JSON.stringify(result)).not.toContain('tampered');
  });

  it('withholds what was altered or put in, names it and is incomplete', async () => {
    const built = trail();
    built.objects.get(built.labels.get('L2a')!)!.bytes = gzipSync(`${documentOf(2)} `);
    tamper(built, ['add-log', 'X', '0120']);
    built.objects.get(built.labels.get('X')!)!.bytes = gzipSync(
      documentOf(5).replaceAll('PutItem', 'DeleteTable'),
    );
    const trusting = await generate(built);
    expect(used(trusting.result)).toContain('kms:Decrypt');
    expect(trusting.out).toContain('dynamodb:DeleteTable');
    const { code, out, err, result } = await generate(built, '--verify-digests');
    expect(used(result)).toEqual(['dynamodb:PutItem', 'lambda:ListFunctions']);
    expect(out).not.toContain('DeleteTable');
    expect(out).toContain('tampered');
    const named = (label: string): string => `not taken as evidence: Log file  ${built.labels.get(label)}  `;
    expect(err).toContain(`${named('L2a')}INVALID: hash value doesn't match\n`);
    expect(err).toContain(`${named('X')}not verified: no digest of its time lists it\n`);
    expect(code).toBe(3);
  });

  it('takes a file for what its own name says, whatever copy of it lies beside', async () => {
    const built = trail();
    const key = built.labels.get('L2a')!;
    const original = built.objects.get(key)!;
    const copy = key.replace(/\.json\.gz$/, '-copy.json.gz');
    built.objects.set(copy, original);
    const { err, result } = await generate(built, '--verify-digests');
    expect(used(result)).toEqual(['dynamodb:PutItem', 'kms:Decrypt', 'lambda:ListFunctions']);
    expect(err).toContain(`not taken as evidence: Log file  ${copy}  not verified`);
    const trusting = await generate(built);
    expect(trusting.err).toContain('note: 1 copy of other files in the folder not read again');
    expect(used(trusting.result)).toEqual(['dynamodb:PutItem', 'kms:Decrypt', 'lambda:ListFunctions']);
  });

  it('names a digest that was removed', async () => {
    const built = trail();
    tamper(built, ['delete', 'D2']);
    const { code, out } = await generate(built, '--verify-digests');
    expect(out).toContain(built.labels.get('D2')!);
    expect(code).toBe(3);
  });

  it('is refused where there are no files', async () => {
    const { code, err } = await run(
      ['--role', 'app', '--source', 'lookup', '--account', 'none', '--verify-digests', '--quiet'],
      { now: NOW },
    );
    expect([code, err]).toEqual([64, expect.stringContaining('`--verify-digests` needs the files')]);
  });
});
