/** Reviews of samples/estate: who used what, what is split, and what root and other accounts did. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import type { Review } from '../../src/plan/review/review.ts';
import { run } from '../support/run.ts';

const estate = fileURLToPath(new URL('../../samples/estate/', import.meta.url));
const ACCOUNT = '444455556666';
/** Several reviews in one test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });
const fn = (name: string): string => `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${name}`;

async function review(...args: string[]): Promise<{ readonly index: Review; readonly out: string }> {
  const out = mkdtempSync(join(tmpdir(), 'gen-policy-estate-'));
  const source = ['--logs', `${estate}trail`, '--account', `${estate}snapshot`, '--end', '2026-08-29'];
  const ran = await run(['review', ...source, '--days', '30', '--quiet', '--out', out, ...args]);
  expect([ran.code, ran.err]).toEqual([0, '']);
  return { index: JSON.parse(readFileSync(join(out, 'index.json'), 'utf8')) as Review, out };
}

it('shows what each workload of a shared role used, and what it would keep for itself', async () => {
  const { index, out } = await review('--match', 'shared-functions');
  const [row] = index.principals;
  expect(row!.usedBy).toMatchObject({
    unnamed: 0,
    workloads: [
      { workload: fn('invoice-mailer'), members: 1, used: 2, file: 'split-1.json' },
      { workload: fn('stock-sync'), members: 1, used: 2, file: 'split-2.json' },
      { workload: fn('webhook-relay'), members: 1, used: 1, file: 'split-3.json' },
    ],
  });
  const split = (number: number): string =>
    readFileSync(join(out, row!.folder!, `split-${number}.json`), 'utf8');
  expect(split(1)).toContain('arn:aws:s3:::heron-invoices/');
  expect(split(1)).not.toContain('dynamodb:UpdateItem');
  expect(split(2)).toContain('dynamodb:UpdateItem');
  expect(split(2)).not.toContain('heron-invoices');
  // A share may keep no more than the whole role.
  for (const { granted } of row!.usedBy!.workloads) expect(granted).toBeLessThan(row!.actions.after);
  expect(index.checks.filter((one) => one.check === 'shared-role')).toHaveLength(1);
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  for (const name of ['invoice-mailer', 'stock-sync', 'webhook-relay']) expect(page).toContain(fn(name));
  expect(page).toContain('role-shared-functions/split-2.json');
});

it.each([
  ['search-indexer', `EC2 instances in eu-west-1 of ${ACCOUNT}`, 2],
  ['metrics-scraper', 'system:serviceaccount:monitoring:scraper', 1],
  ['checkout-worker', fn('checkout-worker'), 1],
])('knows the one workload of %s', async (name, workload, members) => {
  const { index } = await review('--match', name, '--pages', 'json');
  expect(index.principals[0]!.usedBy!.workloads).toMatchObject([{ workload, members }]);
});

it('knows tasks of a cluster as one, users of Identity Center, root, and the account that assumed a role', async () => {
  const { index } = await review('--match', '*e*-f*', '--pages', 'json');
  const by = (name: string) => index.principals.find((row) => row.name === name)!.usedBy!;
  expect(by('feature-flags').workloads).toMatchObject([
    { workload: 'ECS tasks of cluster heron in eu-west-1', members: 20 },
  ]);
  expect(by('partner-feed').accounts).toEqual([['777788889999', 15]]);
  const found = (check: string) => index.checks.filter((one) => one.check === check);
  expect(found('root-used')).toMatchObject([
    { evidence: expect.stringMatching(/last used 2026-08-12.*; 1 call in the logs.*GetAccountSummary/) },
  ]);
  expect(found('cross-account-use')).toMatchObject([
    { evidence: 'assumed from account 777788889999 15 times, last on 2026-08-28' },
  ]);
  const people = await review('--match', 'AWSReservedSSO_Admin*');
  expect(people.index.principals[0]).toMatchObject({
    state: 'not-ours',
    usedBy: { sessions: ['ana.costa@heron.example', 'lee.park@heron.example'] },
  });
});

it('says who made risky calls', async () => {
  const { index } = await review('--match', 'jonas.berg', '--pages', 'json');
  expect(index.checks.filter((one) => one.check === 'risky-call')).toMatchObject([
    {
      subject: expect.stringContaining('user/jonas.berg'),
      evidence: expect.stringContaining('PutUserPolicy 1 time'),
    },
  ]);
});

it('draws the trend over all reviews it follows, and tells what changed', async () => {
  const source = ['--match', 'checkout-worker', '--pages', 'json,csv'];
  const first = await review(...source);
  const second = await review(...source, '--previous', first.out);
  expect(second.index.history.map((one) => one.to)).toEqual(['2026-08-30T00:00:00.000Z']);
  const early = mkdtempSync(join(tmpdir(), 'gen-policy-estate-'));
  const logs = [
    '--logs',
    `${estate}trail`,
    '--account',
    `${estate}snapshot`,
    '--end',
    '2026-08-19',
    '--days',
    '20',
  ];
  await run(['review', ...logs, ...source, '--quiet', '--out', early]);
  const later = await review(...source, '--previous', early);
  expect(later.index.history.map((one) => one.to)).toEqual([
    '2026-08-20T00:00:00.000Z',
    '2026-08-30T00:00:00.000Z',
  ]);
  const page = readFileSync(join(later.out, 'index.html'), 'utf8');
  expect(page).toContain('<polyline class="line-gone"');
  expect(page).not.toMatch(/<[^>]+ style=/);
});
