/** Terraform itself evaluates the shipped modules: with their variables given they are the JSON documents. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const env = {
  ...process.env,
  TF_CLI_CONFIG_FILE: '/dev/null',
  CHECKPOINT_DISABLE: '1',
  TF_IN_AUTOMATION: '1',
};
const POLICIES = new URL('../../policies', import.meta.url).pathname;
const present = await run('terraform', ['version'], { env }).then(
  () => true,
  () => false,
);
if (!present)
  console.error('SKIPPED: no terraform on this machine, so the shipped modules were not evaluated');

/** The placeholders of the JSON documents. */
const VARIABLES = {
  account_id: 'ACCOUNT',
  region: 'REGION',
  database: 'DATABASE',
  table: 'TABLE',
  trail_bucket: 'TRAIL-BUCKET',
  trail_prefix: '*',
  trail_key_arns: ['arn:aws:kms:REGION:ACCOUNT:key/TRAIL-KEY'],
  workgroup: 'WORKGROUP',
  catalog: 'AwsDataCatalog',
  results_bucket: 'RESULTS-BUCKET',
  reading_role_arns: ['arn:aws:iam::ACCOUNT:role/READING-ROLE'],
};

it.skipIf(!present)('modules evaluate to the documents, and are written as fmt writes them', async () => {
  const modules = await readdir(join(POLICIES, 'terraform'));
  expect(modules.length).toBeGreaterThan(5);
  await run('terraform', ['fmt', '-check', '-recursive', join(POLICIES, 'terraform')], { env });
  for (const module of modules) {
    const folder = await mkdtemp(join(tmpdir(), 'gen-policy-module-'));
    try {
      const text = await readFile(join(POLICIES, 'terraform', module, 'main.tf'), 'utf8');
      await writeFile(join(folder, 'main.tf'), text);
      const wanted = Object.entries(VARIABLES).filter(([name]) => text.includes(`variable "${name}"`));
      await writeFile(join(folder, 'terraform.tfvars.json'), JSON.stringify(Object.fromEntries(wanted)));
      const terraform = (...args: string[]) => run('terraform', args, { cwd: folder, env });
      await terraform('init');
      await terraform('apply', '-auto-approve');
      const { stdout } = await terraform('output', '-raw', 'json');
      const document = JSON.parse(await readFile(join(POLICIES, `${module}.json`), 'utf8'));
      const lists = document.Statement.map((one: { Resource: string | string[] }) => ({
        ...one,
        Resource: [one.Resource].flat(),
      }));
      expect([module, JSON.parse(stdout)]).toEqual([module, { ...document, Statement: lists }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
});
