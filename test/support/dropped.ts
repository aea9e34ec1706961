/** Losing evidence of the samples, one object, day or region at a time, and what a judgement must not do then. */
import { readFile } from 'node:fs/promises';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { parseLastAccessed } from '../../src/account/last-accessed.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { coverageOf } from '../../src/commands/coverage.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import type { Resolution } from '../../src/permissions/permission.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import type { Judged } from '../../src/plan/input.ts';
import { judge } from '../../src/plan/judge.ts';
import type { Policy } from '../../src/policy/document.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { type DigestInventory, deliveredBy } from '../../src/trail/digest-inventory.ts';
import { openDirectory } from '../../src/trail/directory.ts';
import { parseTrails } from '../../src/trail/facts-read.ts';
import type { Batch, CoverageCell, SourceFacts, Window } from '../../src/trail/source.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { planInput, time } from './plan-input.ts';

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;
const WINDOW: Window = { from: time('2026-06-01'), to: time('2026-08-30') };
const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(SAMPLES + name, 'utf8'));

export interface Known {
  /** Digests of every object, as CloudTrail would have written them. */
  readonly digests: boolean;
  readonly lastAccessed: boolean;
  readonly trails: boolean;
}

/** Reads the samples once for a role; the value judges any part of their objects. */
export async function openSamples(catalogue: Catalogue, role: string) {
  const account = parseAuthorizationDetails(await json('account.json'), 'account.json');
  const principal = account.principals.find((one) => one.kind === 'role' && one.name === role);
  if (!principal) throw new Error(`the samples have no role ${role}`);
  const lastAccessed = parseLastAccessed(await json(`last-accessed/${role}.json`), role);
  const { trails } = parseTrails(await json('trails.json'), 'trails.json');
  const wanted = { kind: 'role', name: role, accountId: principal.accountId } as const;
  const source = await openDirectory(`${SAMPLES}trail`);
  const batches: Batch[] = [];
  for await (const batch of source.read({ window: WINDOW, principals: [wanted] })) batches.push(batch);
  const resolver = createResolver(catalogue);
  // Each event is resolved once, not once a loss.
  const resolved = new WeakMap<TrailEvent, Resolution>();
  const resolve = (event: TrailEvent): Resolution => {
    const known = resolved.get(event) ?? resolver.resolve(event);
    resolved.set(event, known);
    return known;
  };
  const digests = digestsOf(batches);
  const base = planInput({}, catalogue);
  const policies = principal.policies.map(({ document }): Policy | undefined => {
    const parsed = parsePolicy(document);
    return parsed.ok ? parsed.policy : undefined;
  });

  const judgeOn = (part: readonly Batch[], known: Known): Judged => {
    const ledger = createLedger({ window: WINDOW, resolve, wanted: [wanted] });
    for (const batch of part) ledger.add(batch);
    const names = part.map((one) => one.object!.name);
    const told = known.digests ? deliveredBy(digests, names) : undefined;
    const facts: SourceFacts = {
      ...source.facts(),
      objectsListed: part.length,
      objectsRead: part.length,
      cells: cellsOf(part),
      ...(told ? { delivered: told.cells } : {}),
    };
    const usage = ledger.usage(principal);
    const advisor = known.lastAccessed ? lastAccessed : undefined;
    const coverage = coverageOf({
      evidence: {
        ledger,
        gaps: told?.missing ?? [],
        source: facts,
        records: part.reduce((sum, one) => sum + one.records, 0),
      },
      usage,
      principal,
      catalogue,
      window: WINDOW,
      trails: known.trails ? trails : undefined,
      lastAccessed: advisor,
    });
    return judge(
      {
        ...base,
        usage,
        account: principal,
        coverage,
        source: facts,
        ...(advisor ? { lastAccessed: advisor } : {}),
      },
      policies,
    );
  };
  return { batches, judgeOn };
}

function digestsOf(batches: readonly Batch[]): DigestInventory[] {
  const regions = [...new Set(batches.map((one) => one.object!.region!))];
  return regions.map((region) => {
    const own = batches.filter((one) => one.object!.region === region);
    return {
      accountId: own[0]!.object!.accountId!,
      region,
      from: WINDOW.from,
      to: WINDOW.to,
      files: own.map((one) => one.object!.name),
    };
  });
}

function cellsOf(batches: readonly Batch[]): CoverageCell[] {
  const cells = new Map<string, CoverageCell>();
  for (const { object } of batches) {
    const { accountId, region, day } = object!;
    const key = `${accountId}/${region}/${day}`;
    const objects = (cells.get(key)?.objects ?? 0) + 1;
    cells.set(key, { accountId: accountId!, region: region!, day: day!, objects });
  }
  return [...cells.values()];
}

/** Every way to lose one object, one day of all regions, or one region. */
export function losses(batches: readonly Batch[]): (readonly [name: string, rest: readonly Batch[]])[] {
  const without = (name: string, gone: (one: Batch) => boolean) =>
    [name, batches.filter((one) => !gone(one))] as const;
  const of = (field: 'day' | 'region'): string[] => [...new Set(batches.map((one) => one.object![field]!))];
  return [
    ...batches.map((lost) => without(lost.object!.name, (one) => one === lost)),
    ...of('day').map((day) => without(day, (one) => one.object!.day === day)),
    ...of('region').map((region) => without(region, (one) => one.object!.region === region)),
  ];
}

/** What the partial evidence takes away although the whole shows it used: the action, or one of its resources. */
export function contradicted(whole: Judged, partial: Judged): string[] {
  const resources = (entries: Judged['judgements'][number]['entries']): string[] =>
    entries.map((one) => (one.resource.kind === 'arn' ? one.resource.arn : one.resource.kind));
  const keyOf = (one: Judged['judgements'][number]): string => `${one.policy}/${one.statement} ${one.action}`;
  const after = new Map(partial.judgements.map((one) => [keyOf(one), one]));
  return whole.judgements
    .filter((one) => one.entries.length > 0)
    .flatMap((one) => {
      const key = keyOf(one);
      const now = after.get(key);
      if (!now || now.keep === 'as-granted') return [];
      if (now.keep === 'remove') return [key];
      const left = new Set(resources(now.entries));
      return resources(one.entries)
        .filter((name) => !left.has(name))
        .map((name) => `${key} on ${name}`);
    });
}
