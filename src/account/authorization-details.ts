/**
 * `aws iam get-account-authorization-details` -> Account.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
import { UsageError } from '../errors.ts';
import type { Account, AccountPrincipal } from './account.ts';
import { byCodeUnit, isJson, type Json, objects, text } from './fields.ts';
import { readManagedPolicies } from './managed-policies.ts';
import { accountOf, readGroup, readPrincipal, type Shared } from './principal.ts';
import { recognise } from './recognise.ts';

/** One page, or the pages merged: those of a list are joined, and a file that ends in mid-list is refused. */
function pagesOf(value: unknown, origin: string): readonly Json[] {
  const pages: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
  pages.forEach((page, index) => {
    if (!isJson(page) || !(Array.isArray(page.RoleDetailList) || Array.isArray(page.UserDetailList)))
      throw new UsageError(
        `\`${origin}\` is not the output of \`aws iam get-account-authorization-details\`: ${recognise(page)}`,
      );
    const more = page.IsTruncated === true || typeof page.NextToken === 'string';
    if (more && index === pages.length - 1)
      throw new UsageError(
        `\`${origin}\` ends in the middle of a paged list, so policies would be missing: run \`aws iam get-account-authorization-details\` without \`--max-items\` or \`--no-paginate\``,
      );
  });
  return pages as readonly Json[];
}

/**
 * Reads the raw output (or a list of its pages). Documents may be objects or percent-encoded strings. Throws a
 * UsageError for anything else; a single policy that cannot be known becomes a problem of its principals.
 */
export function parseAuthorizationDetails(value: unknown, origin: string): Account {
  const pages = pagesOf(value, origin);
  const all = (key: string): readonly Json[] => pages.flatMap((page) => objects(page, key, '', origin));
  const groupList = all('GroupDetailList');
  const groups = new Map(
    groupList.map((raw, index) => [text(raw, 'GroupName', `GroupDetailList[${index}]`, origin), raw]),
  );
  const managed = readManagedPolicies(all('Policies'), origin);
  const shared: Shared = { managed, groups, origin, documents: new Map() };
  const problems = new Set<string>();
  const principals = new Map<string, AccountPrincipal>();
  const add = (kind: 'role' | 'user', raw: Json, at: string): void => {
    const principal = readPrincipal(kind, raw, at, shared);
    if (principals.has(principal.arn))
      problems.add(`\`${principal.arn}\` stands in \`${origin}\` more than once: the first entry was taken`);
    else principals.set(principal.arn, principal);
  };
  all('RoleDetailList').forEach((raw, index) => {
    add('role', raw, `RoleDetailList[${index}]`);
  });
  all('UserDetailList').forEach((raw, index) => {
    add('user', raw, `UserDetailList[${index}]`);
  });

  const sorted = [...principals.values()].sort((a, b) => byCodeUnit(a.arn, b.arn));
  for (const one of sorted)
    for (const problem of one.problems ?? []) problems.add(`${one.kind} \`${one.name}\`: ${problem}`);
  return {
    accountId: onlyAccount(sorted, groupList, origin),
    principals: sorted,
    groups: [...groups.values()]
      .map((raw, index) =>
        readGroup(raw, `GroupDetailList[${index}]`, membersOf(String(raw.GroupName), sorted), shared),
      )
      .sort((a, b) => byCodeUnit(a.arn, b.arn)),
    managedPolicies: [...shared.managed.values()].sort((a, b) => byCodeUnit(a.arn, b.arn)),
    problems: [...problems].sort(byCodeUnit),
  };
}

const membersOf = (group: string, principals: readonly AccountPrincipal[]): readonly string[] =>
  principals.filter((one) => one.groups.includes(group)).map((one) => one.name);

function onlyAccount(
  principals: readonly AccountPrincipal[],
  groups: readonly Json[],
  origin: string,
): string {
  const ids = new Set(principals.map((one) => one.accountId));
  groups.forEach((raw, index) => {
    const at = `GroupDetailList[${index}]`;
    ids.add(accountOf(text(raw, 'Arn', at, origin), at, origin));
  });
  const [first, second] = [...ids].sort(byCodeUnit);
  if (first === undefined)
    throw new UsageError(`\`${origin}\` lists no role, user or group: there is nothing to compare with`);
  if (second !== undefined)
    throw new UsageError(
      `\`${origin}\` mixes the accounts \`${first}\` and \`${second}\`: give the file of one account`,
    );
  return first;
}
