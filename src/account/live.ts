/**
 * The live account through the AWS SDK. Both readers go through the shape of AWS's own output and the parser of
 * `--account`, so a live run and one on a saved file see the same account.
 */
import { UsageError } from '../errors.ts';
import type { PrincipalFilter } from '../trail/source.ts';
import type { Account } from './account.ts';
import { parseAuthorizationDetails } from './authorization-details.ts';
import { byCodeUnit } from './fields.ts';
import { findPrincipal } from './find-principal.ts';
import { ask, type LiveOptions, openIam } from './live-calls.ts';
import { type RawAccount, type RawDetails, readAuthorizationDetails } from './live-details.ts';
import { readPrincipalDetails } from './live-principal.ts';

export interface LiveAccount {
  readonly account: Account;
  /** What `account` was parsed from; written to a file, `--account` gives the same. */
  readonly details: RawDetails;
}

export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  readonly partition: string;
}

/** Whose credentials these are. Needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export async function readCaller(options: LiveOptions): Promise<Caller> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient(options.config);
  const purpose = { doing: 'tell whose credentials these are', permission: 'sts:GetCallerIdentity' };
  const who = await ask(purpose, options.signal, () =>
    client.send(new GetCallerIdentityCommand({}), options.signal ? { abortSignal: options.signal } : {}),
  );
  const arn = who.Arn ?? '';
  return { accountId: who.Account ?? '', arn, partition: arn.split(':')[1] ?? 'aws' };
}

function parsed(raw: RawAccount, accountId: string): LiveAccount {
  const account = parseAuthorizationDetails(raw.details, `account ${accountId}`);
  const problems = [...account.problems, ...raw.missing].sort(byCodeUnit);
  return { account: { ...account, problems }, details: raw.details };
}

/** Reads all roles, users, groups and policies of the account that the credentials belong to. */
export async function readLiveAccount(options: LiveOptions): Promise<LiveAccount> {
  const { accountId } = await readCaller(options);
  return parsed(await readAuthorizationDetails(await openIam(options)), accountId);
}

/** Reads one role or user with what it is granted; the account returned holds nobody else. */
export async function readLivePrincipal(options: LiveOptions, wanted: PrincipalFilter): Promise<LiveAccount> {
  const { accountId } = await readCaller(options);
  if (wanted.accountId !== undefined && wanted.accountId !== accountId)
    throw new UsageError(
      `${wanted.kind} \`${wanted.name}\` is in account \`${wanted.accountId}\`, but the credentials are of \`${accountId}\`: give \`--role-arn\` or \`--profile\` of that account`,
    );
  const { account, details } = parsed(await readPrincipalDetails(await openIam(options), wanted), accountId);
  // Only what belongs to one principal was read: lists of the whole account would look complete and are not.
  const { groups: _, managedPolicies: __, ...rest } = account;
  const principal = findPrincipal(account, wanted);
  const unread = account.problems.filter((one) => one.startsWith('could not '));
  const problems = [...new Set([...(principal.problems ?? []), ...unread])].sort(byCodeUnit);
  return {
    account: { ...rest, principals: [problems.length === 0 ? principal : { ...principal, problems }] },
    details,
  };
}
