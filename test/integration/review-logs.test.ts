/** On real logs and on the samples made for reviews, a review gives each principal the plan that a single run gives it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/plan/review/review.ts';
import { run } from '../support/run.ts';

const shared = process.env.GEN_POLICY_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const logs = join(shared, 'logs');
const sets = existsSync(logs) ? readdirSync(logs).sort() : [];
if (sets.length === 0) console.error(`SKIPPED: no real logs in ${logs} (GEN_POLICY_SHARED names the folder)`);

/** Single runs cost a reading of the set each. */
const COMPARED = 4;

describe.skipIf(sets.length === 0)('review of real logs', () => {
  it.each(sets)(
    '%s',
    async (set) => {
      const source = ['--logs', join(logs, set), '--from', '2015-01-01', '--to', '2026-12-31', '--quiet'];
      const out = await mkdtemp(join(tmpdir(), 'gen-policy-review-'));
      const ran = await run(['review', ...source, '--out', out, '--pages', 'json', '--allow-incomplete']);
      // A set may hold no role or user at all.
      if (ran.code === 64) expect(ran.err).toContain('no role or user');
      else {
        const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8')) as Review;
        const planned = index.principals.filter((row) => row.state === 'planned' && row.calls > 0);
        for (const row of planned.slice(0, COMPARED)) {
          const single = await run(['--principal', row.arn, ...source, '--format', 'json']);
          expect(JSON.parse(readFileSync(join(out, row.folder!, 'result.json'), 'utf8'))).toEqual(
            JSON.parse(single.out),
          );
        }
        expect(index.principals.filter((row) => row.state === 'failed')).toEqual([]);
      }
      await rm(out, { recursive: true });
    },
    120_000,
  );
});

/** The samples made for reviews: every principal that can be judged, idle ones too. */
describe('review of samples/estate', () => {
  it('gives each principal the plan of a single run', async () => {
    const estate = fileURLToPath(new URL('../../samples/estate/', import.meta.url));
    const source = ['--logs', `${estate}trail`, '--end', '2026-08-29', '--days', '30', '--quiet'];
    const account = ['--account', `${estate}snapshot`];
    const out = await mkdtemp(join(tmpdir(), 'gen-policy-review-'));
    const ran = await run(['review', ...source, ...account, '--out', out, '--pages', 'json']);
    expect([ran.code, ran.err]).toEqual([0, '']);
    const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8')) as Review;
    const planned = index.principals.filter((row) => row.state === 'planned');
    expect(planned).toHaveLength(27);
    for (const row of planned) {
      const single = await run(['--principal', row.arn, ...source, ...account, '--format', 'json']);
      expect(readFileSync(join(out, row.folder!, 'result.json'), 'utf8')).toBe(single.out);
    }
    await rm(out, { recursive: true });
  }, 300_000);
});
