/** A record of 1 GB: more than a string of this engine can hold. It is named, and the records before it count. */
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../support/trail-objects.ts';

const CLI = new URL('../../dist/cli.js', import.meta.url).pathname;
const START = Date.parse('2026-01-02T00:00:00Z');
const text = (index: number): string => JSON.stringify(record('111122223333', 'eu-west-1', START, index));
const PIECE = Buffer.from('0123456789abcdef'.repeat(1 << 16));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-large-'));
  function* document(): Generator<string | Buffer> {
    yield `{"Records":[${text(1)},${text(2).slice(0, -1)},"additionalEventData":{"x":"`;
    for (let mebibytes = 0; mebibytes < 1024; mebibytes++) yield PIECE;
    yield `"}},${text(4)}]}`;
  }
  const to = createWriteStream(join(folder, 'large.json.gz'));
  await pipeline(Readable.from(document()), createGzip({ level: 1 }), to);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe('a record of 1 GB', () => {
  it('is a gap with its reason; what stands before it counts, in bounded memory', async () => {
    const out = join(folder, 'out');
    const window = ['--from', '2026-01-02', '--to', '2026-01-02'];
    const argv = ['--role', 'app', '--logs', folder, '--account', 'none', ...window, '--out', out];
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=300', CLI, ...argv, '--quiet'],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([3, '']);
    const { evidence } = JSON.parse(await readFile(join(out, 'result.json'), 'utf8'));
    expect(evidence.coverage.gaps).toEqual([
      { reason: 'too-large', objects: 1, detail: expect.stringContaining('one record is larger than') },
    ]);
    expect(evidence.accounting.records).toBe(1);
    expect(evidence.accounting.buckets.succeeded).toBe(1);
  }, 120_000);
});
