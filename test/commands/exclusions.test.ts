/** What is left out is the same however the records come: one by one, grouped by the scanner, from a folder or from S3. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileKernel } from '../../scripts/kernel.mjs';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Args } from '../../src/commands/command.ts';
import { readExclusions } from '../../src/commands/exclusions.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { createScanner, type Scanner } from '../../src/trail/scan/scan.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { isolateAws } from '../faults/s3-run.ts';
import { startS3 } from '../faults/s3-server.ts';
import { run } from '../support/run.ts';
import { storyArgs, writeStory } from '../support/story.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-exclusions-'));
  await writeStory(
    folder,
    [{ event: 'sqs:DeleteQueue', request: { queueUrl: 'x' }, days: [3, 30], session: 'evil' }],
    [{ Effect: 'Allow', Action: ['dynamodb:*', 'kms:*', 's3:*', 'sqs:*'], Resource: '*' }],
  );
});
afterEach(() => rm(folder, { recursive: true }));

const WINDOW = { from: Date.UTC(2026, 4, 1), to: Date.UTC(2026, 5, 30) };
const FLAGS = {
  excludeSession: 'evil',
  // Inside a day, between calls that are alike: a group must not straddle it.
  excludeWindow: ['2026-05-10T01:00:28Z/2026-05-12T01:00:01Z', '2026-06-01/2026-06-02'],
} as unknown as Args;

const objects = async () => {
  const trail = join(folder, 'trail');
  const names = (await readdir(trail, { recursive: true })).filter((name) => name.endsWith('.gz')).sort();
  return Promise.all(names.map(async (name) => [name, await readFile(join(trail, name))] as const));
};

describe('exclusions', () => {
  it('leave out the same of groups as of single records', async () => {
    const exclusions = readExclusions(FLAGS, WINDOW)!;
    const { resolve } = createResolver(await loadCatalogue());
    const files = await objects();
    const told = (scanner: Scanner) => {
      const ledger = createLedger({ window: WINDOW, resolve, exclude: exclusions.exclude });
      for (const [name, bytes] of files) ledger.add(scanner.scan(bytes, { name, bytes: 0 }));
      for (const batch of scanner.drain()) ledger.add(batch);
      return ledger.principals().map((one) => ledger.usage(one));
    };
    const kernel = new WebAssembly.Module(await compileKernel());
    const cuts = [WINDOW.from, WINDOW.to, ...exclusions.cuts];
    const plain = told(createScanner({ kernel: null }));
    expect(told(createScanner({ kernel, aggregate: { resolve, cuts } }))).toEqual(plain);
    expect(plain[0]!.accounting.reasons.filter(([bucket]) => bucket === 'excluded')).toHaveLength(3);
    // Without its cuts a group may straddle an excluded time, and then nothing is guessed.
    expect(() => told(createScanner({ kernel, aggregate: { resolve } }))).toThrow('straddles');
  }, 60_000);

  it('leave out the same over S3, also of what an earlier run has read', async () => {
    isolateAws();
    const server = await startS3(await objects());
    try {
      const flags = [
        '--exclude-session',
        'evil',
        '--exclude-window',
        '2026-05-10/2026-05-11',
        '--format',
        'json',
      ];
      const dir = await run([...storyArgs(folder), ...flags]);
      const { evidence, ...plan } = JSON.parse(dir.out);
      expect(evidence.accounting.buckets.excluded).toBe(12);
      const s3 = [
        ...storyArgs(folder).filter((one, at, all) => one !== '--logs' && all[at - 1] !== '--logs'),
        ...['--source', 's3', '--bucket', 'logs', '--endpoint-url', server.url, '--region', 'us-east-1'],
        ...['--store', join(folder, 'store')],
      ];
      await run(s3);
      const ran = await run([...s3, ...flags]);
      const { evidence: seen, ...same } = JSON.parse(ran.out);
      expect(same).toEqual(plan);
      expect(seen.accounting).toEqual(evidence.accounting);
      expect(ran.err).toContain('objects were known from an earlier run');
    } finally {
      await server.stop();
    }
  }, 60_000);
});
