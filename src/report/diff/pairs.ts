/** Which old document became which new one. */
import type { Plan, PlanPolicy } from '../../plan/plan.ts';
import { written } from '../deployed.ts';

export interface DocumentPair {
  readonly before?: PlanPolicy;
  readonly after?: PlanPolicy;
}

/**
 * Old and new policies that belong together: the same ARN or name; else, where one stands against one, these two. What
 * is left stands alone, as deleted or new. Policies that stay (`keep`, `leave-shared`) are not part of a diff.
 */
export function documentPairs(plan: Plan): readonly DocumentPair[] {
  const olds = written(plan, plan.before?.policies ?? []);
  const left = new Set(written(plan, plan.after.policies));
  const pairs: DocumentPair[] = [];
  const alone: PlanPolicy[] = [];
  for (const before of olds) {
    const after = [...left].find(
      (one) => (one.arn !== undefined && one.arn === before.arn) || one.name === before.name,
    );
    if (after === undefined) alone.push(before);
    else {
      left.delete(after);
      pairs.push({ before, after });
    }
  }
  const [only] = left;
  if (alone.length > 0 && left.size === 1 && only !== undefined) {
    const closest = mostShared(alone, only);
    left.delete(only);
    pairs.push({ before: closest, after: only });
    alone.splice(alone.indexOf(closest), 1);
  }
  return [...pairs, ...alone.map((before) => ({ before })), ...[...left].map((after) => ({ after }))];
}

/** The old policy with most Sids in common, the first among equals. */
function mostShared(olds: readonly PlanPolicy[], after: PlanPolicy): PlanPolicy {
  const sids = new Set(after.document.Statement.map((one) => one.Sid).filter((sid) => sid !== undefined));
  const shared = (one: PlanPolicy): number =>
    one.document.Statement.filter((statement) => statement.Sid !== undefined && sids.has(statement.Sid))
      .length;
  return olds.reduce((best, one) => (shared(one) > shared(best) ? one : best));
}
