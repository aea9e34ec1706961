import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const argv = [
  '--role',
  'order-service',
  '--logs',
  `${SAMPLES}/trail`,
  '--account',
  'none',
  '--end',
  '2026-08-29',
  '--quiet',
];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-defaults-'));
});
afterEach(() => rm(root, { recursive: true }));
const config = async (value: object): Promise<string[]> => {
  await writeFile(join(root, 'config.json'), JSON.stringify(value));
  return ['--config', join(root, 'config.json')];
};

describe('values of flags', () => {
  it('come from the environment', async () => {
    const ran = await run(argv, { env: { GEN_POLICY_DAYS: '7' } });
    expect(ran.out).toMatch(/, 7 days,/);
  });

  it('come from the config file, below the environment, below the flag', async () => {
    const file = await config({ days: 30 });
    expect((await run([...argv, ...file])).out).toMatch(/, 30 days,/);
    expect((await run([...argv, ...file], { env: { GEN_POLICY_DAYS: '7' } })).out).toMatch(/, 7 days,/);
    expect((await run([...argv, ...file, '--days', '3'], { env: { GEN_POLICY_DAYS: '7' } })).out).toMatch(
      /, 3 days,/,
    );
  });

  it('are checked wherever they come from', async () => {
    const ran = await run([...argv, ...(await config({ days: 'many' }))]);
    expect(ran.code).toBe(64);
    expect(ran.err).toContain('`--days many`');
  });

  it('leave alone what the command does not take from the environment', async () => {
    expect((await run(argv, { env: { GEN_POLICY_SOMETHING: '1', GEN_POLICY_PROTO: 'x' } })).code).toBe(0);
    expect(
      (await run(['explain', '--event', 's3.amazonaws.com:ListBuckets'], { env: { GEN_POLICY_DAYS: '7' } }))
        .code,
    ).toBe(0);
  });

  it('name a key of the config file that is no flag', async () => {
    const ran = await run([...argv, ...(await config({ dyas: 3 }))]);
    expect(ran.code).toBe(64);
    expect(ran.err).toContain('`dyas`');
  });
});
