/** `--output FILE`: on every command, the same text as on stdout, whole or not at all. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const LINES: Readonly<Record<string, readonly string[]>> = {
  explain: ['explain', '--event', 's3.amazonaws.com:ListObjects'],
  'explain ndjson': ['explain', '--format', 'ndjson', '--event', 's3.amazonaws.com:GetObject'],
  review: [
    ...['review', '--logs', `${SAMPLES}/trail`, '--account', `${SAMPLES}/account.json`, '--days', '90'],
    ...['--end', '2026-08-29', '--allow-incomplete', '--format', 'csv'],
  ],
  'validate-logs': ['validate-logs', '--logs', `${SAMPLES}/trail`, '--format', 'json'],
  cache: ['cache', 'stats', '--store', '/nowhere/at/all'],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-into-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('--output', () => {
  it.each(Object.entries(LINES))('of %s holds what stdout would', async (name, argv) => {
    const [plain, path] = [await run(argv), join(folder, 'new', name)];
    const filed = await run([...argv, '--output', path]);
    expect(plain.out).not.toBe('');
    expect(await readFile(path, 'utf8')).toBe(plain.out);
    expect(filed).toEqual({ ...plain, out: '' });
  });

  it('leaves nothing behind when the command fails', async () => {
    const ran = await run(['explain', '--event', 'none', '--output', join(folder, 'failed', 'a.txt')]);
    expect(ran.code).toBe(EXIT.usage);
    expect(await readdir(join(folder, 'failed'))).toEqual([]);
  });

  it('keeps the file that was there when the command fails', async () => {
    const path = join(folder, 'kept.txt');
    await run([...LINES.explain!, '--output', path]);
    const before = await readFile(path, 'utf8');
    await run(['explain', '--event', 'none', '--output', path]);
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('says in one line what the disk refuses', async () => {
    const { code, err } = await run([...LINES.explain!, '--output', join(SAMPLES, 'account.json', 'x')]);
    expect(code).toBe(1);
    expect(err).toMatch(/^gen-policy: cannot write `.*`: a part of the path is a file\n$/);
  });

  it('needs a name', async () => {
    const { code, err } = await run([...LINES.explain!, '--output', '']);
    expect([code, err]).toEqual([
      EXIT.usage,
      'gen-policy: `--output` names no file: give one or leave it out\n',
    ]);
  });
});
