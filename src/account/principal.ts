/** One entry of RoleDetailList or UserDetailList -> AccountPrincipal. */
import { UsageError } from '../errors.ts';
import type { AccountGroup, AccountPrincipal, AttachedPolicy, ManagedPolicy } from './account.ts';
import { type Documents, decodeDocument } from './document.ts';
import {
  byCodeUnit,
  defined,
  field,
  isJson,
  type Json,
  objects,
  optionalNumber,
  optionalText,
  shown,
  text,
  time,
} from './fields.ts';
import { resolveManagedPolicy, sortPolicies } from './managed-policies.ts';

/** What the entries of one file share. */
export interface Shared {
  readonly managed: ReadonlyMap<string, ManagedPolicy>;
  readonly groups: ReadonlyMap<string, Json>;
  readonly origin: string;
  readonly documents: Documents;
}

const ARN = /^arn:[^:]+:iam::(\d{12}):(role|user|group|policy)\/(?:.*\/)?([^/]+)$/s;

/** The 12 digits of an IAM ARN that an account owns. */
export function accountOf(arn: string, at: string, origin: string): string {
  const match = ARN.exec(arn);
  if (match) return match[1]!;
  throw new UsageError(
    `\`${at}.Arn\` in \`${origin}\` is \`${arn}\`, which is no ARN of an IAM role, user, group or policy`,
  );
}

/** Roles that only their owner can change. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html */
function managedBy(name: string, path: string): AccountPrincipal['managedBy'] {
  if (path.startsWith('/aws-service-role/')) return 'service-linked';
  // https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
  if (path.startsWith('/aws-reserved/sso.amazonaws.com/') || name.startsWith('AWSReservedSSO_'))
    return 'identity-center';
  return undefined;
}

function inlinePolicies(list: readonly Json[], at: string, shared: Shared, group?: string): AttachedPolicy[] {
  return list.map((raw, index) => {
    const name = text(raw, 'PolicyName', `${at}[${index}]`, shared.origin);
    const decoded = decodeDocument(raw.PolicyDocument, shared.documents);
    return {
      source: group === undefined ? 'inline' : 'group-inline',
      name,
      ...defined('group', group),
      document: 'document' in decoded ? decoded.document : undefined,
      ...('problem' in decoded
        ? { problem: `inline policy \`${name}\` is unknown: ${decoded.problem}` }
        : {}),
    };
  });
}

function managedPolicies(raw: Json, at: string, shared: Shared, group?: string): AttachedPolicy[] {
  return objects(raw, 'AttachedManagedPolicies', at, shared.origin).map((one, index) => {
    const arn = text(one, 'PolicyArn', `${at}.AttachedManagedPolicies[${index}]`, shared.origin);
    const name = optionalText(one, 'PolicyName');
    return resolveManagedPolicy(
      shared.managed,
      { arn, ...defined('name', name), ...defined('group', group) },
      shared.origin,
    );
  });
}

function tagsOf(raw: Json, at: string, origin: string): readonly (readonly [string, string])[] {
  return objects(raw, 'Tags', at, origin)
    .map((tag, index): readonly [string, string] => [
      text(tag, 'Key', `${at}.Tags[${index}]`, origin),
      optionalText(tag, 'Value') ?? '',
    ])
    .sort((a, b) => byCodeUnit(a[0], b[0]));
}

/** What a user has through its groups. One that is not in the file stands there as a policy that nobody knows. */
function groupPolicies(names: readonly string[], shared: Shared): AttachedPolicy[] {
  return names.flatMap((name) => {
    const group = shared.groups.get(name);
    if (group) return ownPolicies(group, name, shared);
    const problem = `group \`${shown(name)}\` is not in \`${shared.origin}\`, so what it grants is unknown`;
    return [{ source: 'group-inline', name, group: name, document: undefined, problem }];
  });
}

function ownPolicies(group: Json, name: string, shared: Shared): AttachedPolicy[] {
  const at = `GroupDetailList(${name})`;
  const inline = objects(group, 'GroupPolicyList', at, shared.origin);
  return [
    ...managedPolicies(group, at, shared, name),
    ...inlinePolicies(inline, `${at}.GroupPolicyList`, shared, name),
  ];
}

/** Reads one group; `members` are the users that name it. */
export function readGroup(raw: Json, at: string, members: readonly string[], shared: Shared): AccountGroup {
  const name = text(raw, 'GroupName', at, shared.origin);
  return {
    name,
    arn: text(raw, 'Arn', at, shared.origin),
    path: optionalText(raw, 'Path') ?? '/',
    id: text(raw, 'GroupId', at, shared.origin),
    ...defined('createdAt', time(raw, 'CreateDate')),
    members,
    policies: sortPolicies(ownPolicies(raw, name, shared)),
  };
}

/** Reads one role or user; what is unknown about it ends in its `problems`. */
export function readPrincipal(
  kind: 'role' | 'user',
  raw: Json,
  at: string,
  shared: Shared,
): AccountPrincipal {
  const { origin } = shared;
  const title = kind === 'role' ? 'Role' : 'User';
  const arn = text(raw, 'Arn', at, origin);
  const name = text(raw, `${title}Name`, at, origin);
  const path = optionalText(raw, 'Path') ?? '/';
  const problems: string[] = [];

  const listed = field(raw, 'GroupList');
  const groups = Array.isArray(listed)
    ? listed.filter((one) => typeof one === 'string').sort(byCodeUnit)
    : [];
  const inline = objects(raw, `${title}PolicyList`, at, origin);
  const policies = sortPolicies([
    ...managedPolicies(raw, at, shared),
    ...inlinePolicies(inline, `${at}.${title}PolicyList`, shared),
    ...groupPolicies(groups, shared),
  ]);

  const boundaryRaw = field(raw, 'PermissionsBoundary');
  const boundaryArn = isJson(boundaryRaw)
    ? text(boundaryRaw, 'PermissionsBoundaryArn', `${at}.PermissionsBoundary`, origin)
    : undefined;
  const boundary =
    boundaryArn === undefined
      ? undefined
      : resolveManagedPolicy(shared.managed, { arn: boundaryArn }, origin);

  const trust =
    kind === 'role' ? decodeDocument(field(raw, 'AssumeRolePolicyDocument'), shared.documents) : undefined;
  if (trust && 'problem' in trust) problems.push(`the trust policy is unknown: ${trust.problem}`);
  for (const one of [...policies, ...(boundary ? [boundary] : [])])
    if (one.problem) problems.push(one.problem);

  const used = field(raw, 'RoleLastUsed');
  const lastUsed = isJson(used) ? used : {};
  return {
    kind,
    arn,
    accountId: accountOf(arn, at, origin),
    name,
    path,
    id: text(raw, `${title}Id`, at, origin),
    ...defined('createdAt', time(raw, 'CreateDate')),
    policies,
    ...defined('boundary', boundary),
    ...(trust && 'document' in trust ? { trustPolicy: trust.document } : {}),
    ...defined('maxSessionDurationSeconds', optionalNumber(raw, 'MaxSessionDuration')),
    groups,
    instanceProfiles: objects(raw, 'InstanceProfileList', at, origin)
      .map((one, index) => {
        const place = `${at}.InstanceProfileList[${index}]`;
        return {
          name: text(one, 'InstanceProfileName', place, origin),
          arn: text(one, 'Arn', place, origin),
        };
      })
      .sort((a, b) => byCodeUnit(a.arn, b.arn)),
    tags: tagsOf(raw, at, origin),
    ...defined('lastUsedAt', time(lastUsed, 'LastUsedDate')),
    ...defined('lastUsedRegion', optionalText(lastUsed, 'Region')),
    ...defined('managedBy', kind === 'role' ? managedBy(name, path) : undefined),
    ...(problems.length === 0 ? {} : { problems: [...new Set(problems)].sort(byCodeUnit) }),
  };
}
