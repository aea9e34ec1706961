/** Bad input: one clear line, the right exit code, nothing half-written; good records beside a bad file still count. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-cli-'));
});
afterEach(() => rm(root, { recursive: true }));

const window = ['--end', '2026-08-29', '--days', '90'];
const logs = ['--logs', `${SAMPLES}/trail`];
const account = ['--account', `${SAMPLES}/account.json`];

describe('usage errors: exit 64, one line, before anything is read or written', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no principal', logs, /no principal given/],
    ['two principals', ['--role', 'a', '--user', 'b', ...logs], /name one principal/],
    ['no logs', ['--role', 'order-service'], /no logs given/],
    [
      'a missing folder',
      ['--role', 'order-service', '--logs', '/nowhere/at/all'],
      /`--logs \/nowhere\/at\/all` does not exist/,
    ],
    ['--days 0', ['--role', 'order-service', ...logs, '--days', '0'], /`--days 0`/],
    ['--days abc', ['--role', 'order-service', ...logs, '--days', 'abc'], /`--days abc`/],
    ['--days 1.5', ['--role', 'order-service', ...logs, '--days', '1.5'], /`--days 1.5`/],
    [
      'an empty window',
      ['--role', 'order-service', ...logs, '--from', '2026-06-02', '--to', '2026-06-01'],
      /the window is empty/,
    ],
    [
      'a date that is none',
      ['--role', 'order-service', ...logs, '--from', '2026-02-30'],
      /`--from 2026-02-30` is no date/,
    ],
    ['an unknown flag', ['--role', 'order-service', ...logs, '--dyas', '3'], /dyas/],
    ['an unknown source', ['--role', 'order-service', ...logs, '--source', 'ftp'], /source/],
    ['a role ARN for --user', ['--user', 'arn:aws:iam::111122223333:role/x', ...logs], /use `--role`/],
    ['an ARN of something else', ['--principal', 'arn:aws:s3:::bucket', ...logs], /no role or user ARN/],
    ['an unknown role', ['--role', 'order-servise', ...logs, ...account, ...window], /order-servise/],
    [
      'an account file that is missing',
      ['--role', 'order-service', ...logs, '--account', '/nowhere.json'],
      /does not exist/,
    ],
    [
      'an account file of another kind',
      [
        '--role',
        'order-service',
        ...logs,
        '--account',
        `${SAMPLES}/last-accessed/order-service.json`,
        ...window,
      ],
      /get-account-authorization-details/,
    ],
  ];
  it.each(cases)('%s', async (_, argv, message) => {
    const ran = await run([...argv, '--out', join(root, 'out')]);
    expect(ran.err).toMatch(message);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
    expect(ran.out).toBe('');
    expect(ran.code).toBe(64);
    expect(existsSync(join(root, 'out'))).toBe(false);
  });
});

describe('evidence that is missing: exit 3', () => {
  it('a log without the role and no account to judge it by', async () => {
    const ran = await run(['--role', 'nobody', ...logs, ...window, '--out', join(root, 'out')]);
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/no record of role `nobody` among 2,\d{3} records/);
    expect(existsSync(join(root, 'out'))).toBe(false);
  });

  it('a window without the role', async () => {
    const ran = await run(['--role', 'order-service', ...logs, '--from', '2026-09-01', '--to', '2026-09-02']);
    expect(ran.code).toBe(3);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
  });

  it('an empty folder never removes anything', async () => {
    const ran = await run([
      '--role',
      'order-service',
      '--logs',
      root,
      ...account,
      ...window,
      '--out',
      join(root, 'out'),
    ]);
    expect(ran.code).toBe(3);
    const plan = JSON.parse(await readFile(join(root, 'out', 'result.json'), 'utf8'));
    expect(plan.findings.filter((one: { kind: string }) => /^(remove|detach|narrow)/.test(one.kind))).toEqual(
      [],
    );
    expect(plan.after.actionCount).toBe(plan.before.actionCount);
  });
});

describe('bad files beside good ones', () => {
  /** The samples' trail with one file changed; returns the plan of order-service. */
  async function damaged(change: (bytes: Buffer) => Buffer | string) {
    await cp(`${SAMPLES}/trail`, join(root, 'trail'), { recursive: true });
    const files = (await readdir(join(root, 'trail'), { recursive: true }))
      .filter((name) => /CloudTrail_eu-west-1_.*gz$/.test(name))
      .sort();
    const victim = join(root, 'trail', files[20]!);
    await writeFile(victim, change(await readFile(victim)));
    const ran = await run([
      '--role',
      'order-service',
      '--logs',
      join(root, 'trail'),
      ...account,
      ...window,
      '--out',
      join(root, 'out'),
    ]);
    return { ran, plan: JSON.parse(await readFile(join(root, 'out', 'result.json'), 'utf8')) };
  }
  const cases: readonly (readonly [string, (bytes: Buffer) => Buffer | string, string])[] = [
    ['a truncated gzip file', (bytes) => bytes.subarray(0, bytes.length >> 1), 'truncated'],
    ['a file that is not JSON', () => 'this is no log', 'not-json'],
    ['gzip of something that is not JSON', () => gzipSync('this is no log'), 'not-json'],
    ['an empty file', () => '', 'not-json'],
  ];
  it.each(cases)('%s is a gap; the other files still count', async (_, change, reason) => {
    const { ran, plan } = await damaged(change);
    expect(ran.code).toBe(3);
    expect(plan.evidence.coverage.gaps.map((gap: { reason: string }) => gap.reason)).toContain(reason);
    expect(plan.evidence.accounting.buckets.succeeded).toBeGreaterThan(1000);
    expect(ran.out.split('\n')[0]).toMatch(/incomplete/i);
  });

  it('a malformed record is counted under its reason; its neighbours still count', async () => {
    const { plan } = await damaged((bytes) => {
      const { Records } = JSON.parse(gunzipSync(bytes).toString()) as { Records: { eventTime?: string }[] };
      delete Records[0]!.eventTime;
      return gzipSync(JSON.stringify({ Records }));
    });
    expect(plan.evidence.accounting.reasons).toContainEqual(['malformed', 'missing-field', 1]);
    const sum = Object.values<number>(plan.evidence.accounting.buckets).reduce((a, b) => a + b, 0);
    expect(sum).toBe(plan.evidence.accounting.records);
  });
});
