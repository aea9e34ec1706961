/**
 * The organisation's policies over one account: service control policies (SCP) and resource control policies (RCP) of
 * the account, its units and the root. They are context, never grants. Only the management account and delegated
 * administrators may read them, so being refused is usual and named, not an error.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
 */
import { isExpected, RunError } from '../errors.ts';
import { awsError, awsErrorCode, isDenied, oneLine } from '../trail/aws-error.ts';
import { isJson, type Json } from './fields.ts';
import { cliJson, type LiveOptions } from './live-calls.ts';

type Sdk = typeof import('@aws-sdk/client-organizations');
interface Organizations {
  readonly sdk: Sdk;
  readonly client: InstanceType<Sdk['OrganizationsClient']>;
  readonly signal?: AbortSignal;
}

/** In AWS's words: `Organization` as describe-organization prints it, each policy as describe-policy does. */
export interface RawOrganization {
  readonly Organization: Json;
  /** `o-…/r-…/ou-…/account`, as access reports want it. */
  readonly EntityPath: string;
  readonly Targets: readonly { readonly TargetId: string; readonly Policies: readonly Json[] }[];
}
export type Organization = { readonly found: RawOrganization } | { readonly missing: string };

const TYPES = ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'] as const;
/** The account is in no organisation, this account may not ask, or the policy type is switched off. */
const USUAL: ReadonlySet<string> = new Set([
  'AWSOrganizationsNotInUseException',
  'TargetNotFoundException',
  'ChildNotFoundException',
]);
const OFF: ReadonlySet<string> = new Set([
  'PolicyTypeNotEnabledException',
  'PolicyTypeNotAvailableForOrganizationException',
  'UnsupportedAPIEndpointException',
]);

async function all<T extends { readonly NextToken?: string | undefined }>(
  doing: string,
  next: (token: { readonly NextToken?: string }) => Promise<T>,
): Promise<readonly T[]> {
  const read: T[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await next(token === undefined ? {} : { NextToken: token });
    read.push(page);
    token = page.NextToken;
    if (token !== undefined && seen.has(token))
      throw new RunError(`could not ${doing}: its pages go in circles; run again`);
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  return read;
}

/** The account's unit, the unit above it, and so on to the root. */
async function parents(
  { sdk, client, signal }: Organizations,
  accountId: string,
): Promise<readonly string[]> {
  const options = signal ? { abortSignal: signal } : {};
  const above: string[] = [];
  let child = accountId;
  // AWS nests at most five units under a root; ten is a guard against a circle.
  while (above.length < 10 && !child.startsWith('r-')) {
    const read = await all('read the organisation', (token) =>
      client.send(new sdk.ListParentsCommand({ ChildId: child, ...token }), options),
    );
    const parent = read.flatMap((page) => page.Parents ?? [])[0]?.Id;
    if (parent === undefined) break;
    above.push(parent);
    child = parent;
  }
  return above;
}

async function policiesOn(organizations: Organizations, target: string): Promise<readonly Json[]> {
  const { sdk, client, signal } = organizations;
  const options = signal ? { abortSignal: signal } : {};
  const policies: Json[] = [];
  for (const Filter of TYPES) {
    const listed = await all('read the organisation', (token) =>
      client.send(new sdk.ListPoliciesForTargetCommand({ TargetId: target, Filter, ...token }), options),
    ).catch((error: unknown) => {
      if (OFF.has(awsErrorCode(error))) return [];
      throw error;
    });
    for (const one of listed.flatMap((page) => page.Policies ?? [])) {
      const described = await client.send(new sdk.DescribePolicyCommand({ PolicyId: one.Id }), options);
      const policy = cliJson(described.Policy);
      policies.push(isJson(policy) ? policy : {});
    }
  }
  return policies;
}

/** Reads the organisation around an account, or says in one line why it stays unknown. */
export async function readOrganization(live: LiveOptions, accountId: string): Promise<Organization> {
  const sdk = await import('@aws-sdk/client-organizations');
  const { signal } = live;
  const client = new sdk.OrganizationsClient(live.config);
  const organizations: Organizations = { sdk, client, ...(signal ? { signal } : {}) };
  const doing = 'read the organisation';
  try {
    const described = await client.send(
      new sdk.DescribeOrganizationCommand({}),
      signal ? { abortSignal: signal } : {},
    );
    const organization = (cliJson(described.Organization ?? {}) as Json) ?? {};
    const above = await parents(organizations, accountId);
    const targets: { readonly TargetId: string; readonly Policies: readonly Json[] }[] = [];
    for (const TargetId of [accountId, ...above])
      targets.push({ TargetId, Policies: await policiesOn(organizations, TargetId) });
    const path = [String(organization.Id ?? ''), ...[...above].reverse(), accountId].join('/');
    return { found: { Organization: organization, EntityPath: path, Targets: targets } };
  } catch (error) {
    if (signal?.aborted || isExpected(error)) throw error;
    const code = awsErrorCode(error);
    if (USUAL.has(code) || isDenied(code))
      return { missing: `organisation policies are unknown: \`${code}\` (${oneLine(error)})` };
    throw awsError(error, doing, 'organizations:DescribeOrganization');
  }
}
