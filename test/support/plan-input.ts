/** Builds a PlanInput from the short form of the case files, filling in a complete, fully recorded 90-day window. */
import type { AccountPrincipal, LastAccessed } from '../../src/account/account.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { ResourceRef } from '../../src/permissions/permission.ts';
import type { KeepRule, PlanInput, PlanOptions } from '../../src/plan/input.ts';
import { asPattern } from '../../src/policy/pattern.ts';
import type { Coverage, Gap } from '../../src/usage/coverage.ts';
import {
  type Accounting,
  BUCKETS,
  type DenialEntry,
  type HiddenEntry,
  type PrincipalUsage,
  type UnmappedEntry,
  type UsageEntry,
} from '../../src/usage/usage.ts';

const DAY = 86_400_000;
export const time = (text: string): number => Date.parse(text);
const ROLE = 'arn:aws:iam::111122223333:role/app/web';

export interface UseCase {
  readonly action: string;
  /** An ARN, `any`, `none` (a list call that names none), `unresolved`, or `many` and a pattern that holds them. */
  readonly resource?: string;
  readonly days?: readonly string[];
  readonly count?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly level?: UsageEntry['level'];
  readonly context?: UsageEntry['context'];
  readonly event?: string;
  readonly ips?: readonly string[];
  readonly sessions?: readonly string[];
  readonly regions?: readonly string[];
}
type Seen = { readonly on?: string; readonly count?: number };
export interface PlanCase {
  readonly window?: readonly [string, string];
  readonly principal?: Partial<Omit<AccountPrincipal, 'createdAt'>> & { readonly createdAt?: string };
  readonly policies?: readonly {
    readonly name: string;
    readonly document: unknown;
    readonly createdAt?: string;
  }[];
  readonly noAccount?: boolean;
  readonly use?: readonly UseCase[];
  readonly ids?: readonly string[];
  readonly denials?: readonly (Partial<DenialEntry> & Seen)[];
  readonly unmapped?: readonly (Partial<UnmappedEntry> & Seen)[];
  readonly hidden?: readonly (Partial<HiddenEntry> & Seen)[];
  readonly coverage?: Partial<Omit<Coverage, 'gaps'>> & {
    readonly gaps?: readonly (Partial<Omit<Gap, 'from' | 'to'>> & {
      readonly from?: string;
      readonly to?: string;
    })[];
  };
  readonly lastAccessed?: {
    readonly generatedAt?: string;
    /** service -> [last attempt or null, { action: last attempt or null }] */
    readonly services: Readonly<
      Record<string, readonly [string | null, Readonly<Record<string, string | null>>?]>
    >;
  };
  readonly keep?: readonly KeepRule[];
  readonly options?: Partial<PlanOptions>;
}

const seenOf = (one: Seen) => {
  const at = time(one.on ?? '2026-02-01T12:00:00Z');
  return { count: one.count ?? 1, firstSeen: at, lastSeen: at, sampleIds: [`id-${at / DAY}`] };
};

function resourceOf(text: string | undefined): ResourceRef {
  if (text === undefined || text === 'any') return { kind: 'any', found: 'no-resource-level' };
  if (text === 'none') return { kind: 'any', found: 'names-none' };
  if (text === 'unresolved') return { kind: 'unresolved', reason: 'the request does not name it' };
  if (text.startsWith('many ')) {
    const patterns = [asPattern(text.slice('many '.length))];
    return { kind: 'unresolved', reason: 'more than 9 different resources were used', patterns, many: true };
  }
  return { kind: 'arn', arn: text, found: 'request' };
}

export function entryOf(use: UseCase): UsageEntry {
  const days = (use.days ?? ['2026-01-02', '2026-02-03', '2026-03-20']).map((one) => time(one) / DAY);
  const count = use.count ?? days.length;
  return {
    action: use.action,
    resource: resourceOf(use.resource),
    level: use.level ?? 'primary',
    context: use.context ?? [],
    basis: 'case',
    count,
    firstSeen: days[0]! * DAY + 36e5,
    lastSeen: days.at(-1)! * DAY + 72e5,
    sampleIds: [`${use.action}-1`],
    succeeded: use.succeeded ?? count - (use.failed ?? 0),
    failed: use.failed ?? 0,
    inconclusive: 0,
    days,
    regions: use.regions ?? ['eu-west-1'],
    sessions: { values: use.sessions ?? ['s1', 's2'], more: false },
    sourceIps: { values: use.ips ?? ['192.0.2.1'], more: false, every: true },
    vpcEndpoints: { values: [], more: false, every: false },
    mfa: { values: [], more: false, every: false },
    workloads: { values: [], more: false },
    via: [],
    direct: true,
    eventNames: [use.event ?? use.action.slice(use.action.indexOf(':') + 1)],
  };
}

export const noRecords: Accounting = {
  records: 0,
  buckets: Object.fromEntries(BUCKETS.map((one) => [one, 0])) as Accounting['buckets'],
  reasons: [],
};

export function usageOf(given: PlanCase): PrincipalUsage {
  const none = { values: [], more: false };
  return {
    principal: { kind: 'role', arn: ROLE, accountId: '111122223333', name: 'web' },
    ids: (given.ids ?? ['AROA1']).map((id, index) => ({
      id,
      count: 1,
      firstSeen: time('2026-01-05') + index * DAY,
      lastSeen: time('2026-01-06') + index * DAY,
    })),
    entries: (given.use ?? []).map(entryOf),
    denials: (given.denials ?? []).map((one) => ({
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      errorCode: 'AccessDenied',
      actions: ['s3:GetObject'],
      ...one,
      ...seenOf(one),
    })),
    unmapped: (given.unmapped ?? []).map((one) => ({
      eventSource: 'sqs.amazonaws.com',
      eventName: 'Mystery',
      reason: 'no such operation',
      ...one,
      ...seenOf(one),
    })),
    hidden: (given.hidden ?? []).map((one) => ({
      action: 'iam:PassRole',
      through: 'instance profile web-tier',
      reason: 'the profile names a role that the request does not',
      eventName: 'RunInstances',
      ...one,
      ...seenOf(one),
    })),
    accounting: noRecords,
    serviceDays: [],
    sessions: none,
    sourceIps: none,
    workloads: none,
  };
}

export function accountOf(given: PlanCase): AccountPrincipal {
  const { createdAt, ...more } = given.principal ?? {};
  return {
    kind: 'role',
    arn: ROLE,
    accountId: '111122223333',
    name: 'web',
    path: '/app/',
    id: 'AROA1',
    groups: [],
    instanceProfiles: [],
    tags: [],
    ...more,
    ...(createdAt === undefined ? {} : { createdAt: time(createdAt) }),
    policies: (given.policies ?? []).map(({ name, document, createdAt: made }) => ({
      source: 'customer-managed',
      name,
      document,
      ...(made === undefined ? {} : { createdAt: time(made) }),
    })),
  };
}

function coverageOf(given: PlanCase): Coverage {
  const [from, to] = given.window ?? ['2026-01-01', '2026-04-01'];
  const { gaps, ...more } = given.coverage ?? {};
  return {
    window: { from: time(from), to: time(to) },
    state: gaps?.length ? 'partial' : 'complete',
    management: { read: 'yes', write: 'yes', excludedSources: [] },
    data: [],
    cells: [],
    ...more,
    gaps: (gaps ?? []).map(({ from: start, to: end, ...gap }) => ({
      reason: 'unreadable',
      objects: 1,
      detail: 'an object could not be read',
      ...gap,
      ...(start === undefined ? {} : { from: time(start) }),
      ...(end === undefined ? {} : { to: time(end) }),
    })),
  };
}

function lastAccessedOf(given: NonNullable<PlanCase['lastAccessed']>): LastAccessed {
  return {
    level: 'action',
    generatedAt: time(given.generatedAt ?? '2026-04-01T06:00:00Z'),
    origin: 'last-accessed.json',
    services: Object.entries(given.services).map(([service, [last, actions]]) => ({
      service,
      serviceName: service,
      ...(last === null ? {} : { lastAuthenticated: time(last) }),
      actions: Object.entries(actions ?? {}).map(([action, at]) => ({
        action,
        ...(at === null ? {} : { lastAccessed: time(at) }),
      })),
    })),
  };
}

export function planInput(given: PlanCase, catalogue: Catalogue): PlanInput {
  return {
    usage: usageOf(given),
    ...(given.noAccount ? {} : { account: accountOf(given) }),
    ...(given.lastAccessed ? { lastAccessed: lastAccessedOf(given.lastAccessed) } : {}),
    coverage: coverageOf(given),
    source: {
      kind: 'dir',
      location: 'logs',
      objectsListed: 1,
      objectsRead: 1,
      bytesRead: 1,
      ignored: [],
      cells: [],
    },
    catalogue,
    options: {
      resources: 'auto',
      conditions: [],
      graceDays: 14,
      keepRules: given.keep ?? [],
      allowWiderWildcards: false,
      replaceGroups: false,
      maxManagedPolicies: 10,
      minDaysSeen: 1,
      ...given.options,
    },
    toolVersion: 'test',
    inputDigests: [],
  };
}
