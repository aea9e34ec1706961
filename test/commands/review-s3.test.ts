/** A review over S3 reads each object once, whatever the number of principals, and gives the plans of a folder. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isolateAws } from '../faults/s3-run.ts';
import { startS3 } from '../faults/s3-server.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const TRAIL = join(SAMPLES, 'trail');

it('asks for each object once', async () => {
  isolateAws();
  const folder = mkdtempSync(join(tmpdir(), 'gen-policy-review-s3-'));
  const files = readdirSync(TRAIL, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.gz'),
  );
  const server = await startS3(files.map((name) => [name, readFileSync(join(TRAIL, name))] as const));
  try {
    const common = [
      ...['review', '--end', '2026-08-29', '--match', '*e*r*i*', '--pages', 'json', '--quiet'],
      ...['--account', `${SAMPLES}/account.json`, '--trails', `${SAMPLES}/trails.json`],
    ];
    const [dir, s3] = [join(folder, 'dir'), join(folder, 's3')];
    const local = await run([...common, '--logs', TRAIL, '--out', dir]);
    const aws = ['--bucket', 'logs', '--endpoint-url', server.url, '--region', 'us-east-1', '--no-store'];
    const remote = await run([...common, '--source', 's3', ...aws, '--out', s3]);
    expect([remote.code, remote.err]).toEqual([local.code, '']);
    const got = server.log.filter((asked) => asked.kind === 'get').map((asked) => asked.key);
    expect(got.length).toBeGreaterThan(100);
    expect(new Set(got).size).toBe(got.length);
    const plans = (place: string): readonly unknown[] =>
      readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('result.json'))
        .sort()
        .map((name) => {
          const plan = JSON.parse(readFileSync(join(place, name), 'utf8'));
          delete plan.evidence.source;
          return [name, plan];
        });
    expect(plans(dir)).toHaveLength(3);
    expect(plans(s3)).toEqual(plans(dir));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}, 60_000);
