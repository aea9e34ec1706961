/** A disk that is full, read-only, forbidden or in the way: nothing half-written, one clear line. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { run } from '../support/run.ts';
import { canMount, type Ended, oneLine, start } from './cli.ts';
import { faultSweep, faultTests } from './suite.ts';
import { accountDetails, cleanPlan, judge, OBJECTS, openWorld, VICTIM, type World } from './world.ts';

let world: World;
let clean: Plan;
let place: string;
beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
  place = await mkdtemp(join(tmpdir(), 'gen-policy-disk-'));
  for (const folder of [world.folder, place]) await chmod(folder, 0o755);
});
afterAll(async () => {
  await world.close();
  await rm(place, { recursive: true, force: true });
});

/** Each way to name a place to write to; `%` stands for the folder. */
const OUTPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['--out', ['--out', '%/out']],
  ['--output', ['--format', 'json', '--output', '%/result.json']],
]);
const into = (flags: readonly string[], folder: string): string[] =>
  flags.map((one) => one.replace('%', folder));

describe('writing', () => {
  const mounts = canMount();
  if (!mounts)
    process.stdout.write(
      'SKIPPED: no file system can be mounted here, so no full or read-only disk is tried\n',
    );
  const mounted = (options: string): string =>
    `mkdir -p "$PLACE" && mount -t tmpfs -o ${options} tmpfs "$PLACE" && "$@"; code=$?; find "$PLACE" -type f >&3; exit $code`;
  describe.runIf(mounts)('to a file system of its own', () => {
    faultTests(
      'disk',
      ['size=4k', 'size=8k', 'nr_inodes=1', 'ro'].flatMap((options) =>
        [...OUTPUTS].map(([name, flags]) => ({ name: `${options}, ${name}`, options, flags })),
      ),
      async ({ options, flags }) => {
        const folder = join(place, 'mount');
        const left = join(place, 'left');
        const ended = await start([...world.args, ...into(flags, folder)], {
          shell: `exec 3>${left}; unshare -rm sh -c '${mounted(options)}' sh "$@"`,
          env: { PLACE: folder },
        }).ended;
        oneLine(ended);
        expect(ended.err).toMatch(/disk is full|read-only/);
        // What was begun is gone again, and what is there is whole.
        expect(await readFile(left, 'utf8')).not.toContain('.partial');
      },
    );
    faultTests(
      'disk',
      ['size=4k', 'ro'].map((options) => ({ name: `a cache on ${options}`, options })),
      async ({ options }) => {
        // The cache is a convenience: without it the run goes on. Nothing listens there, so that it ends at once.
        const folder = join(place, 'mount');
        const flags = [
          '--source',
          's3',
          '--bucket',
          'logs',
          '--endpoint-url',
          'http://127.0.0.1:9',
          '--region',
          'us-east-1',
        ];
        const ended = await start([...world.account, ...flags, '--store', join(folder, 'store')], {
          shell: `exec 3>/dev/null; unshare -rm sh -c '${mounted(options)}' sh "$@"`,
          env: { PLACE: folder },
        }).ended;
        oneLine(ended, [1, 3, 4, 64]);
      },
    );
  });

  const refuse = async (flags: readonly string[], options = {}): Promise<Ended> => {
    const ended = await start([...world.args, ...flags], options).ended;
    oneLine(ended, [1, 64]);
    return ended;
  };
  faultTests<{
    name: string;
    make: (path: string) => Promise<unknown>;
    nobody?: boolean;
    shell?: string;
    at?: string;
  }>(
    'disk',
    [
      { name: 'a file in the way of the folder', make: (path) => writeFile(path, ''), at: '/x' },
      {
        name: 'a folder in the way of the file',
        make: (path) => mkdir(join(path, 'result.json'), { recursive: true }),
      },
      {
        name: 'a folder nobody may write',
        make: async (path) => {
          await mkdir(path);
          await chmod(path, 0o555);
        },
        nobody: true,
      },
      {
        name: 'a folder nobody may enter',
        make: async (path) => {
          await mkdir(path);
          await chmod(path, 0o000);
        },
        nobody: true,
        at: '/x',
      },
      { name: 'a name that is too long', make: async () => undefined, at: `/${'n'.repeat(300)}` },
      { name: 'a path that is too long', make: async () => undefined, at: `/${'n/'.repeat(3000)}` },
      { name: 'links that lead in a circle', make: (path) => symlink(path, path), at: '/x' },
      {
        name: 'a file larger than allowed',
        make: async () => undefined,
        shell: 'ulimit -f 2; trap "" XFSZ; "$@"',
      },
    ],
    async ({ name, make, nobody = false, shell, at = '' }) => {
      const path = join(place, name.replaceAll(' ', '-').slice(0, 40));
      await make(path);
      for (const flags of [['--format', 'json', '--output', `${path}${at}/result.json`]])
        await refuse(flags, { nobody, ...(shell === undefined ? {} : { shell }) });
      expect((await readdir(place, { recursive: true })).filter((one) => one.endsWith('.partial'))).toEqual(
        [],
      );
    },
  );
  faultTests('disk', [{ name: 'a full device behind stdout' }], async () => {
    const ended = await start([...world.args, '--format', 'json'], { shell: '"$@" > /dev/full' }).ended;
    oneLine(ended);
    expect(ended.err).toContain('standard output: the disk is full');
  });
  faultTests('disk', [{ name: 'a full device named by --output' }], async () => {
    await refuse(['--format', 'json', '--output', '/dev/full']);
    const device = await start([], { shell: 'test -c /dev/full' }).ended;
    expect(device.code).toBe(0);
  });
  faultTests('disk', [{ name: 'stdout by its name' }], async () => {
    const ended = await start([...world.args, '--format', 'json', '--output', '/dev/stdout'], {
      shell: '"$@" | cat',
    }).ended;
    expect([ended.code, JSON.parse(ended.out).after]).toEqual([0, clean.after]);
  });
});

describe('reading', () => {
  const victim = (): string => join(world.folder, 'trail', VICTIM);
  faultTests<{ name: string; make: (path: string) => Promise<unknown> }>(
    'disk',
    [
      { name: 'a log nobody may read', make: (path) => chmod(path, 0o000) },
      {
        name: 'a folder in place of the log',
        make: async (path) => {
          await rm(path);
          await mkdir(path);
        },
      },
      {
        name: 'a link to nothing in place of the log',
        make: async (path) => {
          await rm(path);
          await symlink('/nonexistent', path);
        },
      },
      {
        name: 'a link to itself in place of the log',
        make: async (path) => {
          await rm(path);
          await symlink(path, path);
        },
      },
      {
        name: 'a device in place of the log',
        make: async (path) => {
          await rm(path);
          await symlink('/dev/zero', path);
        },
      },
      { name: 'a link to the folder above', make: (path) => symlink('..', `${path}-loop`) },
    ],
    async ({ make }) => {
      await make(victim());
      try {
        const ended = await start([...world.args, '--format', 'json'], { nobody: true }).ended;
        await judge({ code: ended.code as never, out: ended.out, err: ended.err }, clean);
      } finally {
        await rm(victim(), { recursive: true, force: true });
        await rm(`${victim()}-loop`, { force: true });
        await writeFile(victim(), OBJECTS.get(VICTIM)!);
      }
    },
  );

  const FILES: ReadonlyMap<string, string> = new Map([
    ['empty', ''],
    ['blank', ' \n'],
    ['no JSON', 'x'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '1e999'],
    ['an object', '{}'],
    ['__proto__', '{"__proto__":{"RoleDetailList":[]}}'],
    ['depth 100,000', '['.repeat(100_000)],
    ['a lone surrogate', '{"RoleDetailList":"\\ud800"}'],
    ['a web page', '<html>'],
    ['a control character', '\u001b[2J'],
  ]);
  const FLAGS: ReadonlyMap<string, (path: string) => readonly string[]> = new Map([
    ['--account', (path) => ['--role', 'app', '--logs', join(world.folder, 'trail'), '--account', path]],
    ['--last-accessed', (path) => [...world.args, '--last-accessed', path]],
    ['--trails', (path) => [...world.args, '--trails', path]],
    ['--config', (path) => [...world.args, '--config', path]],
    ['verify --policy', (path) => ['verify', ...world.args, '--policy', path]],
    ['render', (path) => ['render', path]],
    ['explain', (path) => ['explain', path]],
  ]);
  faultSweep(
    'disk',
    'an input file',
    [...FLAGS.keys()].flatMap((flag) =>
      [...FILES.keys(), 'missing', 'a folder'].map((what) => `${flag} is ${what}`),
    ),
    async (row) => {
      const [flag, what] = row.split(' is ') as [string, string];
      const path = join(place, 'input.json');
      await rm(path, { recursive: true, force: true });
      if (what === 'a folder') await mkdir(path);
      else if (what !== 'missing') await writeFile(path, FILES.get(what)!);
      const ran = await run(FLAGS.get(flag)!(path));
      // `{}` is a config without flags, and a list a list of no records.
      if (ran.code !== 0 || ran.out === '') oneLine({ ...ran, signal: null }, [1, 3, 64]);
      await rm(path, { recursive: true, force: true });
    },
  );
  it('finds the world as it was', async () => {
    expect((await cleanPlan(world)).after).toEqual(clean.after);
  });

  const WHOLE = JSON.stringify(accountDetails());
  faultSweep(
    'disk',
    'the account file cut off after so many bytes',
    Array.from({ length: 60 }, (_, at) => Math.floor((at * WHOLE.length) / 60)),
    async (at) => {
      const path = join(place, 'account.json');
      await writeFile(path, WHOLE.slice(0, at));
      oneLine(
        {
          ...(await run(['--role', 'app', '--logs', join(world.folder, 'trail'), '--account', path])),
          signal: null,
        },
        [64],
      );
    },
  );
});
