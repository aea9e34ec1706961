/** The same plan from the distributed engine: our SQL, unchanged, on a real Trino behind the real SDK. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';
import { type AthenaServer, startAthena } from './support/athena.ts';
import { startTrino, type Trino } from './support/trino.ts';
import { loadTrail } from './support/trino-load.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const SHARED = process.env.GEN_POLICY_SHARED ?? join(ROOT, '..', 'shared');
const ddl = readFileSync(join(ROOT, 'queries/create-table.sql'), 'utf8');
const REAL = existsSync(join(SHARED, 'logs'));

let trino: Trino | undefined;
let athena: AthenaServer;
let out: string;
beforeAll(async () => {
  trino = await startTrino();
  if (!trino) return;
  athena = await startAthena(trino);
  out = await mkdtemp(join(tmpdir(), 'gen-policy-athena-'));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  });
}, 1_200_000);
afterAll(async () => {
  await athena?.stop();
  await trino?.stop();
  if (out) await rm(out, { recursive: true });
}, 60_000);

const athenaFlags = (table: string) => [
  '--source',
  'athena',
  '--table',
  table,
  '--database',
  'default',
  '--endpoint-url',
  athena.url,
  '--region',
  'us-east-1',
];
async function plan(name: string, argv: readonly string[]) {
  const folder = join(out, name);
  const ran = await run([...argv, '--out', folder, '--allow-incomplete', '--quiet']);
  expect(ran.err).toBe('');
  expect(ran.code).toBe(0);
  return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
}
/** What must agree: everything but where it came from and how many objects that was. */
function comparable(result: {
  evidence: { accounting: unknown };
  usage: unknown;
  after: unknown;
  heatmap: unknown;
  principal: unknown;
  findings: { kind: string }[];
}) {
  const { usage, after, heatmap, principal, evidence } = result;
  return { usage, after, heatmap, principal, accounting: evidence.accounting };
}

interface Case {
  readonly name: string;
  readonly root: string;
  readonly flags: readonly string[];
  readonly real: boolean;
}
const samples = [
  '--account',
  join(ROOT, 'samples/account.json'),
  '--trails',
  join(ROOT, 'samples/trails.json'),
  '--end',
  '2026-08-29',
  '--days',
  '90',
];
const CASES: readonly Case[] = [
  {
    name: 'samples',
    root: join(ROOT, 'samples/trail'),
    flags: ['--role', 'order-service', ...samples],
    real: false,
  },
  {
    name: 'samples',
    root: join(ROOT, 'samples/trail'),
    flags: ['--role', 'ci-deployer', ...samples],
    real: false,
  },
  {
    name: 'samples',
    root: join(ROOT, 'samples/trail'),
    flags: ['--role', 'security-auditor', ...samples],
    real: false,
  },
  {
    name: 'boogy',
    root: join(SHARED, 'logs/boogy-prod-2024'),
    flags: ['--role', 'sampleuser50', '--account', 'none', '--from', '2024-03-13', '--to', '2024-03-13'],
    real: true,
  },
  {
    name: 'invictus',
    root: join(SHARED, 'logs/invictus-stratus-2023'),
    flags: ['--user', 'bert-jan', '--account', 'none', '--from', '2023-07-10', '--to', '2023-07-10'],
    real: true,
  },
];

describe('athena on a real trino', () => {
  const loaded = new Set<string>();
  it.each(CASES.map((one) => [`${one.name} ${one.flags[1]}`, one] as const))(
    '%s: the same plan as the folder',
    async (_, one) => {
      if (!trino || (one.real && !REAL))
        return console.warn('SKIPPED: trino or the real logs cannot be had here');
      if (!loaded.has(one.name)) expect(await loadTrail(trino, one.name, ddl, one.root)).toBeGreaterThan(100);
      loaded.add(one.name);
      const id = `${one.name}-${one.flags[1]}`;
      const folder = await plan(`${id}-dir`, [...one.flags, '--source', 'dir', '--logs', one.root]);
      const engine = await plan(`${id}-athena`, [...one.flags, ...athenaFlags(one.name)]);
      expect(comparable(engine)).toEqual(comparable(folder));
    },
    600_000,
  );

  const failures: readonly (readonly [string, object, number, RegExp])[] = [
    ['a refused start', { start: 'AccessDeniedException' }, 4, /athena:StartQueryExecution/],
    ['an invalid request', { start: 'InvalidRequestException' }, 64, /athena does not take the query/],
    ['too many queries', { start: 'TooManyRequestsException' }, 1, /too many queries/],
    [
      'a table that is not there',
      { end: { state: 'FAILED', reason: 'TABLE_NOT_FOUND: line 1:1: Table missing' } },
      64,
      /athena init/,
    ],
    [
      'a bucket nobody may read',
      { end: { state: 'FAILED', reason: 'PERMISSION_DENIED: Access Denied (Service: S3)' } },
      4,
      /log bucket/,
    ],
    [
      'an engine failure',
      { end: { state: 'FAILED', reason: 'GENERIC_INTERNAL_ERROR: boom' } },
      1,
      /GENERIC_INTERNAL_ERROR: boom/,
    ],
    ['a time limit', { end: { state: 'FAILED', reason: 'Query timeout' } }, 1, /time limit/],
    [
      'a data limit',
      { end: { state: 'CANCELLED', reason: 'Query cancelled! : Bytes scanned limit was exceeded' } },
      3,
      /data limit/,
    ],
    [
      'a cancelled query',
      { end: { state: 'CANCELLED', reason: 'Query was cancelled by user' } },
      3,
      /cancelled/,
    ],
  ];
  it.each(failures)(
    '%s',
    async (_, fault, code, message) => {
      if (!trino) return console.warn('SKIPPED: trino cannot be had here');
      Object.assign(athena.faults, fault);
      const ran = await run([
        '--role',
        'order-service',
        '--account',
        'none',
        '--end',
        '2026-08-29',
        ...athenaFlags('samples'),
      ]);
      for (const key of Object.keys(fault)) delete athena.faults[key as 'start'];
      expect(ran.err).toMatch(message);
      expect(ran.err.trim().split('\n')).toHaveLength(1);
      expect(ran.code).toBe(code);
      expect(ran.out).toBe('');
    },
    120_000,
  );

  it('cancels the query on a signal', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    athena.faults.hang = true;
    const controller = new AbortController();
    setTimeout(() => controller.abort('SIGINT'), 700);
    const ran = await run(
      ['--role', 'order-service', '--account', 'none', '--end', '2026-08-29', ...athenaFlags('samples')],
      { signal: controller.signal },
    );
    athena.faults.hang = false;
    expect(ran.code).toBe(130);
    expect(athena.calls.at(-1)).toBe('StopQueryExecution');
  }, 60_000);

  it.each(["samples'; DROP TABLE samples; --", 'samples"', 'a.b.c.d', 'samples--', ''])(
    'takes no table name like %j',
    async (table) => {
      if (!trino) return console.warn('SKIPPED: trino cannot be had here');
      const ran = await run([
        '--role',
        'order-service',
        '--account',
        'none',
        '--end',
        '2026-08-29',
        ...athenaFlags(table),
      ]);
      expect(ran.code).toBe(64);
    },
  );
});
