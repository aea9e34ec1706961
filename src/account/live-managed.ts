/** Managed policies that are attached or bound, each with the version in force. */
import { byCodeUnit, field, isJson, type Json, objects, optionalText } from './fields.ts';
import { askFor, cliJson, type Iam } from './live-calls.ts';

/** ARNs that the holders of policies name, attached or as a boundary; sorted. */
export function managedArns(holders: readonly Json[]): readonly string[] {
  const arns = new Set<string | undefined>();
  for (const holder of holders) {
    for (const one of objects(holder, 'AttachedManagedPolicies', '', 'live'))
      arns.add(optionalText(one, 'PolicyArn'));
    const boundary = field(holder, 'PermissionsBoundary');
    if (isJson(boundary)) arns.add(optionalText(boundary, 'PermissionsBoundaryArn'));
  }
  return [...arns].filter((arn) => arn !== undefined).sort(byCodeUnit);
}

/** Reads policies in the shape of the authorization details; one that cannot be read is named and left out. */
export async function readManagedPolicies(
  iam: Iam,
  arns: readonly string[],
): Promise<{ readonly policies: readonly Json[]; readonly missing: readonly string[] }> {
  const policies: Json[] = [];
  const missing: string[] = [];
  for (const arn of arns) {
    const policy = await readManagedPolicy(iam, arn);
    if (typeof policy === 'string') missing.push(policy);
    else policies.push(policy);
  }
  return { policies, missing };
}

async function readManagedPolicy({ sdk, client, signal }: Iam, PolicyArn: string): Promise<Json | string> {
  const options = signal ? { abortSignal: signal } : {};
  const doing = `read policy \`${PolicyArn}\``;
  const policy = await askFor({ doing, permission: 'iam:GetPolicy' }, signal, () =>
    client.send(new sdk.GetPolicyCommand({ PolicyArn }), options),
  );
  if ('missing' in policy) return policy.missing;
  const { Tags: _, ...rest } = policy.value.Policy ?? {};
  const VersionId = rest.DefaultVersionId;
  const version = await askFor({ doing, permission: 'iam:GetPolicyVersion' }, signal, () =>
    client.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId }), options),
  );
  if ('missing' in version) return version.missing;
  return cliJson({ ...rest, PolicyVersionList: [version.value.PolicyVersion ?? {}] }) as Json;
}
