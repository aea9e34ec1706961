/** Every row of the hand-kept tables has a case in test/cases/permissions, and every case holds. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import eventTypes from '../../src/permissions/data/event-types.json' with { type: 'json' };
import hiddenNeeds from '../../src/permissions/data/hidden-needs.json' with { type: 'json' };
import noPermission from '../../src/permissions/data/no-permission.json' with { type: 'json' };
import operations from '../../src/permissions/data/operations.json' with { type: 'json' };
import parameters from '../../src/permissions/data/parameters.json' with { type: 'json' };
import services from '../../src/permissions/data/services.json' with { type: 'json' };
import { createResolver, type Resolver } from '../../src/permissions/resolver.ts';
import { readCases } from '../support/cases.ts';
import { eventOf, line, type PermissionCase } from '../support/permission-cases.ts';

const files = readCases<PermissionCase>('permissions');
let resolver: Resolver;

/** What of the case does not hold; empty when all does. */
function faults(one: PermissionCase): readonly string[] {
  const resolution = resolver.resolve(eventOf(one));
  const out: string[] = [];
  const status = one.status ?? 'mapped';
  if (resolution.status !== status) return [`status ${resolution.status}, wanted ${status}`];
  const denied = resolution.status === 'no-permission' ? undefined : resolution.denied;
  if (one.denied !== undefined && JSON.stringify(denied) !== JSON.stringify(one.denied))
    out.push(`denied ${JSON.stringify(denied)}, wanted ${JSON.stringify(one.denied)}`);
  if (resolution.status !== 'mapped') return out;
  const got = resolution.permissions.map(line);
  for (const wanted of one.gives ?? [])
    if (!got.some((have) => have === wanted || have.startsWith(`${wanted} `)))
      out.push(`no ${wanted} among ${got.join(', ')}`);
  for (const action of one.lacks ?? [])
    if (resolution.permissions.some((permission) => permission.action === action))
      out.push(`${action} is there`);
  const contexts = resolution.permissions.map(
    ({ action, context }) => `${action} ${context.map(([key, value]) => `${key}=${value}`).join(' ')}`,
  );
  for (const wanted of one.context ?? [])
    if (!contexts.includes(wanted)) out.push(`no context ${wanted} among ${contexts.join(', ')}`);
  const hidden = resolution.hidden.map(({ action, through }) => `${action} ${through}`);
  for (const wanted of one.hidden ?? [])
    if (!hidden.includes(wanted)) out.push(`no hidden ${wanted} among ${hidden.join(', ')}`);
  return out;
}

describe('cases', () => {
  beforeAll(async () => {
    resolver = createResolver(await loadCatalogue());
  });
  it.each(files.map(({ file, cases }) => [file, cases] as const))('%s', (_, cases) => {
    const wrong = cases.flatMap((one) =>
      faults(one).map((fault) => `${one.row ?? one.name} ${one.event}: ${fault}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has at least as many cases as rows for every key of the hand-kept tables', () => {
    const rows = [
      ...operations.map((row) => `operations ${row.service}:${row.event} ${row.action}`),
      ...parameters.map((row) => `parameters ${row.service}:${row.type} ${row.path}`),
      ...services.map((row) => `services ${row.service}`),
      ...noPermission.map((row) => `no-permission ${row.service}:${row.event}`),
      ...eventTypes.map((row) => `event-types ${row.eventType}`),
      ...hiddenNeeds.map((row) => `hidden-needs ${row.service}:${row.event} ${row.path}`),
    ];
    const count = (keys: readonly string[]) => {
      const counts = new Map<string, number>();
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts;
    };
    const cases = count(files.flatMap(({ cases }) => cases.flatMap((one) => (one.row ? [one.row] : []))));
    const lacking = [...count(rows)].filter(([key, number]) => (cases.get(key) ?? 0) < number);
    expect(lacking).toEqual([]);
    const known = new Set(rows);
    expect([...cases.keys()].filter((key) => !known.has(key))).toEqual([]);
  });
});
