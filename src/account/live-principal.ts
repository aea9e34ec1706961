/**
 * One role or user by the targeted calls, in the shape of the authorization details: for those who may read one
 * principal but not the account, and for accounts too large to read for one. What cannot be read of a single policy is
 * named; where a list of policies cannot be read, nothing is known and the run ends.
 */
import { UsageError } from '../errors.ts';
import { awsErrorCode } from '../trail/aws-error.ts';
import type { PrincipalFilter } from '../trail/source.ts';
import { type Json, optionalText } from './fields.ts';
import { meant } from './find-principal.ts';
import { ask, askFor, cliJson, cliList, type Iam, type Purpose, pages } from './live-calls.ts';
import type { RawAccount } from './live-details.ts';
import { managedArns, readManagedPolicies } from './live-managed.ts';

/** Calls about one kind of holder of policies; the three kinds differ in nothing but the names. */
interface Holder {
  readonly kind: 'role' | 'user' | 'group';
  readonly name: string;
}
interface Policies {
  readonly attached: readonly Json[];
  readonly inline: readonly Json[];
}

/** One principal being read: the connection and what was missed so far. */
interface Reading {
  readonly iam: Iam;
  readonly missing: string[];
}

const sendOptions = ({ signal }: Iam) => (signal ? { abortSignal: signal } : {});

async function policiesOf({ iam, missing }: Reading, { kind, name }: Holder): Promise<Policies> {
  const { sdk, client, signal } = iam;
  const options = sendOptions(iam);
  const Kind = `${kind[0]!.toUpperCase()}${kind.slice(1)}`;
  const listing: Purpose = {
    doing: `list the policies of ${kind} \`${name}\``,
    permission: `iam:ListAttached${Kind}Policies`,
  };
  const attached = await ask(listing, signal, () =>
    pages(listing, (marker) => {
      if (kind === 'role')
        return client.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName: name, ...marker }), options);
      if (kind === 'user')
        return client.send(new sdk.ListAttachedUserPoliciesCommand({ UserName: name, ...marker }), options);
      return client.send(new sdk.ListAttachedGroupPoliciesCommand({ GroupName: name, ...marker }), options);
    }),
  );
  const naming: Purpose = {
    doing: `list the inline policies of ${kind} \`${name}\``,
    permission: `iam:List${Kind}Policies`,
  };
  const names = await ask(naming, signal, () =>
    pages(naming, (marker) => {
      if (kind === 'role')
        return client.send(new sdk.ListRolePoliciesCommand({ RoleName: name, ...marker }), options);
      if (kind === 'user')
        return client.send(new sdk.ListUserPoliciesCommand({ UserName: name, ...marker }), options);
      return client.send(new sdk.ListGroupPoliciesCommand({ GroupName: name, ...marker }), options);
    }),
  );
  const inline: Json[] = [];
  for (const PolicyName of names.flatMap((page) => page.PolicyNames ?? [])) {
    const purpose = {
      doing: `read inline policy \`${PolicyName}\` of ${kind} \`${name}\``,
      permission: `iam:Get${Kind}Policy`,
    };
    const answer = await askFor(purpose, signal, async () => {
      if (kind === 'role')
        return client.send(new sdk.GetRolePolicyCommand({ RoleName: name, PolicyName }), options);
      if (kind === 'user')
        return client.send(new sdk.GetUserPolicyCommand({ UserName: name, PolicyName }), options);
      return client.send(new sdk.GetGroupPolicyCommand({ GroupName: name, PolicyName }), options);
    });
    if ('missing' in answer) missing.push(answer.missing);
    const document = 'value' in answer ? answer.value.PolicyDocument : undefined;
    inline.push(cliJson({ PolicyName, PolicyDocument: document }) as Json);
  }
  return { attached: cliList(attached.flatMap((page) => page.AttachedPolicies ?? [])), inline };
}

async function readRole(reading: Reading, name: string): Promise<Json> {
  const { iam, missing } = reading;
  const { sdk, client, signal } = iam;
  const options = sendOptions(iam);
  const role = await existing(
    { doing: `read role \`${name}\``, permission: 'iam:GetRole' },
    iam,
    { kind: 'role', name },
    () => client.send(new sdk.GetRoleCommand({ RoleName: name }), options),
  );
  const found = role.Role?.RoleName ?? name;
  const { attached, inline } = await policiesOf(reading, { kind: 'role', name: found });
  const purpose = {
    doing: `list the instance profiles of role \`${found}\``,
    permission: 'iam:ListInstanceProfilesForRole',
  };
  const profiles = await askFor(purpose, signal, () =>
    pages(purpose, (marker) =>
      client.send(new sdk.ListInstanceProfilesForRoleCommand({ RoleName: found, ...marker }), options),
    ),
  );
  if ('missing' in profiles) missing.push(profiles.missing);
  return {
    ...(cliJson(role.Role ?? {}) as Json),
    InstanceProfileList:
      'value' in profiles ? cliList(profiles.value.flatMap((page) => page.InstanceProfiles ?? [])) : [],
    RolePolicyList: inline,
    AttachedManagedPolicies: attached,
  };
}

async function readUser(
  reading: Reading,
  name: string,
): Promise<{ readonly user: Json; readonly groups: readonly Json[] }> {
  const { iam } = reading;
  const { sdk, client, signal } = iam;
  const options = sendOptions(iam);
  const user = await existing(
    { doing: `read user \`${name}\``, permission: 'iam:GetUser' },
    iam,
    { kind: 'user', name },
    () => client.send(new sdk.GetUserCommand({ UserName: name }), options),
  );
  const found = user.User?.UserName ?? name;
  const { attached, inline } = await policiesOf(reading, { kind: 'user', name: found });
  const purpose = { doing: `list the groups of user \`${found}\``, permission: 'iam:ListGroupsForUser' };
  const listed = await ask(purpose, signal, () =>
    pages(purpose, (marker) =>
      client.send(new sdk.ListGroupsForUserCommand({ UserName: found, ...marker }), options),
    ),
  );
  const groups: Json[] = [];
  for (const group of cliList(listed.flatMap((page) => page.Groups ?? []))) {
    const own = await policiesOf(reading, { kind: 'group', name: optionalText(group, 'GroupName') ?? '' });
    groups.push({ ...group, GroupPolicyList: own.inline, AttachedManagedPolicies: own.attached });
  }
  const raw = {
    ...(cliJson(user.User ?? {}) as Json),
    UserPolicyList: inline,
    GroupList: groups.map((group) => group.GroupName),
    AttachedManagedPolicies: attached,
  };
  return { user: raw, groups };
}

/** Asks for the principal itself; one that does not exist is a slip of the person, answered with the nearest names. */
async function existing<T>(purpose: Purpose, iam: Iam, wanted: Holder, run: () => Promise<T>): Promise<T> {
  return ask(purpose, iam.signal, async () => {
    try {
      return await run();
    } catch (error) {
      if (!/^NoSuchEntity/.test(awsErrorCode(error))) throw error;
    }
    throw new UsageError(
      `the account has no ${wanted.kind} \`${wanted.name}\`${meant(wanted.name, await namesOf(iam, wanted.kind))}`,
    );
  });
}

/** Names for the hint; a hint is not worth failing for. */
async function namesOf(iam: Iam, kind: Holder['kind']): Promise<readonly string[]> {
  const { sdk, client } = iam;
  const purpose = { doing: `list ${kind}s`, permission: kind === 'role' ? 'iam:ListRoles' : 'iam:ListUsers' };
  try {
    if (kind === 'role') {
      const read = await pages(purpose, (marker) =>
        client.send(new sdk.ListRolesCommand({ MaxItems: 1000, ...marker }), sendOptions(iam)),
      );
      return read.flatMap((page) => page.Roles ?? []).map((role) => role.RoleName ?? '');
    }
    const read = await pages(purpose, (marker) =>
      client.send(new sdk.ListUsersCommand({ MaxItems: 1000, ...marker }), sendOptions(iam)),
    );
    return read.flatMap((page) => page.Users ?? []).map((user) => user.UserName ?? '');
  } catch {
    return [];
  }
}

/** Reads one principal, its groups and the managed policies it is attached to or bounded by. */
export async function readPrincipalDetails(iam: Iam, wanted: PrincipalFilter): Promise<RawAccount> {
  const reading: Reading = { iam, missing: [] };
  const role = wanted.kind === 'role' ? await readRole(reading, wanted.name) : undefined;
  const user = wanted.kind === 'user' ? await readUser(reading, wanted.name) : undefined;
  const holders = [role ?? user!.user, ...(user?.groups ?? [])];
  const { policies, missing } = await readManagedPolicies(iam, managedArns(holders));
  reading.missing.push(...missing);
  return {
    details: {
      UserDetailList: user ? [user.user] : [],
      GroupDetailList: user?.groups ?? [],
      RoleDetailList: role ? [role] : [],
      Policies: policies,
    },
    missing: reading.missing,
  };
}
