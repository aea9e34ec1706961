/** `--redact`: nothing that names an account, a thing or an address is left in any report; the same for the same thing. */

import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const TO_APPLY = [
  'policy',
  'rollback',
  'terraform',
  'terraform-document',
  'cloudformation',
  'cloudformation-json',
  'cdk',
  'vault',
];
const REPORTS = FORMAT_NAMES.filter((name) => !TO_APPLY.includes(name));
const common = [
  ...[
    '--logs',
    `${SAMPLES}/trail`,
    '--account',
    `${SAMPLES}/account.json`,
    '--trails',
    `${SAMPLES}/trails.json`,
  ],
  ...['--end', '2026-08-29', '--days', '90'],
];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-redact-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Account ids, IAM names, sessions, addresses and the names in ARNs, as the samples have them. */
function secrets(): ReadonlySet<string> {
  const found = new Set<string>();
  const account = readFileSync(`${SAMPLES}/account.json`, 'utf8');
  const logs = readdirSync(`${SAMPLES}/trail`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /CloudTrail_.*\.gz$/.test(name))
    .map((name) => gunzipSync(readFileSync(join(SAMPLES, 'trail', name))).toString());
  for (const text of [account, ...logs]) {
    for (const [, name] of text.matchAll(
      /"(?:RoleName|UserName|GroupName|PolicyName|userName|bucketName|tableName|functionName|Sid)":\s*"([^"]+)"/g,
    ))
      found.add(name!);
    for (const [id] of text.matchAll(/(?<!\d)\d{12}(?!\d)/g)) found.add(id);
    for (const [id] of text.matchAll(/\b(?:AROA|AIDA|AGPA|ANPA|AIPA)[A-Z0-9]{4,}\b/g)) found.add(id);
    for (const [, ip] of text.matchAll(/"sourceIPAddress":\s*"([\d.:a-f]+)"/g)) found.add(ip!);
    for (const [, session] of text.matchAll(/:assumed-role\/[^/"]+\/([^"]+)"/g)) found.add(session!);
    for (const [, bucket] of text.matchAll(/arn:aws:s3:::([a-z0-9.-]+)/g)) found.add(bucket!);
  }
  // AWS names these itself.
  for (const name of [...found])
    if (/^AWS|Amazon|ReadOnly|^PowerUser|Administrator|SecurityAudit/.test(name) || name.length < 4)
      found.delete(name);
  // Words of services' own names as well (Purchase Orders, Functions, Telemetry), which stay.
  for (const word of ['Secrets', 'Logs', 'Orders', 'orders', 'Functions', 'Telemetry']) found.delete(word);
  return found;
}
const SECRETS = secrets();
const leaks = (text: string): readonly string[] =>
  [...SECRETS].filter((one) =>
    new RegExp(`(?<![A-Za-z0-9_])${one.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}(?![A-Za-z0-9_])`).test(text),
  );

describe('--redact', { timeout: 120_000 }, () => {
  it('knows what to look for', () => {
    expect(SECRETS.size).toBeGreaterThan(50);
    expect([...SECRETS]).toEqual(expect.arrayContaining(['111122223333', 'order-service']));
  });

  it.each([
    ['--role', 'order-service'],
    ['--role', 'ci-deployer'],
    ['--role', 'security-auditor'],
    ['--role', 'legacy-reporting'],
  ])('leaves no name in a report of %s %s', async (kind, name) => {
    const out = join(folder, 'out');
    const ran = await run([kind, name, ...common, '--redact', '--out', out, '--format', REPORTS.join(',')]);
    expect([0, 3]).toContain(ran.code);
    const files = await readdir(out);
    expect(files).toHaveLength(REPORTS.length);
    expect(files.filter((file) => /policy-\d|rollback/.test(file))).toEqual([]);
    for (const file of files)
      expect([file, leaks(await readFile(join(out, file), 'utf8'))]).toEqual([file, []]);
    expect(leaks(ran.out)).toEqual([]);
  });

  it('makes the same pseudonym of the same thing, and the same report of the same input', async () => {
    const json = async (): Promise<string> =>
      (await run(['--role', 'order-service', ...common, '--redact', '--format', 'json'])).out;
    const text = await json();
    expect(await json()).toBe(text);
    const plan: Plan = JSON.parse(text);
    expect(plan.principal.accountId).toBe('000000000001');
    expect(plan.principal.arn).toContain(`::000000000001:role/`);
    expect(plan.principal.arn.endsWith(`/${plan.principal.name}`)).toBe(true);
    expect(plan.evidence.statement).toContain('names, accounts and addresses are pseudonyms');
    const plain: Plan = JSON.parse(
      (await run(['--role', 'order-service', ...common, '--format', 'json'])).out,
    );
    // Words of AWS and figures stay; as many things are told apart as before.
    expect(plan.usage.map(({ action, count }) => [action, count])).toEqual(
      plain.usage.map(({ action, count }) => [action, count]),
    );
    expect(plan.findings.map(({ id, kind }) => [id, kind])).toEqual(
      plain.findings.map(({ id, kind }) => [id, kind]),
    );
    const distinct = (of: Plan): number => new Set(of.usage.map(({ resource }) => resource)).size;
    expect(distinct(plan)).toBe(distinct(plain));
  });

  it('works on a result that was made before', async () => {
    const out = join(folder, 'out');
    await run(['--role', 'order-service', ...common, '--out', out]);
    const ran = await run(['render', join(out, 'result.json'), '--format', 'html', '--redact']);
    expect([ran.code, leaks(ran.out)]).toEqual([0, []]);
    expect(ran.out).toContain('pseudonyms');
  });

  it('works on a review, index and pages and the names of folders', async () => {
    const out = join(folder, 'out');
    const ran = await run(['review', ...common, '--redact', '--out', out]);
    expect([ran.code, ran.err]).toEqual([expect.any(Number), expect.not.stringContaining('bug')]);
    const files = (await readdir(out, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(8);
    for (const one of files) {
      const path = join(one.parentPath, one.name);
      expect([path.slice(out.length), leaks(path.slice(out.length))]).toEqual([path.slice(out.length), []]);
      expect([path.slice(out.length), leaks(await readFile(path, 'utf8'))]).toEqual([
        path.slice(out.length),
        [],
      ]);
    }
    expect(leaks(ran.out)).toEqual([]);
    const index = JSON.parse(await readFile(join(out, 'index.json'), 'utf8'));
    for (const row of index.principals)
      if (row.folder !== undefined) expect(await readdir(join(out, row.folder))).toContain('report.html');
  });

  it.each(TO_APPLY)('refuses --format %s, which is there to be applied', async (format) => {
    const ran = await run(['--role', 'order-service', ...common, '--redact', '--format', format]);
    expect([ran.code, ran.out]).toEqual([64, '']);
    expect(ran.err).toBe(
      `gen-policy: \`--redact\` makes reports and \`--format ${format}\` is there to be applied: leave one of them out\n`,
    );
  });
});
