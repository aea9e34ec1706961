/** Who used a principal, as its row in the index tells it. */
import type { PrincipalUsage } from '../../usage/usage.ts';
import type { Calls } from './outside.ts';
import type { UsedBy } from './review.ts';
import type { Split } from './split.ts';
import { actionsOf, workloadsOf } from './workloads.ts';

const SESSIONS = 5;

/** Undefined where the logs tell nothing of it. */
export function usedByOf(
  usage: PrincipalUsage,
  split: Split | undefined,
  assumed: readonly (readonly [accountId: string, calls: Calls])[],
): UsedBy | undefined {
  const { values, more } = usage.sessions;
  const workloads =
    split?.shares ??
    workloadsOf(usage)
      .workloads.slice(0, 1)
      .map(({ name, members, entries }) => ({ workload: name, members, used: actionsOf(entries) }));
  if (values.length + workloads.length + assumed.length === 0) return undefined;
  return {
    sessions: values.slice(0, SESSIONS),
    moreSessions: more || values.length > SESSIONS,
    workloads,
    ...(split ? { unnamed: split.unnamed } : {}),
    ...(split?.why === undefined ? {} : { noSplit: split.why }),
    accounts: assumed.map(([accountId, { count }]) => [accountId, count]),
  };
}
