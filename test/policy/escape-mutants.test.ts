/**
 * Mutants of the escape of logged names: each must be killed, that is, with it the command either hands out no policy or
 * one that this test sees to be too wide. What judges is loaded before the mutation and stays what it is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { storyArgs, writeStory } from '../support/story.ts';

const BUCKET = 'arn:aws:s3:::orders';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:';
const object = (key: string) => ({
  event: 's3:GetObject',
  request: { bucketName: 'orders', key },
  resources: [{ ARN: `${BUCKET}/${key}`, type: 'AWS::S3::Object' }],
  days: [40],
});
/** Names that were logged, and what a policy must not allow for their sake. */
const ATTACK = [
  object('all/*'),
  object('one/?'),
  {
    ...object('x'),
    event: 'secretsmanager:GetSecretValue',
    resources: [],
    request: { secretId: `${SECRET}\${aws:PrincipalTag/team}-AbCdEf` },
  },
];
const REACHED = [
  ['s3:GetObject', `${BUCKET}/all/payroll.json`],
  ['s3:GetObject', `${BUCKET}/one/2`],
  ['secretsmanager:GetSecretValue', `${SECRET}payroll-AbCdEf`],
] as const;
const CONTEXT = new Map([['aws:principaltag/team', ['payroll']]]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-mutants-'));
  const old = [
    { Effect: 'Allow', Action: ['dynamodb:*', 'kms:*', 's3:*', 'secretsmanager:*'], Resource: '*' },
  ];
  await writeStory(folder, ATTACK, old);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.doUnmock('../../src/policy/pattern.ts');
  vi.resetModules();
});

/** What a policy made with this mutant allows beyond what was used; undefined where the command hands none out. */
async function reachedWith(
  mutant: ((text: string) => string) | undefined,
): Promise<readonly string[] | undefined> {
  vi.resetModules();
  if (mutant)
    vi.doMock('../../src/policy/pattern.ts', async (original) => ({
      ...(await original<typeof import('../../src/policy/pattern.ts')>()),
      escapeLiteral: mutant,
    }));
  const { run } = await import('../support/run.ts');
  const ran = await run([...storyArgs(folder), '--resources', 'exact', '--format', 'json']);
  if (ran.out === '') return undefined;
  const identity = JSON.parse(ran.out).after.policies.map((one: { document: unknown }) => {
    const read = parsePolicy(one.document);
    if (!read.ok) throw new Error('no policy');
    return read.policy;
  });
  return REACHED.filter(
    ([action, resource]) =>
      evaluate({ identity }, { action, resource, context: CONTEXT }).decision === 'allowed',
  ).map(([, resource]) => resource);
}

describe('the escape of logged names', { timeout: 120_000 }, () => {
  it('lets nothing else be reached', async () => {
    expect(await reachedWith(undefined)).toEqual([]);
  });

  it.each<[string, (text: string) => string]>([
    ['no escape at all', (text) => text],
    ['no escape of *', (text) => text.replace(/[?]|\$(?=\{)/g, (char) => `\${${char}}`)],
    ['no escape of ?', (text) => text.replace(/[*]|\$(?=\{)/g, (char) => `\${${char}}`)],
    ['no escape of ${', (text) => text.replace(/[*?]/g, (char) => `\${${char}}`)],
    ['a backslash in place of the escape', (text) => text.replace(/[*?$]/g, (char) => `\\${char}`)],
    ['an escape that is a wildcard', (text) => text.replace(/[*?]|\$(?=\{)/g, '*')],
  ])('is missed: %s', async (_, mutant) => {
    const reached = await reachedWith(mutant);
    expect(reached === undefined || reached.length > 0).toBe(true);
  });
});
