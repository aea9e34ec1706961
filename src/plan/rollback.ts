/** The way back from a plan: the documents as they were, and the AWS CLI commands that restore them. */
import type { JsonPolicy, Plan, PlanPolicy, PolicyChange } from './plan.ts';

export interface RollbackStep {
  /** What the command does, one line. */
  readonly about: string;
  /** Words of the command; `file` stands where the document's file name belongs. */
  readonly words: readonly (string | { readonly file: number })[];
}

export interface Rollback {
  /** Documents that the commands read. */
  readonly documents: readonly { readonly policy: string; readonly document: JsonPolicy }[];
  /** Old access comes back before new policies go, so that at no time less is allowed than before the plan. */
  readonly steps: readonly RollbackStep[];
}

/** Empty where the plan changes nothing, or where no account was given and the old policies are not known. */
export function rollbackOf(plan: Plan): Rollback {
  const documents: { policy: string; document: JsonPolicy }[] = [];
  const restore: RollbackStep[] = [];
  const remove: RollbackStep[] = [];
  const { kind, name, accountId } = plan.principal;
  const groups = new Set<string>();
  const who = [`--${kind}-name`, name];
  const document = (old: PlanPolicy): { readonly file: number } => {
    documents.push({ policy: old.name, document: old.document });
    return { file: documents.length - 1 };
  };
  for (const change of plan.changes) {
    const old = plan.before?.policies.find((one) => isOf(one, change));
    if (change.change === 'replace' && old && change.arn !== undefined)
      restore.push({
        about: `make the old text of ${old.name} the default version again`,
        words: [
          ...['aws', 'iam', 'create-policy-version', '--policy-arn', change.arn],
          ...['--policy-document', document(old), '--set-as-default'],
        ],
      });
    else if (change.change === 'detach' && change.arn !== undefined)
      restore.push({
        about: `attach ${change.policy} again`,
        words: ['aws', 'iam', `attach-${kind}-policy`, ...who, '--policy-arn', change.arn],
      });
    else if (change.change === 'delete-inline' && old)
      restore.push({
        about: `put inline policy ${old.name} back`,
        words: [
          ...['aws', 'iam', `put-${kind}-policy`, ...who, '--policy-name', old.name],
          ...['--policy-document', document(old)],
        ],
      });
    else if (change.change === 'leave-group' && change.group !== undefined) {
      if (groups.has(change.group)) continue;
      groups.add(change.group);
      restore.push({
        about: `make ${name} a member of group ${change.group} again`,
        words: ['aws', 'iam', 'add-user-to-group', ...who, '--group-name', change.group],
      });
    } else if (change.change === 'create') {
      const arn = `arn:${partitionOf(plan)}:iam::${accountId}:policy${plan.principal.path ?? '/'}${change.policy}`;
      remove.push(
        {
          about: `detach the new policy ${change.policy}`,
          words: ['aws', 'iam', `detach-${kind}-policy`, ...who, '--policy-arn', arn],
        },
        { about: `delete it`, words: ['aws', 'iam', 'delete-policy', '--policy-arn', arn] },
      );
    }
  }
  return plan.before ? { documents, steps: [...restore, ...remove] } : { documents: [], steps: [] };
}

const partitionOf = (plan: Plan): string => plan.principal.arn.split(':')[1] ?? 'aws';

const isOf = (policy: PlanPolicy, change: PolicyChange): boolean =>
  policy.name === change.policy &&
  policy.source === change.source &&
  policy.arn === change.arn &&
  policy.group === change.group;
