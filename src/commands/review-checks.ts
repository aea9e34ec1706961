/** The checks of a review, account by account. */
import type { CheckContext, CheckResult } from '../plan/checks/check.ts';
import { hasInput } from '../plan/checks/check.ts';
import { checkAccount, checkPrincipal, type Skips } from '../plan/checks/run.ts';
import { bySeverity } from '../plan/review/row.ts';
import type { PrincipalUsage } from '../usage/usage.ts';
import type { ReviewedAccount } from './review-account.ts';
import type { Subject } from './review-subjects.ts';

export interface Checker {
  principal(subject: Subject, usage: PrincipalUsage): void;
  /** All results that count, the most severe first; once, after the last principal. */
  end(): readonly CheckResult[];
  /** Whether a result of an earlier review was looked for again: one that was not is not fixed. */
  judges(earlier: CheckResult): boolean;
}

export function createChecker(
  accounts: readonly ReviewedAccount[],
  shared: Omit<CheckContext, 'account' | 'trails'>,
  skips: Skips,
): Checker {
  const contexts = new Map(
    accounts.map(({ account, trails }): [string, CheckContext] => [
      account.accountId,
      { ...shared, account, ...(trails ? { trails } : {}) },
    ]),
  );
  const results: CheckResult[] = [];
  return {
    principal: ({ principal, ref }, usage) => {
      const context = contexts.get(ref.accountId);
      if (context && principal) results.push(...checkPrincipal(principal, usage, context));
    },
    end: () => {
      for (const context of contexts.values()) results.push(...checkAccount(context));
      return bySeverity(results.filter((one) => !skips(one)));
    },
    judges: (earlier) =>
      !skips(earlier) && [...contexts.values()].some((context) => hasInput(earlier.check, context)),
  };
}
