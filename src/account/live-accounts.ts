/** The accounts of the organisation, as its management account or a delegated administrator sees them. */
import { RunError, UsageError } from '../errors.ts';
import { awsErrorCode } from '../trail/aws-error.ts';
import { byCodeUnit } from './fields.ts';
import { ask, type LiveOptions } from './live-calls.ts';

export interface MemberAccount {
  readonly accountId: string;
  readonly name: string;
  /** False for one that is closed, suspended or not opened yet: no principal of it can act. */
  readonly active: boolean;
  /** In AWS's words: `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, ... */
  readonly state: string;
}

/**
 * Lists every account, sorted by id. https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
 * @throws UsageError where the credentials' account is in no organisation; AccessError where it may not list them.
 */
export async function listAccounts(options: LiveOptions): Promise<readonly MemberAccount[]> {
  const { OrganizationsClient, ListAccountsCommand } = await import('@aws-sdk/client-organizations');
  const client = new OrganizationsClient(options.config);
  const purpose = {
    doing: 'list the accounts of the organisation',
    permission: 'organizations:ListAccounts',
  };
  const found: MemberAccount[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await ask(purpose, options.signal, () =>
      client
        .send(
          new ListAccountsCommand(token === undefined ? {} : { NextToken: token }),
          options.signal ? { abortSignal: options.signal } : {},
        )
        .catch((error: unknown) => {
          if (awsErrorCode(error) !== 'AWSOrganizationsNotInUseException') throw error;
          throw new UsageError(
            'the account of these credentials is in no organisation: use `--account live` instead of `--org-role`',
          );
        }),
    );
    for (const one of page.Accounts ?? []) {
      // `Status` is what `State` replaces; older endpoints tell only the former.
      const state = one.State ?? one.Status ?? 'unknown';
      found.push({ accountId: one.Id ?? '', name: one.Name ?? '', active: state === 'ACTIVE', state });
    }
    token = page.NextToken;
    if (token !== undefined && seen.has(token))
      throw new RunError(`could not ${purpose.doing}: its pages go in circles; run again`);
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  return found.sort((a, b) => byCodeUnit(a.accountId, b.accountId));
}
