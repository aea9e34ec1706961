/** kill -9 at random points, then again: the same result, and only what was under way is fetched twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { trailObjects } from '../support/trail-objects.ts';

const KILLS = 50;
/** As the child reads. */
const CONCURRENCY = 16;
const OBJECTS = trailObjects({
  accounts: ['111122223333', '444455556666'],
  regions: ['eu-west-1', 'us-east-1'],
  days: ['2026-03-01', '2026-03-02', '2026-03-03'],
  objectsPerDay: 200,
  recordsPerObject: 20,
});

interface Result {
  readonly digest: string;
  readonly reused: number;
  readonly objects: number;
}

const folder = mkdtempSync(join(tmpdir(), 'gen-policy-kill-'));
const root = new URL('../../', import.meta.url).pathname;
/** Inside the checkout, where the packages are found. */
const script = join(root, 'dist', `s3-child-${process.pid}.mjs`);
let server: FaultServer;

beforeAll(async () => {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/integration/support/s3-child.ts'],
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  server = await startS3(OBJECTS);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
  rmSync(script, { force: true });
});

function start(store: string): { readonly child: ChildProcess; readonly ended: Promise<Result | undefined> } {
  const child = spawn(process.execPath, [script, server.url, store], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<Result | undefined>((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(JSON.parse(text) as Result);
      else reject(new Error(`the child ended with ${code}`));
    });
  });
  return { child, ended };
}

/** A generator with a seed of its own, so that a failure can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const gets = (): number => server.log.filter((asked) => asked.kind === 'get').length;

it(`gives the same after ${KILLS} kills`, async () => {
  const whole = await start(join(folder, 'whole')).ended;
  expect(whole).toMatchObject({ reused: 0, objects: OBJECTS.length });

  const seed = Number(process.env.SEED ?? 20_261_122);
  const next = random(seed);
  const store = join(folder, 'killed');
  server.log.length = 0;
  let killed = 0;
  for (let run = 0; run < KILLS; run += 1) {
    const before = gets();
    // Even runs die at a random request for an object, odd ones at a random time from their start.
    const at = 1 + Math.floor(next() * 60);
    const { child, ended } = start(store);
    const kill = (): void => void child.kill('SIGKILL');
    const timer = run % 2 === 1 ? setTimeout(kill, next() * 900) : undefined;
    server.fault = ({ kind }) => {
      if (kind === 'get' && run % 2 === 0 && gets() - before >= at) kill();
      return undefined;
    };
    if ((await ended) === undefined) killed += 1;
    clearTimeout(timer);
  }
  server.fault = () => undefined;
  const resumed = await start(store).ended;
  expect({ seed, digest: resumed?.digest }).toEqual({ seed, digest: whole?.digest });
  expect(killed).toBeGreaterThan(KILLS / 2);
  expect(gets()).toBeLessThanOrEqual(OBJECTS.length + killed * CONCURRENCY);
  const again = await start(store).ended;
  expect(again).toEqual({ ...whole, reused: OBJECTS.length });
}, 900_000);

it('gives the same where two runs share a store and one is killed', async () => {
  const store = join(folder, 'shared');
  const [first, second] = [start(store), start(store)];
  setTimeout(() => first.child.kill('SIGKILL'), 700);
  await first.ended;
  const whole = await start(join(folder, 'whole')).ended;
  expect((await second.ended)?.digest).toBe(whole?.digest);
  expect(await start(store).ended).toEqual({ ...whole, reused: OBJECTS.length });
}, 300_000);
