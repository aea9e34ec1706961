/** Several threads give what one gives, in the same order. Needs a build: `npm test` makes one first. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanFile, ScannedFile } from '../../../src/trail/scan/files.ts';
import { poolAvailable, scanFiles } from '../../../src/trail/scan/pool.ts';
import { createScanner } from '../../../src/trail/scan/scan.ts';
import { documents, TARGET } from '../../bench/trails.ts';

const wanted = [{ kind: 'role', name: TARGET }] as const;
const contents: Buffer[] = [];
const files: ScanFile[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gen-policy-pool-'));
  const made = [...documents(5, 3e6, 10)].map((one) => gzipSync(one.text, { level: 1 }));
  contents.push(...made, made[0]!.subarray(0, 900), Buffer.from('not a log'), gzipSync('{"Records":[]}'));
  for (const [index, bytes] of contents.entries()) {
    const object = { name: `${index}.json.gz`, bytes: bytes.length };
    files.push({ path: join(folder, object.name), object });
    writeFileSync(files[index]!.path, bytes);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function collect(list: readonly ScanFile[], workers: number): Promise<ScannedFile<ScanFile>[]> {
  const out: ScannedFile<ScanFile>[] = [];
  for await (const one of scanFiles(list, wanted, workers)) out.push(one);
  return out;
}

describe.skipIf(!poolAvailable())('scanFiles', () => {
  it.each([1, 2, 3])('gives with %i threads what one scanner gives', async (workers) => {
    const scanner = createScanner({ principals: wanted });
    const batches = await collect(files, workers);
    expect(batches.map((one) => one.batch)).toEqual(
      files.map(({ object }, index) => scanner.scan(contents[index]!, object)),
    );
    expect(batches.reduce((sum, one) => sum + (one.batch?.events.length ?? 0), 0)).toBeGreaterThan(10);
  });

  it('tells of a file that cannot be read and goes on', async () => {
    const missing = { path: join(folder, 'missing'), object: { name: 'missing', bytes: 0 } };
    const batches = await collect([files[0]!, missing, files[1]!], 2);
    expect(batches.map((one) => one.failed)).toEqual([undefined, 'ENOENT', undefined]);
  });

  it('ends its threads when the reader leaves early', async () => {
    for await (const one of scanFiles(files, wanted, 2)) {
      expect(one.file).toBe(files[0]);
      break;
    }
  });
});
