/** Signals, kills and two runs at once: the built command, reading from an S3 that is slow. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { run } from '../support/run.ts';
import { type Ended, start } from './cli.ts';
import { type FaultServer, startS3 } from './s3-server.ts';
import { faultTests } from './suite.ts';
import { CANARIES, cleanPlan, noCanary, noCanaryIn, OBJECTS, openWorld, type World } from './world.ts';

let world: World;
let clean: Plan;
let server: FaultServer;
let place: string;
beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
});
afterAll(() => world.close());
beforeEach(async () => {
  server = await startS3(OBJECTS);
  server.secret = CANARIES.secretAccessKey;
  place = await mkdtemp(join(tmpdir(), 'gen-policy-process-'));
});
afterEach(async () => {
  await server.stop();
  await noCanaryIn(place);
  await rm(place, { recursive: true, force: true });
});

const s3 = (out = 'out'): string[] => [
  ...world.account,
  ...['--source', 's3', '--bucket', 'logs', '--endpoint-url', server.url, '--region', 'us-east-1'],
  ...['--store', join(place, 'store'), '--out', join(place, out)],
];
const planIn = async (out = 'out'): Promise<Plan> =>
  JSON.parse(await readFile(join(place, out, 'result.json'), 'utf8'));
const written = async (): Promise<string[]> =>
  (await readdir(place, { recursive: true })).filter((name) => name.startsWith('out'));
/** Resolves at the server's request number `at`. */
const asked = (at: number): Promise<void> =>
  new Promise((resolve) => {
    const before = server.fault;
    server.fault = (one) => {
      if (server.log.length >= at) resolve();
      return before(one);
    };
  });
const slow = (): void => {
  server.fault = ({ kind }) => (kind === 'get' ? { kind: 'drip', every: 20 } : undefined);
};

describe('a signal', () => {
  faultTests(
    'process',
    (['SIGINT', 'SIGTERM'] as const).flatMap((signal) =>
      [1, 3, 5, 7].flatMap((at) =>
        [1, 2].map((times) => ({
          name: `${signal}${times === 2 ? ' twice' : ''} at request ${at}`,
          signal,
          at,
          times,
        })),
      ),
    ),
    async ({ signal, at, times }) => {
      slow();
      const reached = asked(at);
      const { child, ended } = start(s3());
      await Promise.race([reached, ended]);
      const sent = Date.now();
      for (let time = 0; time < times; time++) child.kill(signal);
      const { code, err, signal: killedBy } = await ended;
      expect(Date.now() - sent).toBeLessThan(15_000);
      expect([code ?? killedBy, err]).toEqual([expect.anything(), expect.not.stringMatching(/\n\s+at |bug/)]);
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(await written()).toEqual([]);
    },
  );
});

describe('a kill', () => {
  faultTests(
    'process',
    [1, 2, 4, 6, 8].map((at) => ({ name: `SIGKILL at request ${at}, then again`, at })),
    async ({ at }) => {
      slow();
      const reached = asked(at);
      const { child, ended } = start(s3());
      await Promise.race([reached, ended]);
      child.kill('SIGKILL');
      await ended;
      server.fault = () => undefined;
      const again = await start(s3()).ended;
      expect([again.code, (await planIn()).after]).toEqual([0, clean.after]);
      expect((await written()).filter((name) => name.endsWith('.partial'))).toEqual([]);
    },
  );
});

describe('two at once', () => {
  const both = (one: Promise<Ended>, other: Promise<Ended>) => Promise.all([one, other]);
  faultTests('process', [{ name: 'one cache and one folder' }], async () => {
    const ends = await both(start(s3()).ended, start(s3()).ended);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect((await planIn()).after).toEqual(clean.after);
    const third = await start(s3('out-3')).ended;
    expect([third.code, (await planIn('out-3')).after]).toEqual([0, clean.after]);
    expect(third.err).toContain('3 objects were known from an earlier run');
  });
  faultTests('process', [{ name: 'one of them killed' }], async () => {
    slow();
    const first = start(s3('out-1'));
    const second = start(s3('out-2'));
    await asked(4);
    first.child.kill('SIGKILL');
    const [, { code }] = await both(first.ended, second.ended);
    expect([code, (await planIn('out-2')).after]).toEqual([0, clean.after]);
  });
});

describe('the streams', () => {
  faultTests(
    'process',
    [
      { name: 'a reader that goes away', shell: '"$@" | head -c 10', code: 0 },
      { name: 'stdout closed', shell: '"$@" >&-', code: undefined },
      { name: 'stderr closed', shell: '"$@" 2>&-', code: 0 },
      { name: 'stderr full', shell: '"$@" 2>/dev/full', code: 0 },
      { name: 'few file descriptors', shell: 'ulimit -n 40; "$@"', code: undefined },
      { name: 'little memory for the stack', shell: 'ulimit -s 1024; "$@"', code: 0 },
    ],
    async ({ shell, code }) => {
      const ended = await start([...world.args, '--format', 'json'], { shell }).ended;
      noCanary(ended.out + ended.err);
      expect(ended.err).not.toMatch(/\n\s+at |bug/);
      if (code !== undefined) expect(ended.code).toBe(code);
    },
  );
});

describe('credentials', () => {
  faultTests(
    'process',
    [
      { name: 'none at all', env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } },
      {
        name: 'a config file that is none',
        env: {
          AWS_ACCESS_KEY_ID: '',
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        },
      },
      { name: 'a profile that does not exist', env: { AWS_PROFILE: 'nobody', AWS_ACCESS_KEY_ID: '' } },
      {
        name: 'a secret with a line break',
        env: { AWS_SECRET_ACCESS_KEY: `${CANARIES.secretAccessKey}\nx` },
      },
      { name: 'a token with a line break', env: { AWS_SESSION_TOKEN: `${CANARIES.sessionToken}\r\nx: y` } },
      { name: 'a wrong secret', env: { AWS_SECRET_ACCESS_KEY: `${CANARIES.secretAccessKey}0` } },
      {
        name: 'a role that cannot be assumed',
        env: {},
        more: ['--role-arn', 'arn:aws:iam::111122223333:role/none'],
      },
    ],
    async ({ env, more = [] }: { env: Record<string, string>; more?: readonly string[] }) => {
      const ended = await start([...s3(), ...more], { env }).ended;
      noCanary(ended.out + ended.err);
      expect([1, 3, 4]).toContain(ended.code);
      expect(ended.err.trim().split('\n')).toHaveLength(1);
      expect(await written()).toEqual([]);
    },
  );
  faultTests('process', [{ name: 'a canary in the config file' }], async () => {
    const path = join(place, 'config.json');
    await writeFile(path, JSON.stringify({ days: CANARIES.secretAccessKey.slice(0, 4) }));
    const ran = await run([
      ...world.args.filter((one) => !/^(--from|--to|2026-)/.test(one)),
      '--config',
      path,
    ]);
    expect([ran.code, ran.err.trim().split('\n')]).toEqual([64, [expect.stringContaining('--days')]]);
  });
});
