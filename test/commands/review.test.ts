/** `gen-policy review` on the samples: the same plans as single runs, an index that ranks them, and honest exit codes. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import type { Review } from '../../src/plan/review/review.ts';
import { run } from '../support/run.ts';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const SOURCE = ['--source', 'dir', '--logs', `${samples}trail`, '--end', '2026-08-29', '--quiet'];
const ACCOUNT = ['--account', `${samples}account.json`, '--trails', `${samples}trails.json`];
/** Three of the five: the policies of ci-deployer take seconds to plan. */
const QUICK = ['--match', '*e*r*i*'];
const NOTHING = { added: [], fixed: [], kept: [], worse: [], expired: [] };
const folder = (): string => mkdtempSync(join(tmpdir(), 'gen-policy-review-'));
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const json = async (...args: string[]): Promise<Review> => {
  const ran = await run(['review', ...SOURCE, ...args, '--format', 'json']);
  expect(ran.err).toBe('');
  return JSON.parse(ran.out) as Review;
};

it('gives every principal the plan of a single run, and a page for each row', async () => {
  const out = folder();
  expect(await run(['review', ...SOURCE, ...ACCOUNT, '--out', out])).toMatchObject({ code: 0, err: '' });
  const index = JSON.parse(read(out, 'index.json')) as Review;
  expect(index.principals).toHaveLength(5);
  for (const row of index.principals) {
    const single = await run(['--principal', row.arn, ...SOURCE, ...ACCOUNT, '--format', 'json']);
    expect(read(out, row.folder!, 'result.json')).toBe(single.out);
    expect(existsSync(join(out, row.folder!, 'report.html'))).toBe(true);
  }
}, 60_000);

it('ranks by what can be cut', async () => {
  const { principals } = await json(...ACCOUNT);
  const scores = principals.map((row) => row.score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(principals[0]).toMatchObject({
    name: 'ci-deployer',
    risks: expect.arrayContaining(['privilege-escalation']),
  });
  expect(principals.at(-1)).toMatchObject({ name: 'mara.lindqvist', score: 0 });
});

it('writes the same bytes twice, whatever is printed', async () => {
  const [one, two] = [folder(), folder()];
  await run(['review', ...SOURCE, ...ACCOUNT, '--out', one, '--pages', 'json', ...QUICK]);
  await run(['review', ...SOURCE, ...ACCOUNT, '--out', two, '--pages', 'json', '--format', 'csv', ...QUICK]);
  const names = readdirSync(one, { recursive: true, encoding: 'utf8' }).sort();
  expect(readdirSync(two, { recursive: true, encoding: 'utf8' }).sort()).toEqual(names);
  for (const name of names.filter((one) => /\.(json|csv|html)$/.test(one)))
    expect(read(two, name)).toBe(read(one, name));
}, 60_000);

it('takes only names that match, without regard to case', async () => {
  const { principals } = await json(...ACCOUNT, '--match', '*-SERVICE');
  expect(principals.map((row) => row.name)).toEqual(['order-service']);
});

it('reviews the principals of the logs where no account is given', async () => {
  const { principals, accounts } = await json();
  expect(accounts).toEqual([]);
  expect(principals.length).toBeGreaterThan(2);
  expect(principals.every((row) => row.actions.before === undefined && row.score === 0)).toBe(true);
});

interface Details {
  RoleDetailList: { RoleName: string; Path: string; Arn: string; AttachedManagedPolicies: unknown[] }[];
  UserDetailList: unknown[];
}
/** The sample account after a change, as a file. */
function changed(change: (account: Details) => void): string[] {
  const account = JSON.parse(read(samples, 'account.json')) as Details;
  change(account);
  const path = join(folder(), 'account.json');
  writeFileSync(path, JSON.stringify(account));
  return ['--account', path, '--trails', `${samples}trails.json`];
}

it('names who is in the logs and not in the account', async () => {
  const { missing, principals } = await json(
    ...changed((one) => {
      one.RoleDetailList = one.RoleDetailList.filter((role) => role.RoleName !== 'order-service');
    }),
    ...QUICK,
  );
  expect(missing).toEqual([expect.stringContaining('order-service')]);
  expect(principals.map((row) => row.name)).not.toContain('order-service');
});

it('goes on past a principal whose policies are unknown, and says so with exit code 3', async () => {
  const account = changed((one) => {
    const role = one.RoleDetailList.find((role) => role.RoleName === 'security-auditor');
    role!.AttachedManagedPolicies = [
      { PolicyName: 'Gone', PolicyArn: 'arn:aws:iam::111122223333:policy/Gone' },
    ];
  });
  const ran = await run(['review', ...SOURCE, ...account, ...QUICK, '--format', 'json']);
  const { principals } = JSON.parse(ran.out) as Review;
  expect(ran.code).toBe(3);
  expect(principals.filter((row) => row.state === 'failed')).toMatchObject([
    { name: 'security-auditor', note: expect.stringContaining('policy/Gone') },
  ]);
  expect(principals.filter((row) => row.state === 'planned')).toHaveLength(2);
});

it('reviews two accounts in one pass, and names what is in neither', async () => {
  const path = join(folder(), 'other.json');
  writeFileSync(path, read(samples, 'account.json').replaceAll('111122223333', '444455556666'));
  const out = folder();
  const { accounts, principals, checks, foreign } = await json(
    ...ACCOUNT,
    '--account',
    path,
    '--out',
    out,
    '--pages',
    'json',
    ...QUICK,
  );
  expect(accounts).toEqual([
    { accountId: '111122223333', state: 'read' },
    { accountId: '444455556666', state: 'read' },
  ]);
  expect(principals.filter((row) => row.accountId === '444455556666')).toHaveLength(3);
  expect(principals.filter((row) => row.accountId === '444455556666' && row.calls > 0)).toEqual([]);
  expect(foreign).toEqual([]);
  for (const id of ['111122223333', '444455556666'])
    expect(checks.some((one) => one.subject.includes(id))).toBe(true);
  // Each account's plans are those of a review of that account alone.
  const alone = folder();
  await run(['review', ...SOURCE, ...ACCOUNT, '--out', alone, '--pages', 'json', ...QUICK]);
  for (const row of principals.filter((one) => one.accountId === '111122223333'))
    expect(read(out, row.folder!, 'result.json')).toBe(read(alone, row.folder!, 'result.json'));
}, 60_000);

it('lists and does not judge what AWS owns', async () => {
  const { principals } = await json(
    ...changed((one) => {
      const role = one.RoleDetailList.find((role) => role.RoleName === 'legacy-reporting')!;
      role.Path = '/aws-service-role/reports.amazonaws.com/';
      role.Arn = 'arn:aws:iam::111122223333:role/aws-service-role/reports.amazonaws.com/legacy-reporting';
    }),
    ...QUICK,
  );
  expect(principals.find((row) => row.name === 'legacy-reporting')).toMatchObject({
    state: 'not-ours',
    score: 0,
  });
});

it('stops CI on a gate, naming the principals', async () => {
  const ran = await run(['review', ...SOURCE, ...ACCOUNT, '--match', 'ci-*', '--fail-on', 'severity>=high']);
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('role-ci-deployer: `severity>=high`');
});

it('checks best practices with the credential report, and fails CI on one check', async () => {
  const path = join(folder(), 'report.csv');
  const header =
    'user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active';
  const root = '<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,N/A';
  writeFileSync(path, `${header}\n${root},false,false,N/A,N/A,false\n`);
  const more = [...ACCOUNT, '--credential-report', path, '--match', 'security-auditor'];
  const { checks } = await json(...more);
  expect(checks.find((one) => one.subject.endsWith(':root'))?.check).toBe('root-without-mfa');
  expect(checks.map((one) => one.check)).toContain('service-wildcard');
  const less = await json(...more, '--skip-checks', 'root-without-mfa,service-wildcard:security-*');
  expect(less.checks.map((one) => one.check)).not.toContain('root-without-mfa');
  expect(less.checks.map((one) => one.check)).not.toContain('service-wildcard');
  const gate = await run(['review', ...SOURCE, ...more, '--fail-on', 'root-without-mfa']);
  expect(gate.code).toBe(2);
  expect(gate.err).toContain('checks: `root-without-mfa`: 1 finding');
});

it('two reviews with a decision in between show exactly what changed', async () => {
  const [first, second] = [folder(), folder()];
  const one = ['--match', 'security-auditor'];
  await run(['review', ...SOURCE, ...ACCOUNT, ...one, '--out', first]);
  const path = join(first, '111122223333/role-security-auditor');
  const csv = read(path, 'findings.csv');
  const plan = JSON.parse(read(path, 'result.json')) as Plan;
  const kept = plan.findings.find((finding) => finding.kind === 'remove-service')!;
  const decided = csv
    .split('\r\n')
    .map((line) =>
      line.includes(kept.id)
        ? line.replace(/("",){4}""$/, '"Ana","keep","asked for by audit","2026-08-30",""')
        : line,
    )
    .join('\r\n');
  expect(decided).not.toBe(csv);
  writeFileSync(join(path, 'findings.csv'), decided);
  const again = [...one, '--previous', first, '--decisions', first, '--out', second];
  const { changes } = await json(...ACCOUNT, ...again);
  const [changed] = changes!.principals;
  expect(changes).toMatchObject({ arrived: [], gone: [], checks: { ...NOTHING } });
  expect(changes!.principals).toHaveLength(1);
  // Somebody decided to keep it: that fixes nothing.
  expect(changed).toMatchObject({ ...NOTHING, kept: [kept.id] });
  const rows = JSON.parse(read(second, '111122223333/role-security-auditor/result.json')) as Plan;
  expect(rows.findings.some((finding) => finding.reason.includes('asked for by audit'))).toBe(true);
  // Nothing changes where nothing did.
  const calm = await json(...ACCOUNT, ...one, '--previous', second, '--decisions', first);
  expect(calm.changes).toMatchObject({ principals: [], arrived: [], gone: [] });
});

it('a decision that ran out is named, and what it kept is not called fixed', async () => {
  const first = folder();
  const one = ['--match', 'security-auditor', '--pages', 'json,csv'];
  await run(['review', ...SOURCE, ...ACCOUNT, ...one, '--out', first]);
  const path = join(first, '111122223333/role-security-auditor');
  const plan = JSON.parse(read(path, 'result.json')) as Plan;
  const kept = plan.findings.find((finding) => finding.kind === 'remove-service')!;
  const decide = (day: string): string => {
    const file = join(folder(), 'decided.csv');
    const lines = read(path, 'findings.csv').split('\r\n');
    const row = (line: string): string =>
      line.includes(kept.id)
        ? line.replace(/("",){4}""$/, `"Ana","keep","audit","2026-05-01","${day}"`)
        : line;
    writeFileSync(file, lines.map(row).join('\r\n'));
    return file;
  };
  const valid = folder();
  await run(['review', ...SOURCE, ...ACCOUNT, ...one, '--decisions', decide('2026-08-30'), '--out', valid]);
  const expired = ['--previous', valid, '--decisions', decide('2026-08-01')];
  const { changes } = await json(...ACCOUNT, ...one, ...expired);
  expect(changes!.principals).toHaveLength(1);
  const [changed] = changes!.principals;
  expect(changed).toMatchObject({ ...NOTHING, added: [kept.id], expired: expect.any(Array) });
  expect(changed!.expired).toHaveLength(kept.actions.length);
  for (const id of changed!.expired) expect(id).toMatch(/^expired-rule:/);
});

it('what was not judged again is not called fixed', async () => {
  const first = folder();
  const one = ['--match', 'security-auditor'];
  await run(['review', ...SOURCE, ...ACCOUNT, ...one, '--out', first, '--pages', 'json']);
  const { changes } = await json(
    ...ACCOUNT,
    ...one,
    '--previous',
    first,
    '--skip-checks',
    'service-wildcard',
  );
  expect(changes!.checks).toEqual(NOTHING);
  const other = await run(['review', ...SOURCE, ...ACCOUNT, '--previous', first]);
  expect(other.code).toBe(64);
  expect(other.err).toContain('compare reviews of the same principals');
});

it.each([
  [['--match', 'nobody'], 64, 'no role or user of account `111122223333` matches'],
  [['--fail-on', 'unusd'], 64, '`--fail-on unusd` is not known'],
  [['--pages', 'pdf'], 64, '`--format pdf` is not known'],
  [['--last-accessed', 'x.json'], 64, '`--last-accessed` is the report on one principal'],
  [['--previous', 'none'], 64, '`--previous none` has no `index.json`'],
  [['--decisions', 'none.csv'], 64, '`--decisions none.csv` does not exist'],
  [['--skip-checks', 'mfa'], 64, '`mfa` in `--skip-checks` is no check'],
  [['--credential-report', 'none.csv'], 64, '`--credential-report none.csv` cannot be read (ENOENT)'],
  [['--org-role', 'arn:aws:iam::111122223333:role/a'], 64, 'is no role name'],
  [['--account', `${samples}account.json`, '--account', `${samples}account.json`], 64, 'is given twice'],
  [['--account', 'none', '--account', `${samples}account.json`], 64, '`--account none` stands alone'],
] as const)('refuses %j', async (args, code, message) => {
  const account = args[0] === '--account' ? [] : ACCOUNT;
  const ran = await run(['review', ...SOURCE, ...account, ...args]);
  expect(ran.code).toBe(code);
  expect(ran.err).toContain(message);
});
