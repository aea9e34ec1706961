/** What a review compares with: whole accounts, from files, snapshot folders or live AWS, each read once. */
import { readFile, stat } from 'node:fs/promises';
import type { Account, AccountPrincipal, LastAccessed } from '../account/account.ts';
import { parseAuthorizationDetails } from '../account/authorization-details.ts';
import { parseCredentialReport } from '../account/credential-report.ts';
import { UsageError } from '../errors.ts';
import type { TrailFacts } from '../trail/facts.ts';
import { parseTrails } from '../trail/facts-read.ts';
import type { Args, Io } from './command.ts';
import { type InputFile, readJsonFile } from './read-json.ts';
import type { LiveAccounts } from './review-live.ts';

export interface ReviewedAccount {
  readonly account: Account;
  /** As the organisation calls it. */
  readonly name?: string;
  readonly trails?: readonly TrailFacts[];
  readonly problems: readonly string[];
  readonly digests: readonly InputFile['digest'][];
  /** The last-accessed report on one principal; undefined where there is none. */
  reportOn(principal: AccountPrincipal): Promise<LastAccessed | undefined>;
}

/** An account that was to be reviewed and is not. */
export interface UnreadAccount {
  readonly accountId: string;
  readonly name?: string;
  readonly reason: string;
  /** True: closed or suspended, so that nobody in it can act, and its absence is no gap. */
  readonly closed: boolean;
}

export interface Reviewed {
  /** Sorted by id. Empty without `--account`: the principals of the logs are reviewed and nothing can be compared. */
  readonly accounts: readonly ReviewedAccount[];
  /** Sorted by id. */
  readonly unread: readonly UnreadAccount[];
  /** Removes what was kept for the run. */
  dispose(): Promise<void>;
}

/** @throws UsageError for what only makes sense with one principal, and for files that are not what they should be. */
export async function readReviewed(args: Args, io: Io): Promise<Reviewed> {
  if (args.lastAccessed !== undefined)
    throw new UsageError(
      '`--last-accessed` is the report on one principal: for a review give the folder of `gen-policy snapshot` as `--account`',
    );
  const role = args.orgRole === undefined ? undefined : String(args.orgRole);
  const given = texts(args.account ?? (args.source === 'dir' || role !== undefined ? [] : 'live'));
  if (given.includes('none') && (given.length > 1 || role !== undefined))
    throw new UsageError('`--account none` stands alone: without it the accounts given are reviewed');
  const files = await Promise.all(given.filter((one) => one !== 'none' && one !== 'live').map(fromPath));
  const taken = files.map(({ account }) => account.accountId);
  const live = await fromAws(args, io, { own: given.includes('live'), role, taken });
  try {
    const accounts = await withCredentials([...files, ...live.accounts], texts(args.credentialReport ?? []));
    accounts.sort((a, b) => (a.account.accountId < b.account.accountId ? -1 : 1));
    const twice = accounts.find(
      (one, index) => one.account.accountId === accounts[index + 1]?.account.accountId,
    );
    if (twice)
      throw new UsageError(`account \`${twice.account.accountId}\` is given twice: give each account once`);
    return {
      accounts: args.trails === undefined ? accounts : await withTrails(accounts, String(args.trails)),
      unread: live.unread,
      dispose: live.dispose,
    };
  } catch (error) {
    await live.dispose();
    throw error;
  }
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).map(String);

async function fromAws(
  args: Args,
  io: Io,
  wanted: { readonly own: boolean; readonly role: string | undefined; readonly taken: readonly string[] },
): Promise<LiveAccounts> {
  const { own, role, taken } = wanted;
  if (!own && role === undefined) return { accounts: [], unread: [], dispose: async () => undefined };
  const { readLiveAccounts } = await import('./review-live.ts');
  return readLiveAccounts(args, io, { role, taken });
}

async function withTrails(accounts: readonly ReviewedAccount[], path: string): Promise<ReviewedAccount[]> {
  const file = await readJsonFile('trails', path);
  const parsed = parseTrails(file.value, path);
  return accounts.map((one) => ({
    ...one,
    trails: parsed.trails,
    problems: [...one.problems, ...parsed.problems],
    digests: [...one.digests, file.digest],
  }));
}

/** `--credential-report` beside an account file, or instead of the report of a snapshot; each goes to its account. */
async function withCredentials(
  accounts: readonly ReviewedAccount[],
  paths: readonly string[],
): Promise<ReviewedAccount[]> {
  const found = [...accounts];
  for (const path of paths) {
    if (accounts.length === 0)
      throw new UsageError('`--credential-report` is checked together with the account: add `--account`');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`\`--credential-report ${path}\` cannot be read (${error.code}): check the path`);
    });
    const credentials = parseCredentialReport(text, path);
    const at = found.findIndex(({ account }) => account.accountId === credentials.accountId);
    const one = found[at];
    if (!one)
      throw new UsageError(
        `\`--credential-report ${path}\` is of account \`${credentials.accountId}\`, but ${accounts.length === 1 ? `the account given is \`${accounts[0]!.account.accountId}\`` : 'that account is not among those given'}`,
      );
    found[at] = { ...one, account: { ...one.account, facts: { ...one.account.facts, credentials } } };
  }
  return found;
}

async function fromPath(path: string): Promise<ReviewedAccount> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) return fromSnapshot(path);
  const file = await readJsonFile('account', path);
  const account = parseAuthorizationDetails(file.value, path);
  return { account, problems: account.problems, digests: [file.digest], reportOn: async () => undefined };
}

/** `shown` is what plans and messages call the folder. */
export async function fromSnapshot(path: string, shown = path): Promise<ReviewedAccount> {
  const { readSnapshot } = await import('../account/snapshot.ts');
  const { account, trails, lastAccessed } = await readSnapshot(path, shown);
  return {
    account,
    ...(trails ? { trails: trails.trails } : {}),
    problems: [...account.problems, ...(trails?.problems ?? [])],
    digests: [],
    reportOn: lastAccessed,
  };
}
