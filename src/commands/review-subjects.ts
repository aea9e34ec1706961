/** Who is reviewed: the accounts' roles and users, or without an account those of the logs; and where their pages go. */
import type { AccountPrincipal } from '../account/account.ts';
import { compileGlob, matchGlob } from '../policy/glob.ts';
import { safeNames } from '../report/output-file.ts';
import type { PrincipalRef } from '../usage/usage.ts';
import type { ReviewedAccount } from './review-account.ts';

export interface Subject {
  readonly ref: PrincipalRef;
  /** Both undefined without an account. */
  readonly principal?: AccountPrincipal;
  readonly account?: ReviewedAccount;
  /** Relative to --out, with `/`. */
  readonly folder: string;
}

export interface Subjects {
  readonly reviewed: readonly Subject[];
  /** ARNs seen in the logs that the account's file does not list; matched by name, too. */
  readonly missing: readonly string[];
  /** ARNs of accounts that are not reviewed, seen in the logs. */
  readonly foreign: readonly string[];
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = (one: PrincipalRef): string =>
  JSON.stringify([one.accountId, one.kind, one.name.toLowerCase()]);

/** `match` is a name pattern; `*` and `?` match any characters, and case does not matter, as in IAM. */
export function subjectsOf(
  accounts: readonly ReviewedAccount[],
  seen: readonly PrincipalRef[],
  match: string,
): Subjects {
  const pattern = compileGlob(match.toLowerCase(), { variables: false, wildcards: true });
  const wanted = seen.filter((one) => matchGlob(pattern, one.name.toLowerCase()));
  if (accounts.length === 0)
    return { reviewed: placed(wanted.map((ref) => ({ ref }))), missing: [], foreign: [] };
  const ids = new Set(accounts.map(({ account }) => account.accountId));
  const listed = new Set(accounts.flatMap(({ account }) => account.principals.map(keyOf)));
  const arns = (own: boolean): readonly string[] =>
    wanted
      .filter((one) => ids.has(one.accountId) === own && !listed.has(keyOf(one)))
      .map((one) => one.arn)
      .sort(byCodeUnit);
  const reviewed = accounts.flatMap((account) =>
    account.account.principals
      .filter((one) => matchGlob(pattern, one.name.toLowerCase()))
      .map((principal) => ({ ref: principal, principal, account })),
  );
  return { reviewed: placed(reviewed), missing: arns(true), foreign: arns(false) };
}

/** A folder each: `111122223333/role-name`. Sorted, so that a name that needs a number always gets the same. */
function placed(subjects: readonly Omit<Subject, 'folder'>[]): readonly Subject[] {
  const sorted = [...subjects].sort((a, b) => byCodeUnit(a.ref.arn, b.ref.arn));
  const names = safeNames(sorted.map(({ ref }) => `${ref.accountId}.${ref.kind}-${ref.name}`));
  return sorted.map((one, index) => ({ ...one, folder: names[index]!.replace('.', '/') }));
}
