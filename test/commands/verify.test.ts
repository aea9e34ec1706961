/** `verify` as a person runs it, on the bundled samples: passes our own output, catches a cut and a growth. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import type { JsonPolicy, JsonStatement, Plan } from '../../src/plan/plan.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gen-policy-verify-'));
const EVIDENCE = [
  ...['--role', 'order-service', '--end', '2026-08-29', '--quiet'],
  ...['--logs', `${SAMPLES}/trail`, '--account', `${SAMPLES}/account.json`],
  ...['--trails', `${SAMPLES}/trails.json`],
];

async function run(...argv: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main([...argv, ...EVIDENCE, ...(argv.includes('--days') ? [] : ['--days', '90'])], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: Readable.from([]),
    env: {},
    tty: false,
    colour: false,
    width: 100,
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 8, 1),
  });
  return { code, out: out.join(''), err: err.join('') };
}
const policies = (...documents: readonly unknown[]): readonly string[] =>
  documents.flatMap((document, i) => {
    const path = join(folder, `new-${i + 1}.json`);
    writeFileSync(path, JSON.stringify(document));
    return ['--policy', path];
  });

let after: readonly JsonPolicy[];
beforeAll(async () => {
  const { err } = await run('--out', folder);
  expect(err).toBe('');
  const plan = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Plan;
  after = plan.after.policies.map((policy) => policy.document);
  expect(after.length).toBeGreaterThan(1);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('verify', () => {
  it('passes what the tool itself wrote, given as several --policy', async () => {
    const { code, out } = await run('verify', ...policies(...after));
    expect(out).toMatch(/^ok: \d+ permissions replayed, 0 would be denied; access growth: proven\n$/);
    expect(code).toBe(0);
  });

  it('writes its answer to a file where one is named', async () => {
    const file = join(folder, 'answer.json');
    const { code, out } = await run('verify', '--format', 'json', '--output', file, ...policies(...after));
    expect([code, out]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ ok: true });
  });

  it('names events and statements where a success would be denied', async () => {
    const cut = after.map((document) => ({
      ...document,
      Statement: document.Statement.filter((one) => !one.Sid?.startsWith('Keys')),
    }));
    const { code, out } = await run('verify', ...policies(...cut));
    expect(code).toBe(2);
    expect(out).toContain('denied: kms:Decrypt on arn:aws:kms:');
    expect(out).toContain('was allowed by order-service: Keys');
    expect(out).toMatch(/events [0-9a-f]{8}-/);
  });

  it('names the Deny that would refuse a success', async () => {
    const deny = { Sid: 'No', Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' };
    const { code, out } = await run(
      'verify',
      ...policies(...after, { Version: '2012-10-17', Statement: [deny] }),
    );
    expect(code).toBe(2);
    expect(out).toMatch(/denied: kms:Decrypt .*\n {2}denied by new-\d\.json: No/);
  });

  const edited = (change: (statement: JsonStatement) => JsonStatement | undefined): readonly JsonPolicy[] =>
    after.map((document) => ({
      ...document,
      Statement: document.Statement.flatMap((one) => change(one) ?? []),
    }));

  it('says what allowed a use whose record shows a part of its resource only', async () => {
    const cut = edited((one) => (one.Sid === 'Secrets' ? undefined : one));
    const { code, out } = await run('verify', ...policies(...cut));
    expect(code).toBe(2);
    expect(out).toMatch(
      /denied: secretsmanager:GetSecretValue on arn:\S+:secret:orders\/payment-gateway-\?{6}: 90 calls \(GetSecretValue\) would fail: a call shows a part of its resource, and not all that was granted of it is kept\n {2}was allowed by order-service: Secrets\n {2}events /,
    );
  });

  it('catches a name cut too short by hand, and a condition that no call is known to meet', async () => {
    const short = edited((one) =>
      one.Sid === 'Secrets' ? { ...one, Resource: String(one.Resource).replace('??????', 'AbCdEf') } : one,
    );
    expect((await run('verify', ...policies(...short))).code).toBe(2);
    const mfa = edited((one) =>
      one.Sid?.startsWith('Keys')
        ? { ...one, Condition: { ...one.Condition, Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }
        : one,
    );
    const { code, out } = await run('verify', ...policies(...mfa));
    expect(code).toBe(2);
    expect(out).toMatch(
      /denied: kms:Decrypt .*would fail: (implicit-deny|depends on aws:multifactorauthpresent)/,
    );
  });

  it('passes a policy tightened or regrouped further by hand', async () => {
    const [first, ...others] = after;
    const regrouped = edited(({ Sid: _, ...one }) => one);
    expect((await run('verify', ...policies(...regrouped))).code).toBe(0);
    const deny = { Effect: 'Deny', Action: 'iam:CreateUser', Resource: '*' } as const;
    const guarded = { ...first!, Statement: [...first!.Statement, deny] };
    expect((await run('verify', ...policies(guarded, ...others))).code).toBe(0);
  });

  it('wants every policy that is to be attached, and names one that stays by --keep', async () => {
    const [first, ...others] = after;
    expect((await run('verify', ...policies(first!))).code).toBe(2);
    expect((await run('verify', ...policies(...others))).code).toBe(2);
    const { code, out } = await run('verify', ...policies(...others), '--keep', 'order-service');
    expect([code, out]).toEqual([0, expect.stringMatching(/^ok: /)]);
    const unknown = await run('verify', ...policies(...others), '--keep', 'nobody');
    expect(unknown.code).toBe(64);
    expect(unknown.err).toMatch(/`--keep nobody` names no attached policy: use one of .*order-service/);
  });

  it('fails a document larger than IAM takes, and says by how much', async () => {
    const [first, ...others] = after;
    const filler = Array.from({ length: 200 }, (_, n) => `arn:aws:s3:::none-${n}-${'x'.repeat(20)}`);
    const large = {
      ...first!,
      Statement: [...first!.Statement, { Effect: 'Deny', Action: 's3:GetObject', Resource: filler } as const],
    };
    const { code, out } = await run('verify', ...policies(large, ...others));
    expect(code).toBe(2);
    expect(out).toMatch(/too large: new-1\.json has \d+ characters of 6144\nfailed: /);
  });

  it('names the statement by which access grows', async () => {
    const more = { Sid: 'More', Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*' };
    const { code, out } = await run(
      'verify',
      ...policies(...after, { Version: '2012-10-17', Statement: [more] }),
    );
    expect(code).toBe(2);
    expect(out).toContain('grows: the new policies allow `ec2:RunInstances`');
    expect(out).toMatch(/allowed by new-\d\.json: More/);
  });

  it('ends with 3 and says so where the evidence has gaps', async () => {
    const { code, err } = await run('verify', ...policies(...after), '--days', '95');
    expect(code).toBe(3);
    expect(err).toContain('the evidence is incomplete');
  });

  it('says what is wrong with a file that is no policy', async () => {
    const { code, err } = await run('verify', ...policies({ Statement: [{ Effect: 'Perhaps' }] }));
    expect(code).toBe(64);
    expect(err).toContain('$.Statement[0].Effect');
  });
});
