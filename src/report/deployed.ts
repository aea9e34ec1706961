/** The new policies under the names they have, or will have, in the account. */
import type { Plan, PlanPolicy } from '../plan/plan.ts';

export interface DeployedPolicy extends PlanPolicy {
  /** Set where the document becomes a new version of a customer-managed policy that exists. */
  readonly existingArn?: string;
  /** IAM path: that of the existing policy, else the principal's. */
  readonly path: string;
}

/** Names of policies that stay as they are: nothing is written for them. */
function staying(plan: Plan): ReadonlySet<string> {
  return new Set(
    plan.changes
      .filter((one) => one.change === 'keep' || one.change === 'leave-shared')
      .map((one) => `${one.source ?? ''} ${one.arn ?? one.policy}`),
  );
}

/** Policies of a set that change or are new; those that stay as they are left out. */
export function written(plan: Plan, policies: readonly PlanPolicy[]): readonly PlanPolicy[] {
  const stays = staying(plan);
  return policies.filter((one) => !stays.has(`${one.source ?? ''} ${one.arn ?? one.name}`));
}

/** What has to be put into the account; a policy that is replaced in place keeps its name and ARN. */
export function deployed(plan: Plan): readonly DeployedPolicy[] {
  return written(plan, plan.after.policies).map((policy) =>
    policy.arn === undefined
      ? { ...policy, path: plan.principal.path ?? '/' }
      : {
          ...policy,
          name: policy.arn.slice(policy.arn.lastIndexOf('/') + 1),
          existingArn: policy.arn,
          path: /^[^/]*(\/(?:.*\/)?)/.exec(policy.arn)?.[1] ?? '/',
        },
  );
}

/** ARNs of everything that is attached to the principal itself in the end. New policies are taken to stand beside the principal, in its path. */
export function attachedArns(plan: Plan): readonly string[] {
  const partition = plan.principal.arn.split(':')[1] ?? 'aws';
  const made = deployed(plan).map(
    (one) =>
      one.existingArn ?? `arn:${partition}:iam::${plan.principal.accountId}:policy${one.path}${one.name}`,
  );
  const writtenOnes = new Set(written(plan, plan.after.policies));
  const kept = plan.after.policies.flatMap((one) =>
    writtenOnes.has(one) || one.arn === undefined || one.group !== undefined ? [] : [one.arn],
  );
  return [...made, ...kept];
}
