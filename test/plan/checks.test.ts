/** Every check on accounts in AWS's own shapes: each fires on its weakness and is silent on the repaired twin. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { parseCredentialReport } from '../../src/account/credential-report.ts';
import { parsePasswordPolicy } from '../../src/account/facts.ts';
import { createCatalogue } from '../../src/catalogue/catalogue.ts';
import { compileCatalogue } from '../../src/catalogue/compile.ts';
import { CHECK_IDS, type CheckContext } from '../../src/plan/checks/check.ts';
import { checkAccount, checkPrincipal, parseSkips } from '../../src/plan/checks/run.ts';
import deprecated from '../../src/plan/data/deprecated-policies.json' with { type: 'json' };
import escalations from '../../src/plan/data/escalations.json' with { type: 'json' };
import risky from '../../src/plan/data/risky-calls.json' with { type: 'json' };
import { createOutsideUse } from '../../src/plan/review/outside.ts';
import type { TrailFacts } from '../../src/trail/facts.ts';
import type { PrincipalUsage, UsageEntry } from '../../src/usage/usage.ts';

interface Case {
  readonly name: string;
  /** Merged into a role (or with `kind` a user) named `app`, in the shape of GetAccountAuthorizationDetails. */
  readonly principal?: Readonly<Record<string, unknown>>;
  readonly kind?: 'user';
  /** Inline policy statements of `app`. */
  readonly statements?: readonly unknown[];
  readonly trust?: unknown;
  /** More lists of GetAccountAuthorizationDetails. */
  readonly account?: Readonly<Record<string, unknown[]>>;
  /** Columns of the credential report's line on `user`, `app` where it does not say. */
  readonly credentials?: Readonly<Record<string, string>>;
  readonly summary?: readonly (readonly [string, number])[];
  readonly passwordPolicy?: unknown;
  readonly trails?: readonly Partial<TrailFacts>[];
  readonly calls?: readonly Partial<UsageEntry>[];
  readonly workloads?: readonly string[];
  /** Records of root or of another account; on 2026-08-02 where they do not say. */
  readonly events?: readonly {
    readonly eventName: string;
    readonly root?: string;
    readonly account?: string;
    readonly role?: string;
    readonly invokedBy?: string;
    readonly eventType?: string;
    readonly sharedEventId?: string;
    readonly outcome?: 'denied';
    readonly day?: string;
  }[];
  /** Evidence of each result of the check; empty: it is silent. */
  readonly fires: readonly string[];
}

const catalogue = createCatalogue(await compileCatalogue());
const ACCOUNT = '111122223333';
/** The window ends on 2026-09-01. */
const window = { from: Date.UTC(2026, 5, 3), to: Date.UTC(2026, 8, 1) };
const folder = new URL('../cases/plan/checks/', import.meta.url);
const FILES = readdirSync(folder).sort();
const casesOf = (file: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[];

function contextOf(one: Case): CheckContext {
  const user = one.kind === 'user';
  const app = {
    Arn: `arn:aws:iam::${ACCOUNT}:${user ? 'user' : 'role'}/app`,
    Path: '/',
    CreateDate: '2026-08-20T00:00:00Z',
    [user ? 'UserName' : 'RoleName']: 'app',
    [user ? 'UserId' : 'RoleId']: user ? 'AIDAEXAMPLEEXAMPLE001' : 'AROAEXAMPLEEXAMPLE001',
    ...(user ? {} : { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: one.trust ?? SERVICE } }),
    ...(one.statements
      ? {
          [user ? 'UserPolicyList' : 'RolePolicyList']: [
            { PolicyName: 'inline', PolicyDocument: { Version: '2012-10-17', Statement: one.statements } },
          ],
        }
      : {}),
    ...one.principal,
  };
  const { RoleDetailList = [], UserDetailList = [], ...rest } = one.account ?? {};
  const account = parseAuthorizationDetails(
    {
      RoleDetailList: [...(user ? [] : [app]), ...RoleDetailList],
      UserDetailList: [...(user ? [app] : []), ...UserDetailList],
      GroupDetailList: [],
      Policies: [],
      ...rest,
    },
    'case',
  );
  return {
    account: {
      ...account,
      facts: {
        ...(one.credentials ? { credentials: reportOf(one.credentials) } : {}),
        ...(one.summary ? { summary: one.summary } : {}),
        ...(one.passwordPolicy === undefined
          ? {}
          : { passwordPolicy: parsePasswordPolicy({ PasswordPolicy: one.passwordPolicy }, 'case') }),
      },
    },
    window,
    catalogue,
    ...(one.trails ? { trails: one.trails.map((trail) => ({ ...TRAIL, ...trail })) } : {}),
    ...(one.events ? { outside: outsideOf(one.events) } : {}),
  };
}

function outsideOf(events: NonNullable<Case['events']>) {
  const outside = createOutsideUse(window);
  events.forEach(
    ({ eventName, root, account, role, invokedBy, eventType, sharedEventId, ...more }, index) => {
      const time = Date.parse(more.day ?? '2026-08-02');
      outside.add([
        {
          count: 1,
          firstSeen: time,
          lastSeen: time,
          sampleIds: [],
          eventVersion: '1.11',
          eventType: eventType ?? 'AwsApiCall',
          eventCategory: 'Management',
          eventSource: eventName === 'AssumeRole' ? 'sts.amazonaws.com' : 'iam.amazonaws.com',
          eventName,
          awsRegion: 'us-east-1',
          principal: root
            ? { kind: 'none', reason: 'root', accountId: root }
            : { kind: 'none', reason: 'other-account', accountId: account! },
          outcome: { kind: more.outcome ?? 'succeeded' },
          requestParameters: role ? { roleArn: role } : null,
          responseElements: null,
          additionalEventData: null,
          resources: [],
          dedupeKey: String(index),
          ...(invokedBy ? { invokedBy } : {}),
          ...(sharedEventId ? { sharedEventId } : {}),
        },
      ]);
    },
  );
  return outside;
}

const SERVICE = [
  { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
];
const TRAIL: TrailFacts = {
  name: 'main',
  arn: `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/main`,
  homeRegion: 'eu-west-1',
  multiRegion: true,
  organization: false,
  includesGlobalServiceEvents: true,
  logFileValidation: true,
  bucket: 'logs',
  management: { read: true, write: true, excludedSources: [] },
  data: [],
  isLogging: true,
};

function reportOf(columns: Readonly<Record<string, string>>) {
  const user = columns.user ?? 'app';
  const line: Record<string, string> = {
    user,
    arn: user === '<root_account>' ? `arn:aws:iam::${ACCOUNT}:root` : `arn:aws:iam::${ACCOUNT}:user/${user}`,
    user_creation_time: '2026-08-20T00:00:00+00:00',
    password_enabled: 'false',
    password_last_used: 'N/A',
    password_last_changed: 'N/A',
    password_next_rotation: 'N/A',
    mfa_active: 'true',
    access_key_1_active: 'false',
    access_key_1_last_rotated: 'N/A',
    access_key_1_last_used_date: 'N/A',
    access_key_2_active: 'false',
    access_key_2_last_rotated: 'N/A',
    access_key_2_last_used_date: 'N/A',
    ...columns,
  };
  return parseCredentialReport(`${Object.keys(line).join(',')}\n${Object.values(line).join(',')}\n`, 'case');
}

const NONE = { values: [], more: false } as const;
function usageOf(one: Case): PrincipalUsage {
  const entries = (one.calls ?? []).map(
    (call): UsageEntry => ({
      action: 'sts:GetCallerIdentity',
      resource: { kind: 'any', found: 'no-resource-level' },
      level: 'primary',
      context: [],
      basis: '',
      count: call.succeeded ?? 1,
      succeeded: 1,
      failed: 0,
      inconclusive: 0,
      firstSeen: Date.UTC(2026, 7, 1),
      lastSeen: Date.UTC(2026, 7, 2),
      sampleIds: [],
      days: [],
      regions: [],
      sessions: NONE,
      sourceIps: { ...NONE, every: false },
      vpcEndpoints: { ...NONE, every: false },
      mfa: { ...NONE, every: false },
      workloads: NONE,
      via: [],
      direct: true,
      eventNames: [(call.action ?? ':GetCallerIdentity').split(':')[1]!],
      ...call,
    }),
  );
  return {
    principal: { kind: one.kind ?? 'role', arn: '', accountId: ACCOUNT, name: 'app' },
    ids: entries.length === 0 ? [] : [{ id: 'AROA', count: 1, firstSeen: 0, lastSeen: 1 }],
    entries,
    denials: [],
    unmapped: [],
    hidden: [],
    accounting: { records: 0, buckets: {} as PrincipalUsage['accounting']['buckets'], reasons: [] },
    serviceDays: [],
    sessions: NONE,
    sourceIps: NONE,
    workloads: { values: one.workloads ?? [], more: false },
  };
}

function resultsOf(one: Case) {
  const context = contextOf(one);
  const app = context.account.principals.find((principal) => principal.name === 'app');
  return [...(app ? checkPrincipal(app, usageOf(one), context) : []), ...checkAccount(context)];
}

describe.each(FILES)('%s', (file) => {
  const check = file.replace('.json', '');
  const cases = casesOf(file);
  it.each(cases)('$name', (one) => {
    const results = resultsOf(one).filter((result) => result.check === check);
    expect(results.map((result) => result.evidence)).toEqual(one.fires);
  });
  it('has a case in which it fires and one in which it is silent', () => {
    expect(cases.some((one) => one.fires.length > 0)).toBe(true);
    expect(cases.some((one) => one.fires.length === 0)).toBe(true);
  });
});

it('every check of the table has its cases, and each file is of a check', () => {
  expect(FILES).toEqual(CHECK_IDS.map((id) => `${id}.json`).sort());
});

it('results differ in their ids and keep them whatever the numbers in their evidence', () => {
  const results = FILES.flatMap((file) => casesOf(file).map(resultsOf));
  for (const one of results) expect(new Set(one.map((result) => result.id)).size).toBe(one.length);
});

describe('tables', () => {
  it.each(escalations)('$actions are actions AWS publishes', ({ actions }) => {
    for (const action of actions) expect(catalogue.action(action)?.action).toBe(action);
  });
  it.each(risky)('$action is one that AWS publishes', ({ action }) => {
    expect(catalogue.action(action)?.action).toBe(action);
  });
  it.each(deprecated)('$name fires', ({ name, replacement }) => {
    const arn = `arn:aws:iam::aws:policy/${name}`;
    const one: Case = {
      name,
      principal: { AttachedManagedPolicies: [{ PolicyName: name.split('/').at(-1), PolicyArn: arn }] },
      fires: [],
    };
    const results = resultsOf(one).filter((result) => result.check === 'deprecated-policy');
    expect(results).toMatchObject([{ evidence: expect.stringContaining(replacement) }]);
  });
});

describe('--skip-checks', () => {
  const [one] = resultsOf({
    name: '',
    statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    fires: [],
  });
  it.each([
    [[], false],
    [['inline-policy'], true],
    [['inline-policy:AP*'], true],
    [['inline-policy:other'], false],
    [['full-admin'], false],
  ])('%j skips an inline policy of app: %s', (words, skipped) => {
    expect(one!.check).toBe('inline-policy');
    expect(parseSkips(words)(one!)).toBe(skipped);
  });
  it('refuses a check that does not exist', () => {
    expect(() => parseSkips(['inline-polcy'])).toThrow('`inline-polcy` in `--skip-checks` is no check');
  });
});
