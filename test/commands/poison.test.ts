/** A poisoned trail: whatever an attacker's calls look like, the policy stays inside the old one and the story is flagged. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { contains } from '../../src/policy/contain.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { readCases } from '../support/cases.ts';
import { run } from '../support/run.ts';
import { type Call, storyArgs, writeStory } from '../support/story.ts';

interface Story {
  readonly name: string;
  readonly attack: readonly Call[];
  readonly old?: readonly object[];
  readonly flagged: readonly (
    | { readonly kind: string; readonly subject: string }
    | { readonly bucket: string; readonly count: number }
  )[];
  readonly incomplete?: boolean;
  readonly notAllowed: readonly (readonly [action: string, resource: string])[];
}

/** The old policy stops none of the attacks, so that only the evidence does. */
const WIDE = [
  {
    Effect: 'Allow',
    Action: ['dynamodb', 'ec2', 'iam', 'kms', 'lambda', 's3', 'secretsmanager', 'sqs', 'sts'].map(
      (one) => `${one}:*`,
    ),
    Resource: '*',
  },
];
const ROUTINE_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a0a0a0a-1111-2222-3333-444444444444';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-poison-'));
});
afterEach(() => rm(folder, { recursive: true }));

const policyOf = (document: unknown) => {
  const read = parsePolicy(document);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.policy;
};
async function planOf(args: readonly string[]): Promise<Plan> {
  const ran = await run([...args, '--format', 'json', '--allow-incomplete']);
  expect([ran.code, ran.err]).toEqual([0, expect.not.stringContaining('bug')]);
  return JSON.parse(ran.out);
}
const allows = (plan: Plan, action: string, resource: string): boolean =>
  evaluate(
    { identity: plan.after.policies.map((one) => policyOf(one.document)) },
    { action, resource, context: new Map() },
  ).decision === 'allowed';

const ATTACK = readCases<Story>('poison')[0]!.cases[0]!.attack;
const actionsOf = (plan: Plan): readonly string[] =>
  plan.findings.filter(({ kind }) => kind === 'suspicious-use').map(({ subject }) => subject);
const DAY_57 = '2026-06-27';

describe('what a person leaves out', () => {
  beforeEach(() => writeStory(folder, ATTACK, WIDE));
  const excluded = (plan: Plan): number => plan.evidence.accounting.buckets.excluded;

  it.each([
    ['a session', ['--exclude-session', 'evil'], 1],
    ['a session of one role', ['--exclude-session', 'arn:aws:sts::111122223333:assumed-role/app/evil'], 1],
    ['a day', ['--exclude-window', `${DAY_57}/${DAY_57}`], 6],
    ['some minutes', ['--exclude-window', `${DAY_57}T00:30:00Z/${DAY_57}T23:00:00Z`], 6],
    [
      'days and sessions',
      [
        '--exclude-window',
        '2026-05-01/2026-05-02',
        '--exclude-session',
        'evil',
        '--exclude-window',
        '2026-05-10/2026-05-10',
      ],
      16,
    ],
  ])('%s', async (_, flags, count) => {
    const ran = await run([...storyArgs(folder), ...flags, '--format', 'json']);
    const plan: Plan = JSON.parse(ran.out);
    expect(excluded(plan)).toBe(count);
    expect(actionsOf(plan)).toEqual([]);
    expect(allows(plan, 'iam:AttachRolePolicy', 'arn:aws:iam::111122223333:role/app')).toBe(false);
    expect(allows(plan, 'kms:Decrypt', ROUTINE_KEY)).toBe(true);
    expect(plan.evidence.statement).toContain(
      count === 1 ? '1 record was left out as asked' : `${count} records were left out as asked`,
    );
    const settings = plan.settings
      .filter(([name]) => name.startsWith('exclude-'))
      .flatMap(([name, value]) => [`--${name}`, value]);
    expect(settings.sort()).toEqual([...flags].sort());
    expect(ran.err).toContain(' left out for `--exclude-');
    const buckets = Object.values(plan.evidence.accounting.buckets).reduce((sum, one) => sum + one, 0);
    expect(buckets).toBe(plan.evidence.accounting.records);
  });

  it('is left out of a review as well', async () => {
    const [, , ...rest] = storyArgs(folder);
    const out = join(folder, 'review');
    const ran = await run(['review', ...rest, '--exclude-session', 'evil', '--out', out]);
    expect(ran.err).toContain('1 records left out for `--exclude-session evil`');
    const [result] = (await readdir(out, { recursive: true })).filter((file) => file.endsWith('result.json'));
    const plan: Plan = JSON.parse(await readFile(join(out, result!), 'utf8'));
    expect([excluded(plan), actionsOf(plan)]).toEqual([1, []]);
  });

  it('is not needed by a policy that verify looks at', async () => {
    const path = join(folder, 'policy.json');
    const without = await run([...storyArgs(folder), '--exclude-session', 'evil', '--format', 'policy']);
    await writeFile(path, without.out);
    const verify = ['verify', ...storyArgs(folder), '--policy', path];
    expect((await run(verify)).code).toBe(2);
    expect((await run([...verify, '--exclude-session', 'evil'])).code).toBe(0);
  });

  it('grants nothing that was seen on too few days', async () => {
    const plan = await planOf([...storyArgs(folder), '--min-days-seen', '2']);
    expect(actionsOf(plan)).toEqual(['iam:AttachRolePolicy']);
    expect(allows(plan, 'iam:AttachRolePolicy', 'arn:aws:iam::111122223333:role/app')).toBe(false);
    expect(plan.settings).toContainEqual(['min-days-seen', '2']);
  });

  it('says when an exclusion met nothing', async () => {
    const ran = await run([...storyArgs(folder), '--exclude-session', 'evill']);
    expect(ran.err).toContain('`--exclude-session evill` met no record: nothing was left out for it');
  });

  it.each([
    ['--exclude-window', '2026-05-02', /is not FROM\/TO/],
    ['--exclude-window', '2026-05-02/yesterday', /is no date/],
    ['--exclude-window', '2026-05-02/2026-05-01', /ends before it begins/],
    ['--exclude-window', '2025-05-02/2025-05-03', /lies outside the window/],
    ['--exclude-session', 'a b', /is no session/],
    ['--exclude-session', '', /is no session/],
  ])('refuses %s %s', async (flag, value, message) => {
    const ran = await run([...storyArgs(folder), flag, value]);
    expect([ran.code, ran.out]).toEqual([64, '']);
    expect(ran.err).toMatch(message);
    expect(ran.err.trim().split('\n')).toHaveLength(1);
  });

  it('is refused in one line where the source hands over sums', async () => {
    const ran = await run([
      '--role',
      'app',
      '--source',
      'athena',
      '--table',
      't',
      '--exclude-session',
      'evil',
    ]);
    expect([ran.code, ran.out]).toEqual([64, '']);
    expect(ran.err).toMatch(
      /^gen-policy: `--exclude-window` and `--exclude-session` need single records.*\n$/,
    );
  });

  it('takes the last of a flag that is given twice, and all of one that repeats', async () => {
    const plan = await planOf([...storyArgs(folder), '--min-days-seen', '9', '--min-days-seen', '2']);
    expect(plan.settings).toContainEqual(['min-days-seen', '2']);
  });
});

describe('a poisoned trail', () => {
  it.each(
    readCases<Story>('poison').flatMap(({ cases }) => cases.map((story) => [story.name, story] as const)),
  )('%s', async (_, { attack, old = WIDE, flagged, incomplete = false, notAllowed }) => {
    await writeStory(folder, attack, old);
    const plan = await planOf(storyArgs(folder));
    const before = [policyOf({ Version: '2012-10-17', Statement: old })];
    const after = plan.after.policies.map((one) => policyOf(one.document));
    expect(contains(before, after, await loadCatalogue()).verdict).toBe('proven');
    for (const [action, resource] of notAllowed)
      expect([action, resource, allows(plan, action, resource)]).toEqual([action, resource, false]);
    for (const one of flagged)
      if ('bucket' in one)
        expect(plan.evidence.accounting.buckets).toMatchObject({ [one.bucket]: one.count });
      else
        expect(plan.findings.filter(({ kind }) => kind === one.kind).map(({ subject }) => subject)).toContain(
          one.subject,
        );
    expect(plan.evidence.complete).toBe(!incomplete);
    // The routine is not lost over it.
    expect(allows(plan, 'dynamodb:PutItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders')).toBe(
      true,
    );
  });
});
