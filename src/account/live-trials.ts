/** The calls of the account readers that can be tried at no harm, and what IAM's own simulation says of the others. */
import { NO_ID, NOBODY, type Trials } from '../trail/attempt.ts';
import { awsErrorCode, oneLine } from '../trail/aws-error.ts';
import type { PrincipalFilter } from '../trail/source.ts';
import type { Caller } from './live.ts';
import { type LiveOptions, openIam } from './live-calls.ts';

/** `principal`: whom to ask about; a name that nobody bears where none is given. */
export async function iamTrials(
  live: LiveOptions,
  caller: Caller,
  principal: PrincipalFilter | undefined,
): Promise<Trials> {
  const { sdk, client } = await openIam(live);
  const send = live.signal ? { abortSignal: live.signal } : {};
  const name = (kind: 'role' | 'user'): string => (principal?.kind === kind ? principal.name : NOBODY);
  const role = { RoleName: name('role') };
  const user = { UserName: name('user') };
  const group = { GroupName: NOBODY };
  const inline = { PolicyName: NOBODY };
  const PolicyArn = `arn:${caller.partition}:iam::aws:policy/ReadOnlyAccess`;
  const Arn =
    principal?.arn ??
    `arn:${caller.partition}:iam::${caller.accountId}:${principal?.kind ?? 'role'}/${principal?.name ?? NOBODY}`;
  return {
    'iam:GenerateCredentialReport': () => client.send(new sdk.GenerateCredentialReportCommand({}), send),
    'iam:GenerateServiceLastAccessedDetails': () =>
      client.send(new sdk.GenerateServiceLastAccessedDetailsCommand({ Arn }), send),
    'iam:GetAccountAuthorizationDetails': () =>
      client.send(new sdk.GetAccountAuthorizationDetailsCommand({ MaxItems: 1 }), send),
    'iam:GetAccountPasswordPolicy': () => client.send(new sdk.GetAccountPasswordPolicyCommand({}), send),
    'iam:GetAccountSummary': () => client.send(new sdk.GetAccountSummaryCommand({}), send),
    'iam:GetCredentialReport': () => client.send(new sdk.GetCredentialReportCommand({}), send),
    'iam:GetGroupPolicy': () => client.send(new sdk.GetGroupPolicyCommand({ ...group, ...inline }), send),
    'iam:GetPolicy': () => client.send(new sdk.GetPolicyCommand({ PolicyArn }), send),
    'iam:GetPolicyVersion': () =>
      client.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }), send),
    'iam:GetRole': () => client.send(new sdk.GetRoleCommand(role), send),
    'iam:GetRolePolicy': () => client.send(new sdk.GetRolePolicyCommand({ ...role, ...inline }), send),
    'iam:GetServiceLastAccessedDetails': () =>
      client.send(new sdk.GetServiceLastAccessedDetailsCommand({ JobId: NO_ID }), send),
    'iam:GetUser': () => client.send(new sdk.GetUserCommand(user), send),
    'iam:GetUserPolicy': () => client.send(new sdk.GetUserPolicyCommand({ ...user, ...inline }), send),
    'iam:ListAttachedGroupPolicies': () => client.send(new sdk.ListAttachedGroupPoliciesCommand(group), send),
    'iam:ListAttachedRolePolicies': () => client.send(new sdk.ListAttachedRolePoliciesCommand(role), send),
    'iam:ListAttachedUserPolicies': () => client.send(new sdk.ListAttachedUserPoliciesCommand(user), send),
    'iam:ListGroupPolicies': () => client.send(new sdk.ListGroupPoliciesCommand(group), send),
    'iam:ListGroupsForUser': () => client.send(new sdk.ListGroupsForUserCommand(user), send),
    'iam:ListInstanceProfilesForRole': () =>
      client.send(new sdk.ListInstanceProfilesForRoleCommand(role), send),
    'iam:ListRolePolicies': () => client.send(new sdk.ListRolePoliciesCommand(role), send),
    'iam:ListRoles': () => client.send(new sdk.ListRolesCommand({ MaxItems: 1 }), send),
    'iam:ListUserPolicies': () => client.send(new sdk.ListUserPoliciesCommand(user), send),
  };
}

export async function organizationTrials(live: LiveOptions, caller: Caller): Promise<Trials> {
  const sdk = await import('@aws-sdk/client-organizations');
  const client = new sdk.OrganizationsClient(live.config);
  const send = live.signal ? { abortSignal: live.signal } : {};
  const { accountId } = caller;
  return {
    'organizations:DescribeOrganization': () => client.send(new sdk.DescribeOrganizationCommand({}), send),
    'organizations:DescribePolicy': () =>
      client.send(new sdk.DescribePolicyCommand({ PolicyId: 'p-FullAWSAccess' }), send),
    'organizations:ListParents': () => client.send(new sdk.ListParentsCommand({ ChildId: accountId }), send),
    'organizations:ListPoliciesForTarget': () =>
      client.send(
        new sdk.ListPoliciesForTargetCommand({ TargetId: accountId, Filter: 'SERVICE_CONTROL_POLICY' }),
        send,
      ),
  };
}

/** ValidatePolicy is free, and what it is sent here is nobody's policy. */
export async function analyzerTrials(live: LiveOptions): Promise<Trials> {
  const sdk = await import('@aws-sdk/client-accessanalyzer');
  const client = new sdk.AccessAnalyzerClient(live.config);
  const policyDocument = '{"Version":"2012-10-17","Statement":[]}';
  return {
    'access-analyzer:ValidatePolicy': () =>
      client.send(
        new sdk.ValidatePolicyCommand({ policyDocument, policyType: 'IDENTITY_POLICY' }),
        live.signal ? { abortSignal: live.signal } : {},
      ),
  };
}

export type Simulated =
  | { readonly decisions: ReadonlyMap<string, 'allowed' | 'denied'> }
  /** One line: why nothing could be simulated. */
  | { readonly missing: string };

/**
 * What the caller's own identity policies, boundary and organisation say of some actions on some resources. Policies on the
 * resources and of the session are not looked at.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export async function simulate(
  live: LiveOptions,
  source: string,
  actions: readonly string[],
  resources: readonly string[],
): Promise<Simulated> {
  const { sdk, client } = await openIam(live);
  try {
    const decisions = new Map<string, 'allowed' | 'denied'>();
    let Marker: string | undefined;
    do {
      const page = await client.send(
        new sdk.SimulatePrincipalPolicyCommand({
          PolicySourceArn: source,
          ActionNames: [...actions],
          ...(resources.includes('*') ? {} : { ResourceArns: [...resources] }),
          ...(Marker === undefined ? {} : { Marker }),
        }),
        live.signal ? { abortSignal: live.signal } : {},
      );
      for (const { EvalActionName: action, EvalDecision: decision } of page.EvaluationResults ?? []) {
        if (action === undefined) continue;
        // One result a resource or one for all: the worst counts.
        const allowed = decision === 'allowed' && decisions.get(action) !== 'denied';
        decisions.set(action, allowed ? 'allowed' : 'denied');
      }
      Marker = page.IsTruncated ? page.Marker : undefined;
    } while (Marker !== undefined);
    return { decisions };
  } catch (error) {
    if (live.signal?.aborted) throw error;
    return { missing: `${awsErrorCode(error)}: ${oneLine(error)}` };
  }
}

/**
 * ARN whose policies a caller has: its own, or its role's. A session's ARN does not tell the role's path, so the role is
 * taken to have none unless `roleArn` tells.
 */
export function policySource({ arn, partition, accountId }: Caller, roleArn?: string): string {
  const role = /^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (role === undefined) return arn;
  return roleArn?.endsWith(`/${role}`) ? roleArn : `arn:${partition}:iam::${accountId}:role/${role}`;
}
