/** Builds what a plan is made from, out of few words: usage entries, principals, judgements, a whole input. */
import type { AccountPrincipal, AttachedPolicy } from '../../src/account/account.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { ResourceRef } from '../../src/permissions/permission.ts';
import type { Judgement, PlanInput, PlanOptions } from '../../src/plan/input.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { inCurrentVersion } from '../../src/policy/current-version.ts';
import type { Policy } from '../../src/policy/document.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import {
  asPattern,
  escapeLiteral,
  intersects,
  matchesAction,
  matchesResource,
  type Pattern,
} from '../../src/policy/pattern.ts';
import {
  BUCKETS,
  type Bucket,
  type Carried,
  type PrincipalUsage,
  type UsageEntry,
} from '../../src/usage/usage.ts';

export const ACCOUNT_ID = '111122223333';
const DAY = 86_400_000;
const TO = Date.UTC(2026, 6, 1);

/** One use, as a case writes it: action, ARN or `*` (no resource) or `?` (not shown), and what else matters. */
export interface Use {
  readonly action: string;
  readonly resource: string;
  readonly count?: number;
  readonly context?: readonly (readonly [string, string])[];
  readonly regions?: readonly string[];
  /** With resource `?`: what the record shows of the name. */
  readonly parts?: readonly string[];
  readonly sourceIps?: readonly string[];
  readonly vpcEndpoints?: readonly string[];
  readonly mfa?: readonly string[];
  /** Keys that some call did not carry: `sourceIps`, `vpcEndpoints`, `mfa`. */
  readonly lacks?: readonly string[];
  readonly via?: readonly string[];
  readonly direct?: boolean;
  readonly level?: UsageEntry['level'];
  readonly days?: number;
}

export function entryOf(use: Use, catalogue: Catalogue): UsageEntry {
  const count = use.count ?? 1;
  const days = Math.min(use.days ?? 10, 90);
  return {
    action: use.action,
    resource: refOf(use, catalogue),
    level: use.level ?? 'primary',
    context: use.context ?? [],
    basis: 'test',
    count,
    firstSeen: TO - days * DAY,
    lastSeen: TO - DAY,
    sampleIds: ['00000000-0000-4000-8000-000000000001'],
    succeeded: count,
    failed: 0,
    inconclusive: 0,
    days: Array.from({ length: days }, (_, i) => Math.floor(TO / DAY) - days + i),
    regions: use.regions ?? ['eu-west-1'],
    sessions: { values: ['session'], more: false },
    sourceIps: carriedBy(use, 'sourceIps'),
    vpcEndpoints: carriedBy(use, 'vpcEndpoints'),
    mfa: carriedBy(use, 'mfa'),
    workloads: { values: [], more: false },
    via: use.via ?? [],
    direct: use.direct ?? (use.via ?? []).length === 0,
    eventNames: [use.action.slice(use.action.indexOf(':') + 1)],
  };
}

function carriedBy(use: Use, key: 'sourceIps' | 'vpcEndpoints' | 'mfa'): Carried {
  const values = use[key] ?? [];
  return { values, more: false, every: values.length > 0 && use.lacks?.includes(key) !== true };
}

function refOf(use: Use, catalogue: Catalogue): ResourceRef {
  const patterns = use.parts?.map(asPattern);
  if (use.resource === '?')
    return { kind: 'unresolved', reason: 'not shown', ...(patterns ? { patterns } : {}) };
  if (use.resource !== '*') return { kind: 'arn', arn: use.resource, found: 'resources' };
  const none = catalogue.action(use.action)?.resourceTypes.length === 0;
  return { kind: 'any', found: none ? 'no-resource-level' : 'names-none' };
}

export function usageOf(entries: readonly UsageEntry[]): PrincipalUsage {
  const calls = entries.reduce((sum, entry) => sum + entry.count, 0);
  const buckets = Object.fromEntries(BUCKETS.map((name) => [name, name === 'succeeded' ? calls : 0]));
  return {
    principal: {
      kind: 'role',
      arn: `arn:aws:iam::${ACCOUNT_ID}:role/app`,
      accountId: ACCOUNT_ID,
      name: 'app',
    },
    ids: [],
    entries,
    denials: [],
    unmapped: [],
    hidden: [],
    accounting: { records: calls, buckets: buckets as Record<Bucket, number>, reasons: [] },
    serviceDays: [],
    sessions: { values: [], more: false },
    sourceIps: { values: [], more: false },
    workloads: { values: [], more: false },
  };
}

export function principalWith(
  policies: readonly AttachedPolicy[],
  more: Partial<AccountPrincipal> = {},
): AccountPrincipal {
  return {
    kind: 'role',
    arn: `arn:aws:iam::${ACCOUNT_ID}:role/app`,
    accountId: ACCOUNT_ID,
    name: 'app',
    path: '/',
    id: 'AROAEXAMPLEEXAMPLEEX',
    policies,
    groups: [],
    instanceProfiles: [],
    tags: [],
    ...more,
  };
}

export const optionsOf = (given: Partial<PlanOptions> = {}): PlanOptions => ({
  resources: 'auto',
  conditions: [],
  graceDays: 0,
  keepRules: [],
  allowWiderWildcards: false,
  replaceGroups: false,
  maxManagedPolicies: 20,
  minDaysSeen: 1,
  ...given,
});

export function inputOf(
  catalogue: Catalogue,
  entries: readonly UsageEntry[],
  account?: AccountPrincipal,
  options: Partial<PlanOptions> = {},
): PlanInput {
  return {
    usage: usageOf(entries),
    ...(account ? { account } : {}),
    coverage: {
      window: { from: TO - 90 * DAY, to: TO },
      state: 'complete',
      gaps: [],
      management: { read: 'yes', write: 'yes', excludedSources: [] },
      data: [],
      cells: [],
    },
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
    options: optionsOf(options),
    toolVersion: '0.0.0',
    inputDigests: [],
  };
}

export function parsed(document: unknown): Policy {
  const result = parsePolicy(document);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

/** A variable stands for any text: in `Resource` it may hit, and in `NotResource` nothing says that it does. */
const hits = (pattern: Pattern, arn: string, not: boolean): boolean =>
  pattern.includes('${')
    ? !not && (pattern === arn || intersects(pattern, escapeLiteral(arn)))
    : pattern === arn || matchesResource(pattern, arn);

/** The simplest judge: what was seen stays where it was seen, what a case lists stays as granted, the rest goes. */
export function judgeSimply(
  policies: readonly Policy[],
  entries: readonly UsageEntry[],
  catalogue: Catalogue,
  asGranted: readonly string[] = [],
): readonly Judgement[] {
  return policies.flatMap((policy, p) =>
    inCurrentVersion(policy).statements.flatMap((statement, s) => {
      if (statement.effect === 'Deny') return [];
      const named = statement.action.patterns.flatMap((pattern) => {
        const known = catalogue.expand(pattern).map((one) => one.action);
        return known.length > 0 ? known : [pattern];
      });
      const all = statement.action.not
        ? catalogue
            .expand('*')
            .map((one) => one.action)
            .filter((one) => !named.includes(one))
        : [...new Set(named)];
      return all.sort().map((action): Judgement => {
        const mine = entries.filter(
          (entry) =>
            entry.action.toLowerCase() === action.toLowerCase() &&
            (entry.resource.kind === 'unresolved'
              ? (entry.resource.patterns ?? [asPattern('*')]).some(
                  (part) =>
                    statement.resource.not ||
                    statement.resource.patterns.some((one) => intersects(one, part)),
                )
              : entry.resource.kind !== 'arn' ||
                statement.resource.patterns.some((one) =>
                  hits(one, (entry.resource as { arn: string }).arn, statement.resource.not),
                ) !== statement.resource.not),
        );
        const base = { policy: p, statement: s, action, entries: mine, reason: 'test' };
        if (asGranted.some((pattern) => matchesAction(pattern, action)))
          return { ...base, verdict: 'rule', keep: 'as-granted' };
        return mine.length > 0
          ? { ...base, verdict: 'used', keep: 'observed' }
          : { ...base, verdict: 'unused', keep: 'remove' };
      });
    }),
  );
}

/** A plan's policies as the principal has them once the plan is carried out. */
export const attachedAfter = (plan: Plan): readonly AttachedPolicy[] =>
  plan.after.policies.map((policy) => ({
    name: policy.name,
    source: policy.source ?? 'customer-managed',
    document: policy.document,
    ...(policy.group === undefined ? {} : { group: policy.group }),
    arn: policy.arn ?? `arn:aws:iam::${ACCOUNT_ID}:policy/${policy.name}`,
  }));
