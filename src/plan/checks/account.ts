/** Checks of the account: root, users' credentials, groups, the password policy and the trails. */
import type { UserCredentials } from '../../account/account.ts';
import { type CheckContext, type CheckResult, dayOf, found, isStale, latest, since } from './check.ts';

export function accountChecks(context: CheckContext): CheckResult[] {
  const users = context.account.facts?.credentials?.users ?? [];
  return [
    ...users.flatMap((one) => (one.root ? rootChecks(one, context) : userChecks(one, context))),
    ...rootUsed(
      users.find((one) => one.root),
      context,
    ),
    ...(context.account.groups ?? [])
      .filter((group) => group.members.length === 0)
      .map((group) => found('empty-group', group.arn, `group \`${group.name}\` has no members`)),
    ...passwordPolicy(context),
    ...trails(context),
  ];
}

function userChecks(user: UserCredentials, context: CheckContext): CheckResult[] {
  const { arn, password, accessKeys } = user;
  const results: CheckResult[] = [];
  if (password.enabled === true && !user.mfaActive)
    results.push(found('user-without-mfa', arn, 'a console password and no MFA device'));
  const used = latest(
    password.lastUsed,
    password.lastUsed === undefined ? latest(password.lastChanged, user.createdAt) : undefined,
  );
  if (password.enabled === true && isStale(used, context))
    results.push(found('password-unused', arn, `console password ${since(password.lastUsed)}`));
  const active = accessKeys.filter((one) => one.active);
  for (const { slot, lastRotated, lastUsed } of active) {
    if (lastRotated !== undefined && isStale(lastRotated, context))
      results.push(
        found('access-key-old', arn, `access key ${slot} is from ${dayOf(lastRotated)}`, String(slot)),
      );
    if (isStale(lastUsed ?? lastRotated, context))
      results.push(found('access-key-unused', arn, `access key ${slot} ${since(lastUsed)}`, String(slot)));
  }
  if (active.length === 2) results.push(found('two-access-keys', arn, 'both access keys are active'));
  return results;
}

function rootChecks(root: UserCredentials, { account }: CheckContext): CheckResult[] {
  const { arn, accessKeys } = root;
  const results: CheckResult[] = [];
  const active = accessKeys.filter((one) => one.active).length;
  if (active > 0) results.push(found('root-access-key', arn, `${active} active`));
  // An account whose root has no password and no key has nothing that MFA could protect.
  const summary = new Map(account.facts?.summary ?? []);
  const locked = summary.get('AccountPasswordPresent') === 0 && active === 0;
  if (!root.mfaActive && !locked) results.push(found('root-without-mfa', arn, 'no MFA device is active'));
  return results;
}

/** AWS's own record of root, and what root was seen to do in the logs: either shows use. */
function rootUsed(
  root: UserCredentials | undefined,
  { account, window, outside }: CheckContext,
): CheckResult[] {
  const last = latest(root?.password.lastUsed, ...(root?.accessKeys ?? []).map((one) => one.lastUsed));
  const inside = last !== undefined && last >= window.from && last < window.to;
  const seen = outside?.root(account.accountId);
  const evidence = [
    ...(inside ? [`last used ${dayOf(last)}, within the window`] : []),
    ...(seen && seen.count > 0
      ? [
          `${seen.count} ${seen.count === 1 ? 'call' : 'calls'} in the logs, last on ${dayOf(seen.lastSeen)}: ${seen.events
            .slice(0, 3)
            .map(([name]) => name)
            .join(', ')}${seen.events.length > 3 ? ` and ${seen.events.length - 3} more` : ''}`,
        ]
      : []),
  ];
  const arn = root?.arn ?? `arn:aws:iam::${account.accountId}:root`;
  return evidence.length === 0 ? [] : [found('root-used', arn, evidence.join('; '))];
}

/** As AWS Security Hub asks: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html (IAM.15, IAM.16). */
const MIN_LENGTH = 14;

function passwordPolicy({ account }: CheckContext): CheckResult[] {
  const policy = account.facts?.passwordPolicy;
  if (policy === undefined) return [];
  const arn = `arn:aws:iam::${account.accountId}:root`;
  if (policy === 'none') return [found('weak-password-policy', arn, "none is set, so AWS's default holds")];
  const weak = [
    ...(policy.minimumLength < MIN_LENGTH ? [`at least ${policy.minimumLength} characters`] : []),
    ...(policy.reusePrevention === undefined ? ['former passwords may be used again'] : []),
  ];
  return weak.length === 0 ? [] : [found('weak-password-policy', arn, weak.join(', '))];
}

function trails({ trails: known, account }: CheckContext): CheckResult[] {
  if (known === undefined) return [];
  const results: CheckResult[] = [];
  if (!known.some((one) => one.multiRegion && one.isLogging !== false))
    results.push(
      found(
        'trail-not-multi-region',
        `arn:aws:iam::${account.accountId}:root`,
        `${known.length} ${known.length === 1 ? 'trail' : 'trails'}, none that logs in every region`,
      ),
    );
  for (const one of known) {
    if (one.isLogging === false)
      results.push(
        found(
          'trail-stopped',
          one.arn,
          one.stoppedLogging === undefined ? 'not logging' : `stopped on ${dayOf(one.stoppedLogging)}`,
        ),
      );
    if (!one.logFileValidation)
      results.push(found('trail-not-validated', one.arn, `log file validation of \`${one.name}\` is off`));
  }
  return results;
}
