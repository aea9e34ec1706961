/** The tightened policies as AWS takes them: one JSON document each. */
import type { Plan } from '../plan/plan.ts';
import { written } from './deployed.ts';
import { prettyJson } from './escape/json.ts';
import { type OutputFile, safeNames } from './output-file.ts';

/** One file a policy that changes or is new, named after it; policies that stay as they are have none. */
export function policyFiles(plan: Plan): readonly OutputFile[] {
  const policies = written(plan, plan.after.policies);
  const names = safeNames(policies.map((policy) => policy.name));
  return policies.map((policy, index) => ({
    name: `${names[index]}.json`,
    text: `${prettyJson(policy.document)}\n`,
  }));
}
