/** The tightened policies as AWS takes them: one JSON document each. */
import type { Plan } from '../plan/plan.ts';
import { prettyJson } from './escape/json.ts';
import { type OutputFile, safeNames } from './output-file.ts';

/** One file a policy, named after it. */
export function policyFiles(plan: Plan): readonly OutputFile[] {
  const names = safeNames(plan.after.policies.map((policy) => policy.name));
  return plan.after.policies.map((policy, index) => ({
    name: `${names[index]}.json`,
    text: `${prettyJson(policy.document)}\n`,
  }));
}
