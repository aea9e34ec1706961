/** The new policies under the names they would have in the account. */
import type { Plan, PlanPolicy } from '../plan/plan.ts';

export interface DeployedPolicy extends PlanPolicy {
  /** Set where the document becomes a new version of a customer-managed policy that exists. */
  readonly existingArn?: string;
}

/** `policy-1` of role `orders-api` becomes `orders-api-policy-1`; a policy that is replaced in place keeps its name and ARN. */
export function deployed(plan: Plan): readonly DeployedPolicy[] {
  return plan.after.policies.map((policy) =>
    policy.arn !== undefined && policy.source === 'customer-managed'
      ? { ...policy, name: policy.arn.slice(policy.arn.lastIndexOf('/') + 1), existingArn: policy.arn }
      : {
          ...policy,
          name: /^policy-\d+$/.test(policy.name) ? `${plan.principal.name}-${policy.name}` : policy.name,
        },
  );
}

/** ARN the policy has, or will have once it is created beside the principal. */
export function deployedArn(plan: Plan, policy: DeployedPolicy): string {
  if (policy.existingArn !== undefined) return policy.existingArn;
  const partition = plan.principal.arn.split(':')[1] ?? 'aws';
  return `arn:${partition}:iam::${plan.principal.accountId}:policy${plan.principal.path ?? '/'}${policy.name}`;
}
