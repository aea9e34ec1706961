/**
 * The whole account, as `aws iam get-account-authorization-details` prints it, plus `MaxSessionDuration`, which AWS
 * gives only where roles are listed. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
import type { Json } from './fields.ts';
import { ask, askFor, cliList, type Iam, pages } from './live-calls.ts';
import { managedArns, readManagedPolicies } from './live-managed.ts';

/** The four lists of the authorization details, and what could not be read. */
export interface RawDetails {
  readonly UserDetailList: readonly Json[];
  readonly GroupDetailList: readonly Json[];
  readonly RoleDetailList: readonly Json[];
  readonly Policies: readonly Json[];
}

export interface RawAccount {
  readonly details: RawDetails;
  /** One line each: what is missing from the details. */
  readonly missing: readonly string[];
}

const PAGE = 1000;

/** Reads every role, user, group and policy. Without `iam:GetAccountAuthorizationDetails` nothing is read at all. */
export async function readAuthorizationDetails(iam: Iam): Promise<RawAccount> {
  const { sdk, client, signal } = iam;
  const purpose = { doing: 'read the account', permission: 'iam:GetAccountAuthorizationDetails' };
  const options = signal ? { abortSignal: signal } : {};
  const read = await ask(purpose, signal, () =>
    pages(purpose, (marker) =>
      client.send(new sdk.GetAccountAuthorizationDetailsCommand({ MaxItems: PAGE, ...marker }), options),
    ),
  );
  const roles = cliList(read.flatMap((page) => page.RoleDetailList ?? []));
  const users = cliList(read.flatMap((page) => page.UserDetailList ?? []));
  const groups = cliList(read.flatMap((page) => page.GroupDetailList ?? []));
  const told = cliList(read.flatMap((page) => page.Policies ?? []));
  // AWS lists the managed policies in use; should one be left out all the same, it is asked for by itself.
  const known = new Set(told.map((policy) => policy.Arn));
  const left = managedArns([...roles, ...users, ...groups]).filter((arn) => !known.has(arn));
  const asked = await readManagedPolicies(iam, left);
  const durations = await sessionDurations(iam);
  return {
    details: {
      UserDetailList: users,
      GroupDetailList: groups,
      RoleDetailList: roles.map((role) => {
        const seconds = durations.value.get(role.Arn);
        return seconds === undefined ? role : { ...role, MaxSessionDuration: seconds };
      }),
      Policies: [...told, ...asked.policies],
    },
    missing: [...asked.missing, ...durations.missing],
  };
}

async function sessionDurations({ sdk, client, signal }: Iam): Promise<{
  readonly value: ReadonlyMap<unknown, number>;
  readonly missing: readonly string[];
}> {
  const purpose = { doing: 'read how long sessions of roles may last', permission: 'iam:ListRoles' };
  const options = signal ? { abortSignal: signal } : {};
  const answer = await askFor(purpose, signal, () =>
    pages(purpose, (marker) => client.send(new sdk.ListRolesCommand({ MaxItems: PAGE, ...marker }), options)),
  );
  if ('missing' in answer) return { value: new Map(), missing: [answer.missing] };
  const roles = answer.value.flatMap((page) => page.Roles ?? []);
  return {
    value: new Map(
      roles.flatMap((role) =>
        role.MaxSessionDuration === undefined ? [] : [[role.Arn, role.MaxSessionDuration]],
      ),
    ),
    missing: [],
  };
}
