/** The parts of a plan that restate its input: who, on what evidence, what was used. Pure formatting, no judgement. */
import type { AccountPrincipal } from '../account/account.ts';
import type { AccessLevel } from '../catalogue/catalogue.ts';
import type { SourceFacts } from '../trail/source.ts';
import type { Coverage } from '../usage/coverage.ts';
import type { PrincipalUsage, UsageEntry } from '../usage/usage.ts';
import type { PlanInput } from './input.ts';
import { isoDayOf, isoTime } from './iso-time.ts';
import type { Evidence, PlanPrincipal, PlanUsage } from './plan.ts';

const DAY = 86_400_000;

export function principalOf(usage: PrincipalUsage, account: AccountPrincipal | undefined): PlanPrincipal {
  const { principal } = usage;
  const shown = {
    kind: principal.kind,
    arn: account?.arn ?? principal.arn,
    accountId: principal.accountId,
    name: account?.name ?? principal.name,
  } as { -readonly [Name in keyof PlanPrincipal]: PlanPrincipal[Name] };
  if (account) {
    shown.path = account.path;
    shown.id = account.id;
    if (account.createdAt !== undefined) shown.createdAt = isoTime(account.createdAt);
  }
  shown.seenIds = usage.ids.map((one) => one.id);
  shown.sessions = usage.sessions;
  shown.sourceIps = usage.sourceIps;
  shown.workloads = usage.workloads;
  return shown;
}

export function windowOf({ window }: Coverage): { from: string; to: string; days: number } {
  return {
    from: isoTime(window.from),
    to: isoTime(window.to),
    days: Math.round(((window.to - window.from) / DAY) * 100) / 100,
  };
}

export function evidenceOf({ usage, source, coverage, lastAccessed }: PlanInput): Evidence {
  const complete = coverage.state === 'complete';
  return {
    source: { kind: source.kind, location: source.location },
    objects: { listed: source.objectsListed, read: source.objectsRead, bytes: source.bytesRead },
    ignored: source.ignored,
    accounting: usage.accounting,
    coverage: {
      state: coverage.state,
      management: coverage.management,
      data: coverage.data,
      gaps: coverage.gaps.map(({ from, to, ...gap }) => ({
        ...gap,
        ...(from === undefined ? {} : { from: isoTime(from) }),
        ...(to === undefined ? {} : { to: isoTime(to) }),
      })),
      cells: coverage.cells,
    },
    ...(lastAccessed
      ? {
          lastAccessed: {
            level: lastAccessed.level,
            origin: lastAccessed.origin,
            ...(lastAccessed.generatedAt === undefined
              ? {}
              : { generatedAt: isoTime(lastAccessed.generatedAt) }),
          },
        }
      : {}),
    complete,
    statement: `${complete ? completeStatement(source) : incompleteStatement(coverage)}${leftOut(usage)}`,
  };
}

/** What a person had left out is no gap: it was asked for. It is told wherever the evidence is told of. */
function leftOut({ accounting }: PrincipalUsage): string {
  const { excluded } = accounting.buckets;
  if (excluded === 0) return '';
  return `; ${excluded} ${excluded === 1 ? 'record was' : 'records were'} left out as asked, and what was used only there counts as unused`;
}

const completeStatement = (source: SourceFacts): string =>
  `the evidence is complete: ${source.objectsRead} objects read, no gap in the window`;

function incompleteStatement(coverage: Coverage): string {
  if (coverage.state === 'none') return 'no evidence was read: nothing can be called unused';
  const reasons = [...new Set(coverage.gaps.map((gap) => gap.reason))].sort();
  const gaps = `${coverage.gaps.length} ${coverage.gaps.length === 1 ? 'gap' : 'gaps'}`;
  return `the evidence is incomplete (${gaps}: ${reasons.join(', ')}): what was not seen may have been used`;
}

export function usageOf(input: PlanInput): readonly PlanUsage[] {
  const levels = new Map<string, AccessLevel | undefined>();
  const rows: PlanUsage[] = [];
  for (const entry of input.usage.entries) {
    let level = levels.get(entry.action);
    if (level === undefined && !levels.has(entry.action)) {
      level = input.catalogue.action(entry.action)?.accessLevel;
      levels.set(entry.action, level);
    }
    rows.push(usageRow(entry, level));
  }
  return rows;
}

/** Made by assignment, as there are many: parts spread into an object would be copied member by member. */
function usageRow(entry: UsageEntry, accessLevel: AccessLevel | undefined): PlanUsage {
  const row = { action: entry.action } as { -readonly [Name in keyof PlanUsage]: PlanUsage[Name] };
  if (accessLevel) row.accessLevel = accessLevel;
  const { resource } = entry;
  row.resource = resource.kind === 'arn' ? resource.arn : '*';
  row.resourceKind = resource.kind;
  row.resourceFound = resource.kind === 'unresolved' ? resource.reason : resource.found;
  row.level = entry.level;
  row.context = entry.context;
  row.count = entry.count;
  row.succeeded = entry.succeeded;
  row.failed = entry.failed;
  row.firstSeen = isoTime(entry.firstSeen);
  row.lastSeen = isoTime(entry.lastSeen);
  row.days = entry.days.length;
  row.sampleEventIds = entry.sampleIds;
  row.via = entry.via;
  row.eventNames = entry.eventNames;
  return row;
}

export const heatmapOf = (usage: PrincipalUsage): readonly (readonly [string, string, number])[] =>
  usage.serviceDays.map(([service, day, calls]) => [service, isoDayOf(day * DAY), calls]);

export function settingsOf({ options }: PlanInput): readonly (readonly [string, string])[] {
  // In order by themselves.
  const settings: [string, string][] = [
    ['allow-wider-wildcards', String(options.allowWiderWildcards)],
    ['conditions', options.conditions.join(',')],
    ['grace-days', String(options.graceDays)],
    ['keep-rules', String(options.keepRules.length)],
    ['max-managed-policies', String(options.maxManagedPolicies ?? 'default quota')],
    ['min-days-seen', String(options.minDaysSeen)],
    ['replace-groups', String(options.replaceGroups === true)],
    ['resources', options.resources],
  ];
  if (options.leftOut === undefined || options.leftOut.length === 0) return settings;
  for (const [flag, value] of options.leftOut) settings.push([flag, value]);
  return settings.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
