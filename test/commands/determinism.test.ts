/** Same input, same bytes: whatever the files are called, however often they come, wherever the clock hangs. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const SAMPLES = join(ROOT, 'samples');
const argv = (logs: string, out: string) => [
  ...['--role', 'order-service', '--end', '2026-08-29', '--days', '90', '--logs', logs, '--out', out],
  ...[
    '--account',
    `${SAMPLES}/account.json`,
    '--last-accessed',
    `${SAMPLES}/last-accessed/order-service.json`,
    '--allow-incomplete',
  ],
];
const outputs = async (folder: string): Promise<Record<string, string>> => {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
  );
};
/** What may differ between two folders of the same records: their name and how many files they hold. */
const withoutSource = (all: Record<string, string>) => {
  const { evidence, ...plan } = JSON.parse(all['result.json']!);
  const { read: _read, ...accounting } = evidence.accounting;
  const policies = Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('policy-')));
  return { plan, accounting, policies };
};

let root: string;
let reference: Record<string, string>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-same-'));
  await run(argv(`${SAMPLES}/trail`, join(root, 'reference')));
  reference = await outputs(join(root, 'reference'));
});
afterAll(() => rm(root, { recursive: true }));

describe('determinism', () => {
  it('writes the policy, the plan and the report', () => {
    expect(Object.keys(reference)).toEqual(
      expect.arrayContaining(['policy-1.json', 'report.md', 'result.json']),
    );
  });

  it('gives the same bytes for the same folder again', async () => {
    await run(argv(`${SAMPLES}/trail`, join(root, 'again')));
    expect(await outputs(join(root, 'again'))).toEqual(reference);
  });

  it('gives the same bytes under another time zone and locale', async () => {
    execFileSync(
      process.execPath,
      [join(ROOT, 'dist/cli.js'), ...argv(`${SAMPLES}/trail`, join(root, 'zone'))],
      {
        env: { ...process.env, TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
        stdio: 'ignore',
      },
    );
    expect(await outputs(join(root, 'zone'))).toEqual(reference);
  });

  it('gives the same plan whatever order the files come in', async () => {
    const files = (await readdir(`${SAMPLES}/trail`, { recursive: true }))
      .filter((name) => /_CloudTrail_.*gz$/.test(name))
      .sort();
    await mkdir(join(root, 'shuffled'));
    // Loose names that sort in another order; the S3 layout is gone, so only the coverage cells may differ.
    await Promise.all(
      files.map((name, index) =>
        cp(
          `${SAMPLES}/trail/${name}`,
          join(root, 'shuffled', `${(index * 7919) % 10007}-${basename(name).length}.json.gz`),
        ),
      ),
    );
    await run(argv(join(root, 'shuffled'), join(root, 'shuffled-out')));
    const shuffled = withoutSource(await outputs(join(root, 'shuffled-out')));
    expect(shuffled.plan.usage).toEqual(withoutSource(reference).plan.usage);
    expect(shuffled.accounting).toEqual(withoutSource(reference).accounting);
  });

  it('gives the same policies and findings when every file is there twice', async () => {
    await cp(`${SAMPLES}/trail`, join(root, 'twice', 'a'), { recursive: true });
    await cp(`${SAMPLES}/trail`, join(root, 'twice', 'b'), { recursive: true });
    await run(argv(join(root, 'twice'), join(root, 'twice-out')));
    const [once, twice] = [withoutSource(reference), withoutSource(await outputs(join(root, 'twice-out')))];
    expect(twice.policies).toEqual(once.policies);
    expect(twice.plan).toEqual(once.plan);
    expect(twice.accounting.buckets.succeeded).toBe(once.accounting.buckets.succeeded);
  });
});
