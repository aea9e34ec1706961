/** The tightened policies as AWS takes them: one JSON document each. */
import type { Plan } from '../plan/plan.ts';
import { written } from './deployed.ts';
import { policyText } from './document-text.ts';
import type { OutputFile } from './output-file.ts';

/** `policy-<n>.json`, one for each policy that changes or is new; policies that stay as they are have none. */
export function policyFiles(plan: Plan): readonly OutputFile[] {
  return written(plan, plan.after.policies).map((policy, index) => ({
    name: `policy-${index + 1}.json`,
    text: `${policyText(policy.document)}\n`,
  }));
}
