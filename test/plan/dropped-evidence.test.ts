/**
 * Missing evidence makes the policy looser, never tighter: whatever single object, day or region is taken out of a
 * trail, nothing that the whole trail shows used is removed or narrowed away. Exhaustive over a generated trail.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { LastAccessed } from '../../src/account/account.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { createResolver, type Resolver } from '../../src/permissions/resolver.ts';
import type { Judged, PlanInput } from '../../src/plan/input.ts';
import { judge } from '../../src/plan/judge.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { type DigestInventory, deliveredBy } from '../../src/trail/digest-inventory.ts';
import type { CoverageCell } from '../../src/trail/source.ts';
import { buildCoverage } from '../../src/usage/coverage-build.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { planInput, time } from '../support/plan-input.ts';

const ACCOUNT = '111122223333';
const ROLE = { kind: 'role', name: 'web', accountId: ACCOUNT } as const;
const DAYS = 30;
const DAY = 86_400_000;
const FROM = time('2026-01-01');
const WINDOW = { from: FROM, to: FROM + DAYS * DAY };
const REGIONS = ['eu-west-1', 'us-east-1', 'us-west-2'];

interface TrailObject {
  readonly region: string;
  readonly day: string;
  readonly name: string;
  readonly events: readonly TrailEvent[];
}

const calls: readonly (readonly [source: string, name: string, parameters: Record<string, unknown>])[] = [
  ['kms.amazonaws.com', 'DescribeKey', { keyId: 'arn:aws:kms:eu-west-1:111122223333:key/k1' }],
  ['kms.amazonaws.com', 'EnableKey', { keyId: 'arn:aws:kms:us-west-2:111122223333:key/k2' }],
  ['kms.amazonaws.com', 'DisableKey', { keyId: 'arn:aws:kms:us-west-2:111122223333:key/k3' }],
  ['ec2.amazonaws.com', 'DescribeInstances', {}],
  [
    'ec2.amazonaws.com',
    'StopInstances',
    { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0' }] } },
  ],
  [
    'ec2.amazonaws.com',
    'StartInstances',
    { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef1' }] } },
  ],
  ['iam.amazonaws.com', 'GetRole', { roleName: 'web' }],
  ['iam.amazonaws.com', 'ListRoles', {}],
  ['cloudformation.amazonaws.com', 'DescribeStacks', { stackName: 'app' }],
  ['cloudformation.amazonaws.com', 'CreateStack', { stackName: 'app' }],
  [
    'secretsmanager.amazonaws.com',
    'GetSecretValue',
    { secretId: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:db-AbCdEf' },
  ],
];

const keyOf = (region: string, day: string, file: number): string =>
  `AWSLogs/${ACCOUNT}/CloudTrail/${region}/${day.replaceAll('-', '/')}/${ACCOUNT}_CloudTrail_${region}_${day.replaceAll('-', '')}T0${file + 1}05Z_abcdefghijklmno${file}.json.gz`;

/** One digest a region that lists every object: what it says does not change when objects are lost. */
function digestsOf(objects: readonly TrailObject[]): DigestInventory[] {
  return REGIONS.map((region) => ({
    accountId: ACCOUNT,
    region,
    from: WINDOW.from,
    to: WINDOW.to,
    files: objects.filter((one) => one.region === region).map((one) => one.name),
  }));
}

/** Deterministic: call n of an object is chosen by its place, so that some calls are frequent and some happen once. */
function trail(): TrailObject[] {
  const objects: TrailObject[] = [];
  let serial = 0;
  for (let at = 0; at < DAYS; at += 1) {
    for (const [r, region] of REGIONS.entries()) {
      // The last region is quiet: two objects in the whole window.
      const files = r === 2 ? (at === 7 || at === 19 ? 1 : 0) : 1 + ((at * 7 + r) % 3);
      for (let file = 0; file < files; file += 1) {
        serial += 1;
        const day = new Date(FROM + at * DAY).toISOString().slice(0, 10);
        const count = 1 + (serial % 3);
        const events = Array.from({ length: count }, (_, index) => {
          // Squares modulo a prime meet some calls often and others once or never.
          const call = calls[((serial * serial + index * at) % 37) % calls.length]!;
          return record(
            call,
            region,
            FROM + at * DAY + (file + 1) * 36e5 + index * 6e4,
            `${serial}-${index}`,
          );
        });
        objects.push({ region, day, name: keyOf(region, day, file), events });
      }
    }
  }
  return objects;
}

function record(call: (typeof calls)[number], region: string, at: number, id: string): TrailEvent {
  const [eventSource, eventName, requestParameters] = call;
  const decoded = decode({
    eventVersion: '1.08',
    eventTime: new Date(at).toISOString().replace('.000', ''),
    eventID: id,
    eventType: 'AwsApiCall',
    eventCategory: 'Management',
    managementEvent: true,
    awsRegion: eventSource.startsWith('iam') ? 'us-east-1' : region,
    recipientAccountId: ACCOUNT,
    eventSource,
    eventName,
    requestParameters,
    responseElements: null,
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROA1:s',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/web/s`,
      accountId: ACCOUNT,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROA1',
          arn: `arn:aws:iam::${ACCOUNT}:role/app/web`,
          accountId: ACCOUNT,
          userName: 'web',
        },
      },
    },
  });
  if (!decoded.ok) throw new Error(decoded.rejection.detail);
  return decoded.event;
}

function cellsOf(objects: readonly TrailObject[]): CoverageCell[] {
  const counts = new Map<string, number>();
  for (const one of objects) {
    const key = `${one.region} ${one.day}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, objects]) => {
    const [region, day] = key.split(' ');
    return { accountId: ACCOUNT, region: region!, day: day!, objects };
  });
}

interface Known {
  readonly digests?: readonly DigestInventory[];
  readonly lastAccessed?: LastAccessed;
  readonly expectedRegions?: readonly string[];
}

let catalogue: Catalogue;
let resolver: Resolver;
let all: readonly TrailObject[];
const document = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['kms:*', 'ec2:*Instances', 'secretsmanager:*'], Resource: '*' },
    { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*', 'cloudformation:*'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'kms:*',
      Resource: ['arn:aws:kms:us-west-2:111122223333:key/k2', 'arn:aws:kms:us-west-2:111122223333:key/k3'],
    },
  ],
};

function run(objects: readonly TrailObject[], known: Known): Judged {
  const ledger = createLedger({ window: WINDOW, resolve: resolver.resolve, wanted: [ROLE] });
  for (const one of objects)
    ledger.add({ records: one.events.length, events: one.events, skippedOtherPrincipal: 0, rejections: [] });
  const usage = ledger.usage({ ...ROLE, arn: `arn:aws:iam::${ACCOUNT}:role/app/web` });
  const base = planInput({ policies: [{ name: 'app', document }] }, catalogue);
  const told =
    known.digests &&
    deliveredBy(
      known.digests,
      objects.map((one) => one.name),
    );
  const source = {
    ...base.source,
    cells: cellsOf(objects),
    objectsRead: objects.length,
    ...(told ? { delivered: told.cells } : {}),
  };
  const input: PlanInput = {
    ...base,
    usage,
    source,
    ...(known.lastAccessed ? { lastAccessed: known.lastAccessed } : {}),
    coverage: buildCoverage({
      window: WINDOW,
      source,
      objectGaps: told?.missing ?? [],
      records: objects.reduce((sum, one) => sum + one.events.length, 0),
      malformed: 0,
      principal: { accountId: ACCOUNT },
      usages: [usage],
      dataTypesOf: () => [],
      isRead: () => true,
      ...(known.expectedRegions ? { expectedRegions: known.expectedRegions } : {}),
    }),
  };
  const parsed = parsePolicy(document);
  if (!parsed.ok) throw new Error('the policy of the test does not parse');
  return judge(input, [parsed.policy]);
}

/** What the partial evidence takes away although the whole shows it used: the action, or one of its resources. */
function contradicted(whole: Judged, partial: Judged): string[] {
  const resources = (entries: Judged['judgements'][number]['entries']): string[] =>
    entries.map((one) => (one.resource.kind === 'arn' ? one.resource.arn : one.resource.kind));
  const after = new Map(partial.judgements.map((one) => [`${one.statement} ${one.action}`, one]));
  return whole.judgements
    .filter((one) => one.entries.length > 0)
    .flatMap((one) => {
      const key = `${one.statement} ${one.action}`;
      const now = after.get(key);
      if (!now || now.keep === 'as-granted') return [];
      if (now.keep === 'remove') return [key];
      const left = new Set(resources(now.entries));
      return resources(one.entries)
        .filter((name) => !left.has(name))
        .map((name) => `${key} on ${name}`);
    });
}

/** Every way to lose one object, one day of all regions, or one region. */
function losses(objects: readonly TrailObject[]): [string, TrailObject[]][] {
  const without = (name: string, gone: (one: TrailObject) => boolean): [string, TrailObject[]] => [
    name,
    objects.filter((one) => !gone(one)),
  ];
  const days = [...new Set(objects.map((one) => one.day))];
  return [
    ...objects.map((lost) => without(lost.name, (one) => one === lost)),
    ...days.map((day) => without(day, (one) => one.day === day)),
    ...REGIONS.map((region) => without(region, (one) => one.region === region)),
  ];
}

beforeAll(async () => {
  catalogue = await loadCatalogue();
  resolver = createResolver(catalogue);
  all = trail();
});

describe('evidence that is lost', () => {
  it('takes nothing away that the whole trail shows used, where digests tell what was delivered', () => {
    const digests = digestsOf(all);
    const whole = run(all, { digests });
    expect(whole.judgements.filter((one) => one.keep === 'remove').length).toBeGreaterThan(100);
    expect(whole.judgements.filter((one) => one.verdict === 'used').length).toBeGreaterThanOrEqual(
      calls.length - 2,
    );
    const wrong = losses(all).flatMap(([name, rest]) =>
      contradicted(whole, run(rest, { digests })).map((what) => `without ${name}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });

  it('takes nothing away for a lost day or busy region without digests, once the regions are known', () => {
    const whole = run(all, {});
    const wrong = losses(all)
      .filter(([name]) => !name.endsWith('.gz'))
      .flatMap(([name, rest]) =>
        contradicted(whole, run(rest, { expectedRegions: REGIONS })).map(
          (what) => `without ${name}: ${what}`,
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('takes nothing away for a lost object without digests where Access Advisor tracks the actions', () => {
    const whole = run(all, {});
    const lastAccessed = trackedUse(all);
    const wrong = losses(all).flatMap(([name, rest]) =>
      contradicted(whole, run(rest, { lastAccessed }))
        .filter((what) => !what.includes(' on '))
        .map((what) => `without ${name}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });

  it('would notice: without digests a lost object does take something away', () => {
    const whole = run(all, {});
    const wrong = losses(all).flatMap(([, rest]) => contradicted(whole, run(rest, {})));
    expect(wrong.length).toBeGreaterThan(0);
  });
});

/** What Access Advisor would say of the whole trail if it tracked every action. */
function trackedUse(objects: readonly TrailObject[]): LastAccessed {
  const actions = new Map<string, number>();
  for (const event of objects.flatMap((one) => one.events)) {
    const resolution = resolver.resolve(event);
    if (resolution.status !== 'mapped') continue;
    for (const { action } of resolution.permissions)
      actions.set(action, Math.max(actions.get(action) ?? 0, event.lastSeen));
  }
  const services = [...new Set([...actions.keys()].map((one) => one.split(':')[0]!))];
  return {
    level: 'action',
    generatedAt: WINDOW.to + DAY,
    origin: 'test',
    services: services.map((service) => {
      const own = [...actions].filter(([action]) => action.startsWith(`${service}:`));
      return {
        service,
        serviceName: service,
        lastAuthenticated: Math.max(...own.map(([, at]) => at)),
        actions: own.map(([action, lastAccessed]) => ({ action, lastAccessed })),
      };
    }),
  };
}
