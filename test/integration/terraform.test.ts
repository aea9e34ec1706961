/** Terraform itself reads what we write: fmt changes nothing, and the values that come back are the documents. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { deployed } from '../../src/report/deployed.ts';
import { hclString } from '../../src/report/escape/hcl.ts';
import { hclValue } from '../../src/report/hcl.ts';
import { renderTerraform } from '../../src/report/terraform.ts';
import payloads from '../cases/report/payloads.json' with { type: 'json' };
import { emptyPlan, hostilePlan, samplePlan } from '../support/plan-fixture.ts';

const run = promisify(execFile);
const env = {
  ...process.env,
  TF_CLI_CONFIG_FILE: '/dev/null',
  CHECKPOINT_DISABLE: '1',
  TF_IN_AUTOMATION: '1',
};
const terraform = async (folder: string, ...args: string[]): Promise<string> =>
  (await run('terraform', args, { cwd: folder, env, maxBuffer: 1 << 28 })).stdout;

const present = await run('terraform', ['version'], { env }).then(
  () => true,
  () => false,
);
if (!present)
  console.error('SKIPPED: no terraform on this machine, so its fmt and evaluation were not tried');

const plans = [
  ['sample', samplePlan()] as const,
  ['empty', emptyPlan()] as const,
  ...payloads.map(
    ({ text }, index) =>
      [`payload-${index}`, hostilePlan((value) => (index % 2 ? text + value : value + text))] as const,
  ),
];

it.skipIf(!present)('fmt changes nothing in either style, whatever the names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gen-policy-tf-'));
  for (const style of ['jsonencode', 'document'] as const) {
    await mkdir(join(folder, style));
    await Promise.all(
      plans.map(([name, plan]) =>
        writeFile(join(folder, style, `${name}.tf`), renderTerraform(plan, { style })),
      ),
    );
    expect(await terraform(folder, 'fmt', '-check', '-diff', style)).toBe('');
  }
  await rm(folder, { recursive: true });
});

it.skipIf(!present)('every string and document evaluates to what it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gen-policy-tf-'));
  // Unpaired surrogates have no UTF-8 form; they become U+FFFD.
  const whole = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replace(/\\ud[89a-f][0-9a-f]{2}/g, '\uFFFD')) as T;
  const documents = plans.flatMap(([, plan]) => deployed(plan).map((one) => one.document));
  const texts = payloads.map((one) => one.text);
  await writeFile(
    join(folder, 'main.tf'),
    `output "documents" {\n  value = [\n${documents.map((one) => `    jsonencode(${hclValue(one, '    ')}),\n`).join('')}  ]\n}\n` +
      `output "texts" {\n  value = [\n${texts.map((one) => `    ${hclString(one)},\n`).join('')}  ]\n}\n`,
  );
  await terraform(folder, 'init', '-input=false', '-no-color');
  await terraform(folder, 'apply', '-auto-approve', '-input=false', '-no-color');
  const output = JSON.parse(await terraform(folder, 'output', '-json')) as Record<
    string,
    { value: string[] }
  >;
  // Terraform normalises strings to NFC, as HCL says.
  expect(output.texts!.value).toEqual(whole(texts).map((one) => one.normalize('NFC')));
  expect(output.documents!.value.map((one) => JSON.parse(one))).toEqual(
    documents.map((one) => JSON.parse(JSON.stringify(whole(one)).normalize('NFC'))),
  );
  await rm(folder, { recursive: true });
});
