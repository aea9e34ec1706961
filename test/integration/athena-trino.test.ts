/** The same plan from the distributed engine: our SQL, unchanged, on a real Trino behind the real SDK. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AthenaServer, startAthena } from '../support/athena.ts';
import { run } from '../support/run.ts';
import { startTrino, type Trino } from './support/trino.ts';
import { type Delivered, deliveredIn, loadTrail } from './support/trino-load.ts';

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
interface Result {
  readonly evidence: {
    readonly accounting: unknown;
    readonly complete: boolean;
    readonly statement: unknown;
    readonly coverage: { readonly gaps: readonly { readonly reason: string; readonly region?: string }[] };
  };
  readonly findings: readonly { readonly kind: string }[];
}
/** What must agree: everything but where it came from and how many objects that was. */
function comparable(result: Result) {
  const { evidence, ...rest } = result;
  const { gaps, ...coverage } = evidence.coverage as unknown as Record<string, unknown>;
  const { cells, ...seen } = coverage;
  return { ...rest, accounting: evidence.accounting, complete: evidence.complete, gaps, seen };
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
      if (!loaded.has(one.name))
        expect(await loadTrail(trino, one.name, ddl, deliveredIn(one.root))).toBeGreaterThan(100);
      loaded.add(one.name);
      const id = `${one.name}-${one.flags[1]}`;
      const folder = await plan(`${id}-dir`, [...one.flags, '--source', 'dir', '--logs', one.root]);
      const engine = await plan(`${id}-athena`, [...one.flags, ...athenaFlags(one.name)]);
      expect(comparable(engine)).toEqual(comparable(folder));
    },
    600_000,
  );

  it('reviews everybody as from the folder', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    const trails = [
      '--account',
      join(ROOT, 'samples/account.json'),
      '--trails',
      join(ROOT, 'samples/trails.json'),
    ];
    const review = async (name: string, flags: readonly string[]) => {
      const folder = join(out, name);
      const argv = [
        'review',
        ...trails,
        '--end',
        '2026-08-29',
        '--days',
        '90',
        '--out',
        folder,
        '--quiet',
        ...flags,
      ];
      const ran = await run([...argv, '--allow-incomplete', '--pages', 'json']);
      expect(ran).toMatchObject({ code: 0, err: '' });
      const { source, ...rest } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
      const plans = rest.principals.map((row: { folder?: string }) =>
        row.folder === undefined
          ? undefined
          : comparable(JSON.parse(readFileSync(join(folder, row.folder, 'result.json'), 'utf8'))),
      );
      return { rest, plans, records: source.records };
    };
    const folder = await review('review-dir', ['--logs', join(ROOT, 'samples/trail')]);
    const engine = await review('review-athena', athenaFlags('samples'));
    expect(folder.rest.principals.length).toBeGreaterThan(3);
    expect(engine.records).toBe(folder.records);
    expect(engine.rest).toEqual(folder.rest);
    for (const [index, one] of folder.plans.entries()) expect(engine.plans[index]).toEqual(one);
  }, 600_000);

  it('takes missing partitions for gaps, not for disuse', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    const root = join(ROOT, 'samples/trail');
    const lost = ({ region, day }: Delivered): boolean =>
      (region === 'eu-west-1' && day === '2026-07-10') || (region === 'us-east-1' && day > '2026-08-01');
    const rest = [...deliveredIn(root)].filter((one) => !lost(one));
    expect(await loadTrail(trino, 'holes', ddl, rest)).toBeGreaterThan(100);
    const folder = join(out, 'holes');
    const argv = ['--role', 'order-service', ...samples, ...athenaFlags('holes'), '--out', folder, '--quiet'];
    const ran = await run(argv);
    expect(ran).toMatchObject({ code: 3, err: '' });
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Result;
    const whole = await plan('whole', ['--role', 'order-service', ...samples, ...athenaFlags('samples')]);
    const removals = ({ findings }: Result) => findings.filter(({ kind }) => kind.startsWith('remove-'));
    expect(removals(whole).length).toBeGreaterThan(0);
    expect(removals(result)).toEqual([]);
    expect(result.evidence.complete).toBe(false);
    expect(result.evidence.coverage.gaps.map(({ reason, region }) => `${reason} ${region}`)).toEqual([
      'day-missing eu-west-1',
      'day-missing us-east-1',
    ]);
  }, 600_000);

  it('does not take an empty table for disuse either', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    await loadTrail(trino, 'nothing', ddl, []);
    const ran = await run([
      '--role',
      'order-service',
      ...samples,
      ...athenaFlags('nothing'),
      '--allow-incomplete',
    ]);
    expect(ran.code).toBe(3);
    expect(ran.out).toBe('');
    expect(ran.err).toMatch(/found no record .* partitions reach it/);
  }, 120_000);

  it('lets the engine see days and account as limits of what it opens', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    await run([
      '--role',
      'order-service',
      ...samples,
      ...athenaFlags('samples'),
      '--allow-incomplete',
      '--quiet',
    ]);
    const asked = athena.inputs.filter((input) => 'QueryString' in input).slice(-2);
    expect(asked).toHaveLength(2);
    for (const { QueryString: sql, ExecutionParameters: given } of asked as never as {
      QueryString: string;
      ExecutionParameters: string[];
    }[]) {
      // EXPLAIN takes no parameters: each `?` that stands outside a text becomes its value.
      const values = [...given];
      const filled = sql
        .replace(/^\s*--.*$/gm, '')
        .replace(/'(?:[^']|'')*'|\?/g, (one) => (one === '?' ? values.shift()! : one));
      const { rows } = await trino.query(`EXPLAIN (TYPE IO, FORMAT JSON) ${filled}`);
      const { inputTableColumnInfos: tables } = JSON.parse(String(rows[0]![0]));
      const limits = JSON.stringify(tables[0].constraint.columnConstraints);
      expect(limits).toContain('"columnName":"day"');
      expect(limits).toContain('"columnName":"account"');
      // 90 days up to 2026-08-29, and one more day for what was delivered late.
      expect(limits).toMatch(/2026\/06\/01.*2026\/08\/30/);
      expect(limits).toContain('111122223333');
    }
  }, 120_000);

  it.each(["x'; DROP TABLE samples; --", "x' OR '1'='1", "'||(SELECT max(eventid) FROM samples)||'", 'x?'])(
    'finds nobody called %j, and the table still stands',
    async (name) => {
      if (!trino) return console.warn('SKIPPED: trino cannot be had here');
      const argv = [
        '--principal',
        `arn:aws:iam::111122223333:role/${name}`,
        '--account',
        'none',
        '--end',
        '2026-08-29',
      ];
      const ran = await run([...argv, ...athenaFlags('samples'), '--quiet']);
      expect(ran).toMatchObject({ code: 3, out: '' });
      expect(ran.err).toMatch(/^gen-policy: no record of role/);
      const { rows } = await trino.query('SELECT count(*) FROM samples');
      expect(Number(rows[0]![0])).toBeGreaterThan(100);
    },
    120_000,
  );

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
