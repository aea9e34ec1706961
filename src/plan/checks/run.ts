/** Runs the checks, less those that were switched off or excepted. */
import type { AccountPrincipal } from '../../account/account.ts';
import { UsageError } from '../../errors.ts';
import { compileGlob, matchGlob } from '../../policy/glob.ts';
import type { PrincipalUsage } from '../../usage/usage.ts';
import { accountChecks } from './account.ts';
import { CHECK_IDS, type CheckContext, type CheckResult } from './check.ts';
import { policyChecks } from './policies.ts';
import { selfChecks } from './principal.ts';

/** Of one role or user. What AWS or Identity Center owns is only checked for what it did: its policies are theirs. */
export function checkPrincipal(
  principal: AccountPrincipal,
  usage: PrincipalUsage,
  context: CheckContext,
): readonly CheckResult[] {
  const own = selfChecks(principal, usage, context);
  if (principal.managedBy !== undefined) return own.filter((one) => one.check === 'risky-call');
  return [...own, ...policyChecks(principal, context)];
}

/** Of the account. */
export const checkAccount = (context: CheckContext): readonly CheckResult[] => accountChecks(context);

/** Whether a result counts. */
export type Skips = (result: CheckResult) => boolean;

/**
 * Reads `stale-role` (off) and `inline-policy:ci-*` (not for subjects whose name matches).
 * @throws UsageError for a check that does not exist: an exception with a typing error would except nothing.
 */
export function parseSkips(words: readonly string[]): Skips {
  const rules = words.map((word) => {
    const colon = word.indexOf(':');
    const check = colon < 0 ? word : word.slice(0, colon);
    if (!CHECK_IDS.includes(check))
      throw new UsageError(
        `\`${check}\` in \`--skip-checks\` is no check: use one of ${CHECK_IDS.join(', ')}`,
      );
    const name = colon < 0 ? '*' : word.slice(colon + 1).toLowerCase();
    return { check, pattern: compileGlob(name, { variables: false, wildcards: true }) };
  });
  return ({ check, subject }) => {
    const name = subject
      .slice(Math.max(subject.lastIndexOf('/'), subject.lastIndexOf(':')) + 1)
      .toLowerCase();
    return rules.some((rule) => rule.check === check && matchGlob(rule.pattern, name));
  };
}
