/** An account that lacks one of a principal's policies: no plan is made on half of what is granted. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Loose } from '../account/fixture.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-account-'));
});
afterEach(() => rm(root, { recursive: true }));

const without = async (edit: (account: Loose) => void) => {
  const account: Loose = JSON.parse(await readFile(`${SAMPLES}/account.json`, 'utf8'));
  edit(account);
  const path = join(root, 'account.json');
  await writeFile(path, JSON.stringify(account));
  const args = ['--role', 'order-service', '--logs', `${SAMPLES}/trail`, '--end', '2026-08-29'];
  return run([...args, '--account', path, '--out', join(root, 'out')]);
};
const roleIn = (account: Loose): Loose =>
  account.RoleDetailList.find((one: Loose) => one.RoleName === 'order-service');

describe('grants that are unknown', () => {
  it.each<[string, (account: Loose) => void, RegExp]>([
    [
      'a managed policy that is not in the file',
      (account) => {
        const { PolicyArn } = roleIn(account).AttachedManagedPolicies[0];
        account.Policies = account.Policies.filter((one: Loose) => one.Arn !== PolicyArn);
      },
      /policy `arn:aws:iam::aws:policy\/\w+` is attached but not in `.*account.json`, so nothing can be compared/,
    ],
    [
      'a document that does not decode',
      (account) => {
        roleIn(account).RolePolicyList = [{ PolicyName: 'odd', PolicyDocument: '%7B' }];
      },
      /inline policy `odd` is unknown: its document is not valid JSON, so nothing can be compared/,
    ],
  ])('%s ends the run with 3 and writes nothing', async (_, edit, message) => {
    const ran = await without(edit);
    expect(ran).toMatchObject({ code: 3, out: '' });
    expect(ran.err).toMatch(message);
    expect(await readdir(root)).toEqual(['account.json']);
  });
});
