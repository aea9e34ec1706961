/**
 * A role of Vault's AWS secrets engine that hands out short-lived credentials with the tightened permissions:
 * `vault write aws/roles/NAME @vault-role.json`. https://developer.hashicorp.com/vault/api-docs/secret/aws
 */
import type { Plan } from '../plan/plan.ts';
import { attachedArns } from './deployed.ts';
import { prettyJson } from './escape/json.ts';

/** STS takes an inline session policy of at most this many characters. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_POLICY_LIMIT = 2_048;

/**
 * For a role: assumed_role, where the session policy can only cut what the role itself allows. For a user:
 * federation_token. One policy that is short enough stands inside; otherwise the policies are named by ARN and must exist.
 */
export function renderVault(plan: Plan): string {
  const [only, ...others] = plan.after.policies;
  const inline = only !== undefined && others.length === 0 ? JSON.stringify(only.document) : undefined;
  const scope =
    inline !== undefined && inline.length <= SESSION_POLICY_LIMIT
      ? { policy_document: inline }
      : { policy_arns: attachedArns(plan) };
  const role =
    plan.principal.kind === 'role'
      ? { credential_type: 'assumed_role', role_arns: [plan.principal.arn], ...scope }
      : { credential_type: 'federation_token', ...scope };
  return `${prettyJson({ ...role, default_sts_ttl: '15m', max_sts_ttl: '1h' })}\n`;
}
