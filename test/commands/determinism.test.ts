/** Same input, same bytes: whatever the files are called, however often they come, wherever the clock hangs. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
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

  it('gives the same bytes whatever order the files come in', async () => {
    // Only the random end of a name changes: it decides the order within a region's day, nothing else.
    const names = await logs();
    const place = join(root, 'order');
    const outs: Record<string, string>[] = [];
    for (const turn of [0, 1, 2]) {
      await rm(place, { recursive: true, force: true });
      await Promise.all(
        names.map(async (name, index) => {
          const suffix = ((index * 7919 * (turn + 1)) % 10007).toString(36).padStart(16, '0');
          const to = join(place, name.replace(/[A-Za-z0-9]{16}(?=\.json\.gz$)/, suffix));
          await mkdir(dirname(to), { recursive: true });
          await cp(`${SAMPLES}/trail/${name}`, to);
        }),
      );
      await run(argv(place, join(root, `order-${turn}`)));
      outs.push(await outputs(join(root, `order-${turn}`)));
    }
    expect(outs[1]).toEqual(outs[0]);
    expect(outs[2]).toEqual(outs[0]);
  });

  it('gives the same bytes whatever order loose files of any name come in', async () => {
    const names = await logs();
    const place = join(root, 'loose');
    const outs: Record<string, string>[] = [];
    for (const turn of [1, 2]) {
      await rm(place, { recursive: true, force: true });
      await mkdir(place);
      await Promise.all(
        names.map((name, index) =>
          cp(`${SAMPLES}/trail/${name}`, join(place, `${(index * 7919 * turn) % 10007}-${index}.json.gz`)),
        ),
      );
      await run(argv(place, join(root, `loose-${turn}`)));
      outs.push(await outputs(join(root, `loose-${turn}`)));
    }
    expect(outs[1]).toEqual(outs[0]);
  });

  it.each([
    ['beside each other', (place: string) => [place, place]],
    ['as two trees', (place: string) => [join(place, 'a'), join(place, 'b')]],
    ['as loose files', (place: string) => [place, join(place, 'again')]],
  ])('gives the same bytes when every file is there twice, %s', async (how, where) => {
    const place = join(root, 'doubled');
    await rm(place, { recursive: true, force: true });
    const [one, two] = where(place) as [string, string];
    await cp(`${SAMPLES}/trail`, one, { recursive: true });
    const again = (name: string): string => {
      if (how === 'as two trees') return name;
      if (how === 'as loose files') return name.replaceAll('/', '-');
      return name.replace(/\.json\.gz$/, '-copy.json.gz');
    };
    for (const name of await logs('')) {
      await mkdir(dirname(join(two, again(name))), { recursive: true });
      await cp(`${SAMPLES}/trail/${name}`, join(two, again(name)));
    }
    const { err } = await run(argv(place, join(root, 'twice-out')));
    const files = (await logs('')).length;
    expect(err).toContain(`note: ${files} copies of other files in the folder not read again`);
    await rename(place, join(root, 'kept'));
    await cp(`${SAMPLES}/trail`, place, { recursive: true });
    await run(argv(place, join(root, 'once-out')));
    expect(await outputs(join(root, 'twice-out'))).toEqual(await outputs(join(root, 'once-out')));
    await rm(join(root, 'kept'), { recursive: true });
  });
});

/** The files below the samples' trail: its logs, or with '' every file. */
async function logs(kind = '_CloudTrail_'): Promise<readonly string[]> {
  const all = await readdir(`${SAMPLES}/trail`, { recursive: true, withFileTypes: true });
  return all
    .filter((one) => one.isFile() && one.name.includes(kind))
    .map((one) => relative(`${SAMPLES}/trail`, join(one.parentPath, one.name)))
    .sort();
}
