/** The facts that AWS documents, as ../shared/facts lists them, against the tables: every row is covered or explained. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../scripts/score/shared.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { describeEvent } from '../../src/permissions/describe.ts';
import { prefixesOf } from '../../src/permissions/names.ts';
import { compilePassRoles } from '../../src/permissions/passrole.ts';

const facts = join(sharedFolder(process.cwd()), 'facts');
const read = (file: string): string => readFileSync(join(facts, file), 'utf8');
let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

/** AWS's map lists nothing but tagging or PassRole for these, and publishes no action of their names. */
const UNKNOWN = ['connect:CreateTestCase', 'lambda:AddEventSource', 'mediatailor:PutFunction'];

/** Members that the facts name and the tables leave out, and why. */
const LEFT_OUT: readonly (readonly [member: string, why: string])[] = [
  [
    'connecthealth:CreateDomain webAppSetupConfiguration.ehrRole',
    'AWS publishes no action of that prefix: unmapped',
  ],
  ['dms:CreateMigrationProject InstanceProfileIdentifier', 'an instance profile of DMS: a network setting'],
  ['dms:ModifyMigrationProject InstanceProfileIdentifier', 'an instance profile of DMS: a network setting'],
  [
    'iam:AddRoleToInstanceProfile InstanceProfileName',
    'the profile; the role is in `roleName`, which is read',
  ],
  [
    'sagemaker:CreateDomain DefaultUserSettings.StudioWebPortalSettings.ExecutionRoleSessionNameMode',
    'a mode',
  ],
  [
    'sagemaker:UpdateDomain DefaultUserSettings.StudioWebPortalSettings.ExecutionRoleSessionNameMode',
    'a mode',
  ],
];

describe.skipIf(!existsSync(facts))('the facts (SKIPPED without ../shared)', () => {
  it('operations whose action differs: all are mapped to what is listed', () => {
    const rows = read('operation-action-differs.tsv')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('\t'));
    expect(rows.length).toBe(438);
    const unknown: string[] = [];
    const wrong: string[] = [];
    for (const [prefix, , operation, listed] of rows) {
      const event = describeEvent(catalogue, `${prefix}.amazonaws.com`, operation!);
      const key = `${prefix}:${operation}`;
      if (event.status !== 'mapped') {
        unknown.push(key);
        continue;
      }
      const given = new Set(event.permissions.map((one) => one.action));
      const lacking = listed!.split(' ').filter((name) => catalogue.action(name) && !given.has(name));
      if (lacking.length > 0 || !event.permissions.some((one) => one.level === 'primary'))
        wrong.push(`${key} lacks ${lacking.join(' ')}`);
      if (event.permissions.some((one) => one.basis === '')) wrong.push(`${key} without a basis`);
    }
    expect(unknown.sort()).toEqual(UNKNOWN);
    expect(wrong).toEqual([]);
  });

  it('event sources whose prefix differs: all lead to the prefix', () => {
    const text = read('event-name-mismatches.md');
    const rows = text
      .slice(text.indexOf('## A.'), text.indexOf('## B.'))
      .split('\n')
      .filter((line) => /^\| [^|]+ \| [a-z0-9-]+ \|/.test(line) && !line.includes('IAM prefix |'))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows.length).toBeGreaterThan(25);
    const wrong = rows.flatMap(([, sources, prefix]) =>
      sources!
        .replace(/\([^)]*\)/g, '')
        .split(/[, ]+/)
        .filter((source) => /^[a-z0-9][a-z0-9.-]*$/.test(source))
        .filter((source) => !prefixesOf(source).includes(prefix!)),
    );
    expect(wrong).toEqual([]);
  });

  it('members that carry a role: each that is a path is read', () => {
    const rows = JSON.parse(read('passrole.json')) as readonly {
      readonly service: string;
      readonly operation: string;
      readonly members: string;
    }[];
    let paths = 0;
    const missing: string[] = [];
    for (const { service, operation, members } of rows) {
      const known = new Set(compilePassRoles(service, operation)?.reads.map((path) => path.toLowerCase()));
      for (const path of members.split(/; */)) {
        if (!/^[\w[\]{}]+(?:\.[\w[\]{}]+)*$/.test(path)) continue;
        paths += 1;
        if (!known.has(path.toLowerCase())) missing.push(`${service}:${operation} ${path}`);
      }
    }
    expect(paths).toBeGreaterThan(1_100);
    expect(missing.sort()).toEqual(LEFT_OUT.map(([key]) => key).sort());
  });
});
