/** The policy of a principal whose grants are not known: exactly what was seen, grouped by service and resource. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { asPattern, type Pattern } from '../policy/pattern.ts';
import type { UsageEntry } from '../usage/usage.ts';
import type { PlanOptions } from './input.ts';
import { addedConditions } from './synthesise-conditions.ts';
import { type Grant, groupGrants } from './synthesise-group.ts';
import { narrowResources } from './synthesise-resources.ts';
import type { Tightened, Written } from './synthesise-statement.ts';

const ALL = { not: false, patterns: [asPattern('*') as Pattern] } as const;
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A permission whose resource no record shows stands on `*`; a finding says so. */
export function freshStatements(
  entries: readonly UsageEntry[],
  options: PlanOptions,
  catalogue: Catalogue,
): Tightened {
  const byAction = new Map<string, UsageEntry[]>();
  for (const entry of entries) {
    const list = byAction.get(entry.action);
    if (list) list.push(entry);
    else byAction.set(entry.action, [entry]);
  }
  const grants: Grant[] = [];
  const written: Written[] = [];
  for (const [action, used] of [...byAction].sort(([a], [b]) => byCodeUnit(a, b))) {
    for (const { entries: alike, conditions } of addedConditions(action, used, [], options, catalogue)) {
      const narrowed = narrowResources(ALL, alike, { mode: options.resources, catalogue });
      grants.push({ action, resource: narrowed.resource, conditions });
      written.push(...narrowed.written.map((pattern) => ({ action, pattern })));
    }
  }
  return { statements: groupGrants(grants, undefined, catalogue), changed: true, written };
}
