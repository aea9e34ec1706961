/**
 * The policies that are shipped for running gen-policy: made from one table, which holds exactly the commands that the
 * code sends. A command without a row fails here, and so does a row without a command.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { neededParts, PARTS } from '../../src/commands/doctor/needs.ts';
import { ownPolicy } from '../../src/commands/doctor/own-policy.ts';
import { shippedPolicies } from '../../src/commands/doctor/shipped.ts';
import { parsePolicyText } from '../../src/policy/parse.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const CLIENTS = ['accessanalyzer', 'athena', 'cloudtrail', 'iam', 'organizations', 's3', 'sts'];
/** Client package -> IAM prefix where they differ. */
const PREFIX = new Map([['accessanalyzer', 'access-analyzer']]);
/** Anybody with credentials may ask who they are. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const FREE = 'sts:GetCallerIdentity';
const calls = PARTS.flatMap((part) => part.calls.map((call) => ({ ...call, part })));

/** `service:Operation` of every `…Command` that a source file constructs, by the SDK package that exports the class. */
async function commandsInSources(): Promise<readonly string[]> {
  const exported = await Promise.all(
    CLIENTS.map(async (client) => [client, await import(`@aws-sdk/client-${client}`)] as const),
  );
  const found = new Set<string>();
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(ROOT, 'src', file), 'utf8');
    if (/\bfromTemporaryCredentials\(/.test(text)) found.add('sts:AssumeRole');
    for (const [, name] of text.matchAll(/\bnew\s+(?:\w+\.)?(\w+)Command\(/g)) {
      const owners = exported.filter(([, sdk]) => `${name}Command` in sdk).map(([client]) => client);
      const mentioned = owners.filter((client) => text.includes(`client-${client}'`));
      const [owner, ...others] = mentioned.length > 0 ? mentioned : owners;
      expect([file, name, owner, others]).toEqual([file, name, expect.any(String), []]);
      found.add(`${PREFIX.get(owner!) ?? owner}:${name}`);
    }
  }
  return [...found].sort();
}

describe('the table of own calls', () => {
  it('has a row for every command that the code sends, and none for another', async () => {
    const sent = (await commandsInSources()).filter((command) => command !== FREE);
    expect(sent.length).toBeGreaterThan(40);
    // Not equal? Mend src/commands/doctor/data/calls.json, then run `npm run policies`.
    expect([...new Set(calls.map((call) => call.command))].sort()).toEqual(sent);
  });

  it('asks for the action of the command itself, or says on which page another stands', () => {
    const listed = new Map([['s3:ListObjectsV2', 's3:ListBucket']]);
    for (const command of new Set(calls.map((call) => call.command)))
      expect(calls.filter((call) => call.command === command).map((call) => call.action)).toContain(
        listed.get(command) ?? command,
      );
    for (const call of calls) {
      expect(call.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
      const own = call.action === (listed.get(call.command) ?? call.command);
      expect([call.command, call.action, call.source.includes('/service-authorization/')]).toEqual([
        call.command,
        call.action,
        own && !call.source.includes('managed-policy'),
      ]);
    }
  });

  it('names actions that AWS publishes, on resources they take, and changes only what is listed', async () => {
    const catalogue = await loadCatalogue();
    const writes = new Set<string>();
    for (const { action, part } of calls) {
      const info = catalogue.action(action);
      expect(info?.action).toBe(action);
      if (part.resource !== 'any') expect([action, info?.resourceTypes.length]).not.toEqual([action, 0]);
      const kinds = part.sid === 'OneRole' ? ['role'] : part.sid === 'OneUser' ? ['user'] : ['role', 'user'];
      if (part.resource === 'principal')
        expect(info?.resourceTypes.map((type) => type.name)).toEqual(expect.arrayContaining(kinds));
      if (!/^(Read|List)$/.test(info!.accessLevel)) writes.add(action);
    }
    // Its own queries and their results, its own session, and the table that `athena init --run` makes on request;
    // to read what is encrypted counts as a write with AWS.
    expect([...writes].sort()).toEqual([
      'athena:StartQueryExecution',
      'athena:StopQueryExecution',
      'glue:CreateTable',
      'kms:Decrypt',
      's3:AbortMultipartUpload',
      's3:PutObject',
      'sts:AssumeRole',
    ]);
  });

  it('is sorted, and every row has its statement', () => {
    const rows = JSON.parse(readFileSync(join(ROOT, 'src/commands/doctor/data/calls.json'), 'utf8'));
    const key = (row: { sid: string; command: string; action: string }) =>
      `${row.sid} ${row.command} ${row.action}`;
    expect(rows.map(key)).toEqual([...new Set<string>(rows.map(key))].sort());
    expect(calls).toHaveLength(rows.length);
    expect(PARTS.filter((part) => part.calls.length === 0)).toEqual([]);
    expect(new Set(PARTS.map((part) => part.sid)).size).toBe(PARTS.length);
  });
});

describe('policies/', () => {
  it('holds what the table gives, and no other file', () => {
    const folder = join(ROOT, 'policies');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const lying = files.map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]);
    expect(lying.sort()).toEqual(shippedPolicies().map((one) => [...one]));
  });

  it('holds policies that IAM takes', () => {
    for (const [path, text] of shippedPolicies())
      if (path.endsWith('.json')) expect([path, parsePolicyText(text).ok]).toEqual([path, true]);
  });
});

describe('the smallest policy of a setup', () => {
  const sids = (...facts: string[]) => neededParts(new Set(facts)).map((part) => part.sid);
  it.each([
    ['a folder needs nothing', ['source:dir'], []],
    ['a bucket', ['source:s3'], ['TrailBucket', 'TrailObjects']],
    ['a bucket with a key', ['source:s3', 'kms'], ['TrailBucket', 'TrailKey', 'TrailObjects']],
    ['the event history', ['source:lookup'], ['EventHistory']],
    [
      'a live role, and its trails',
      ['source:s3', 'account:live', 'kind:role', 'trails:live'],
      [
        ...['LastAccessedRead', 'LastAccessedStart', 'ManagedPolicies', 'OneRole'],
        ...['TrailBucket', 'TrailObjects', 'Trails'],
      ],
    ],
  ])('%s', (_, facts, expected) => {
    expect(sids(...facts)).toEqual(expected);
  });

  it('names what is known, and leaves the rest in capitals', () => {
    const parts = neededParts(new Set(['source:s3', 'kms']));
    expect(ownPolicy(parts, { trailBucket: 'my-logs', trailPrefix: 'x/' }).Statement).toEqual([
      {
        Sid: 'TrailBucket',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: 'arn:aws:s3:::my-logs',
      },
      {
        Sid: 'TrailKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: 'arn:aws:kms:REGION:ACCOUNT:key/TRAIL-KEY',
      },
      {
        Sid: 'TrailObjects',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: 'arn:aws:s3:::my-logs/x/AWSLogs/*',
      },
    ]);
  });
});
