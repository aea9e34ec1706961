/** Several threads give what one gives, in the same order. Needs a build: `npm test` makes one first. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import { requestMembersRead } from '../../../src/permissions/needed.ts';
import { createResolver } from '../../../src/permissions/resolver.ts';
import type { Inspect } from '../../../src/trail/digest/withhold.ts';
import type { ScanFile, ScannedFile } from '../../../src/trail/scan/files.ts';
import { groupFiles, poolAvailable, scanFiles } from '../../../src/trail/scan/pool.ts';
import { createScanner } from '../../../src/trail/scan/scan.ts';
import type { Batch } from '../../../src/trail/source.ts';
import { createLedger } from '../../../src/usage/ledger.ts';
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

  it('asks of each file what it holds before it counts, and leaves out what is no evidence', async () => {
    const told = new Map<string, string>();
    const inspect: Inspect = (object, content) => {
      told.set(object.name, content.kind === 'hash' ? content.sha256 : content.fault);
      return object.name === '1.json.gz'
        ? { object, reason: 'tampered', detail: 'changed', partial: false }
        : undefined;
    };
    const batches: (Batch | undefined)[] = [];
    for await (const one of scanFiles(files, wanted, 2, inspect)) batches.push(one.batch);
    const plain = (await collect(files, 2)).map((one) => one.batch);
    expect(batches.map((one) => one?.gap?.reason === 'tampered')).toEqual(
      files.map((_, index) => index === 1),
    );
    expect(batches[1]).toMatchObject({ records: 0, events: [] });
    expect(batches.filter((one, index) => index !== 1 && !one?.gap)).toEqual(
      plain.filter((one, index) => index !== 1 && !one?.gap),
    );
    const first = createHash('sha256').update(gunzipSync(contents[0]!)).digest('hex');
    expect(told.get('0.json.gz')).toBe(first);
    expect(told.size).toBe(files.length);
  });

  it('tells of a file that cannot be read and goes on', async () => {
    const missing = { path: join(folder, 'missing'), object: { name: 'missing', bytes: 0 } };
    const batches = await collect([files[0]!, missing, files[1]!], 2);
    expect(batches.map((one) => one.failed)).toEqual([undefined, 'ENOENT', undefined]);
  });

  it.each([
    [1, undefined],
    [2, undefined],
    [3, undefined],
    [2, 500],
  ])('groups with %i threads what one scanner groups (%s groups at most)', async (workers, most) => {
    const catalogue = await loadCatalogue();
    const { resolve } = createResolver(catalogue);
    const reads = (source: string, name: string) => requestMembersRead(catalogue, source, name);
    const aggregate = { resolve, reads };
    const tell = (batches: readonly Batch[]) => {
      const ledger = createLedger({ window: { from: 0, to: Date.UTC(2100) }, resolve });
      for (const batch of batches) ledger.add(batch);
      return {
        usage: JSON.stringify(ledger.principals().map((one) => ledger.usage(one))),
        records: batches.reduce((sum, one) => sum + one.records, 0),
        gaps: batches.flatMap((one) => one.gap ?? []),
      };
    };
    const scanner = createScanner({ aggregate });
    // Each twice: copies count once, whichever thread meets them.
    const twice = [...files, ...files];
    const batches = twice.map(({ object }, index) =>
      scanner.scan(Buffer.from(contents[index % contents.length]!), object),
    );
    const alone = tell([...batches, ...scanner.drain()]);
    const pooled: Batch[] = [];
    for await (const { batch } of groupFiles(twice, aggregate, workers, most)) if (batch) pooled.push(batch);
    const together = tell(pooled);
    expect(together.records).toBe(alone.records);
    expect(together.gaps).toEqual(alone.gaps);
    expect(together.usage === alone.usage).toBe(true);
    if (most !== undefined) expect(pooled.filter((one) => !one.object).length).toBeGreaterThan(1);
  });

  it.each([1, 2])('tells of a file that cannot be read where %i threads group', async (threads) => {
    const { resolve } = createResolver(await loadCatalogue());
    const missing = { path: join(folder, 'missing'), object: { name: 'missing', bytes: 0 } };
    const told: (string | undefined)[] = [];
    for await (const one of groupFiles([missing, files[0]!, missing], { resolve }, threads))
      if (one.file) told.push(one.failed);
    expect(told).toEqual(['ENOENT', undefined, 'ENOENT']);
  });

  it('ends its threads when the reader leaves early', async () => {
    for await (const one of scanFiles(files, wanted, 2)) {
      expect(one.file).toBe(files[0]);
      break;
    }
    const { resolve } = createResolver(await loadCatalogue());
    for await (const one of groupFiles(files, { resolve }, 2)) {
      expect(one.file).toBe(files[0]);
      break;
    }
  });
});
