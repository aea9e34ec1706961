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

/** Rows of section B that speak of operations in words that no name or action can be read from. */
const IN_WORDS = [
  'lambda `<Op>20150331`',
  'cloudfront `<Op>2016_11_25`',
  's3 Get/Put/Delete/List Bucket{Analytics',
  's3 Create/Get/DeleteBucketMetadataConfiguration',
  's3 REST OPTIONS',
  'sqs *Batch (SendMessageBatch',
  'ec2 DryRun calls:',
  'iam PassRole',
  'apigateway every control-plane',
  'apigateway TestInvokeMethod',
  'opensearch API (es prefix) 67 operations',
  'budgets Describe*/Create*/Update*/Delete*',
  'cognito-idp 32 unsigned',
  'health, and other console proxies invokedBy =',
  'tagging GetResources',
];

const VERB = /^(?:Get|Put|Delete|Create|List)/;
/** The event names of a cell: `Get/PutBucketCors` are two; what follows in words is no name. */
function eventsIn(cell: string): readonly string[] {
  const words = cell
    .replace(/\([^)]*\)|`[^`]*`|…/g, '')
    .split(/ with | then |→/)[0]!
    .split(/[,/]/)
    .map((word) => word.trim())
    .filter((word) => /^[A-Z][A-Za-z0-9]+$/.test(word));
  const noun = words.at(-1)?.replace(VERB, '') ?? '';
  return words.map((word) => (word.replace(VERB, '') === '' ? word + noun : word));
}

/** The published actions of a cell: `s3:{Get,Put}AccelerateConfiguration` are two, `sqs:SendMessage / DeleteMessage` too. */
function actionsIn(cell: string, service: string): readonly string[] {
  const text = cell
    .split(/;| – /)[0]!
    .replace(/([a-z0-9-]+):\{([^}]+)\}([A-Za-z]+)/g, (_, prefix: string, verbs: string, noun: string) =>
      verbs
        .split(',')
        .map((verb) => `${prefix}:${verb}${noun}`)
        .join(' '),
    )
    .replace(/\([^)]*\)/g, '');
  const words = text.split(/[\s,/]+/).filter((word) => /^(?:[a-z0-9-]+:)?[A-Z][A-Za-z0-9]+$/.test(word));
  return words.flatMap(
    (word) => catalogue.action(word.includes(':') ? word : `${prefixesOf(service)[0]}:${word}`)?.action ?? [],
  );
}

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

  it('event names of CloudTrail alone: all lead to what is listed', () => {
    const text = read('event-name-mismatches.md');
    const start = text.indexOf('## B.');
    const rows = text
      .slice(start, text.indexOf('\n## ', start + 1))
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.includes('eventName |'))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows.length).toBeGreaterThan(60);
    const inWords: string[] = [];
    const wrong: string[] = [];
    let events = 0;
    for (const [, sources, names, actions] of rows) {
      const services = sources!
        .replace(/\([^)]*\)/g, '')
        .split('/')
        .map((one) => one.trim())
        .filter((one) => /^[a-z0-9.-]+$/.test(one));
      const listed = eventsIn(names!);
      const none = actions!.startsWith('none');
      const expected = none ? [] : actionsIn(actions!, services[0] ?? '');
      if (
        services.length === 0 ||
        listed.length === 0 ||
        (expected.length === 0 && !/^(?:none|same)/.test(actions!))
      ) {
        inWords.push(`${sources} ${names!.split(/[ ,]/).slice(0, 2).join(' ')}`.trim());
        continue;
      }
      const given = new Set<string>();
      for (const name of listed) {
        events += 1;
        const described = services.map((one) => describeEvent(catalogue, `${one}.amazonaws.com`, name));
        const event = described.find((one) => one.status !== 'unmapped') ?? described[0]!;
        // An event that a service logs by itself is told by its type; a call without credentials may have been signed.
        const holds = none
          ? event.status !== 'mapped' || event.unsigned !== undefined
          : event.status === 'mapped';
        if (!holds) wrong.push(`${sources}:${name} is ${event.status}, listed as ${actions}`);
        for (const one of event.permissions) given.add(one.action);
      }
      // Where only some of the events are listed, only some of the actions are to be expected.
      if (names!.includes('…')) continue;
      for (const action of expected)
        if (!given.has(action)) wrong.push(`${sources} ${names} lacks ${action}`);
    }
    expect(wrong).toEqual([]);
    expect(inWords).toEqual(IN_WORDS);
    expect(events).toBeGreaterThan(100);
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
