/** What a review compares with: the whole account, from a file or a snapshot folder, read once. */
import { readFile, stat } from 'node:fs/promises';
import type { Account, AccountPrincipal, LastAccessed } from '../account/account.ts';
import { parseAuthorizationDetails } from '../account/authorization-details.ts';
import { parseCredentialReport } from '../account/credential-report.ts';
import { UsageError } from '../errors.ts';
import type { TrailFacts } from '../trail/facts.ts';
import { parseTrails } from '../trail/facts-read.ts';
import type { Args } from './command.ts';
import { type InputFile, readJsonFile } from './read-json.ts';

export interface ReviewedAccount {
  /** Undefined without `--account`: the principals of the logs are reviewed and nothing can be compared. */
  readonly account?: Account;
  readonly trails?: readonly TrailFacts[];
  readonly problems: readonly string[];
  readonly digests: readonly InputFile['digest'][];
  /** The last-accessed report on one principal; undefined where there is none. */
  reportOn(principal: AccountPrincipal): Promise<LastAccessed | undefined>;
}

/** @throws UsageError for what only makes sense with one principal, and for files that are not what they should be. */
export async function readReviewed(args: Args): Promise<ReviewedAccount> {
  if (args.lastAccessed !== undefined)
    throw new UsageError(
      '`--last-accessed` is the report on one principal: for a review give the folder of `gen-policy snapshot` as `--account`',
    );
  const given = args.account === undefined ? (args.source === 'dir' ? 'none' : 'live') : String(args.account);
  if (given === 'live')
    throw new UsageError(
      'a review reads the account from disk: run `gen-policy snapshot --out DIR` first and give `--account DIR`',
    );
  const found = await withCredentials(
    given === 'none' ? NOTHING : await fromPath(given),
    args.credentialReport,
  );
  if (args.trails === undefined) return found;
  const path = String(args.trails);
  const file = await readJsonFile('trails', path);
  const parsed = parseTrails(file.value, path);
  return {
    ...found,
    trails: parsed.trails,
    problems: [...found.problems, ...parsed.problems],
    digests: [...found.digests, file.digest],
  };
}

/** `--credential-report` beside an account file, or instead of the report of a snapshot. */
async function withCredentials(found: ReviewedAccount, path: unknown): Promise<ReviewedAccount> {
  if (path === undefined) return found;
  const { account } = found;
  if (!account)
    throw new UsageError('`--credential-report` is checked together with the account: add `--account`');
  const text = await readFile(String(path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`\`--credential-report ${path}\` cannot be read (${error.code}): check the path`);
  });
  const credentials = parseCredentialReport(text, String(path));
  if (credentials.accountId !== account.accountId)
    throw new UsageError(
      `\`--credential-report ${path}\` is of account \`${credentials.accountId}\`, but the account given is \`${account.accountId}\``,
    );
  return { ...found, account: { ...account, facts: { ...account.facts, credentials } } };
}

const NOTHING: ReviewedAccount = { problems: [], digests: [], reportOn: async () => undefined };

async function fromPath(path: string): Promise<ReviewedAccount> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) {
    const { readSnapshot } = await import('../account/snapshot.ts');
    const { account, trails, lastAccessed } = await readSnapshot(path);
    return {
      account,
      ...(trails ? { trails: trails.trails } : {}),
      problems: [...account.problems, ...(trails?.problems ?? [])],
      digests: [],
      reportOn: lastAccessed,
    };
  }
  const file = await readJsonFile('account', path);
  const account = parseAuthorizationDetails(file.value, path);
  return { ...NOTHING, account, problems: account.problems, digests: [file.digest] };
}
