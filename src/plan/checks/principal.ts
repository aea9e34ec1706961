/** Checks of one role or user itself: its use, its trust, its settings, and what it did. */
import type { Account, AccountPrincipal } from '../../account/account.ts';
import { parseOnce } from '../../policy/parse.ts';
import type { PrincipalUsage } from '../../usage/usage.ts';
import risky from '../data/risky-calls.json' with { type: 'json' };
import { trusted } from '../findings/trust.ts';
import { actionsOf, workloadsOf } from '../review/workloads.ts';
import {
  type CheckContext,
  type CheckResult,
  credentialsOf,
  dayOf,
  found,
  isStale,
  latest,
  since,
} from './check.ts';

export function selfChecks(
  principal: AccountPrincipal,
  usage: PrincipalUsage,
  context: CheckContext,
): CheckResult[] {
  return [
    ...stale(principal, usage, context),
    ...settings(principal, context),
    ...trust(principal),
    ...calls(principal, usage),
    ...shared(principal, usage),
    ...foreign(principal, context),
  ];
}

/** AWS's own record of use decides; a call in the logs overrules it. Nothing created lately is stale. */
function stale(principal: AccountPrincipal, usage: PrincipalUsage, context: CheckContext): CheckResult[] {
  const { arn, kind, createdAt, lastUsedAt } = principal;
  if (!isStale(createdAt, context) || usage.ids.length > 0) return [];
  if (kind === 'role')
    return lastUsedAt === undefined || isStale(lastUsedAt, context)
      ? [found('stale-role', arn, `${since(lastUsedAt)} in AWS's record, and no call in the logs`)]
      : [];
  const credentials = credentialsOf(context, principal);
  if (!credentials) return [];
  const last = latest(credentials.password.lastUsed, ...credentials.accessKeys.map((one) => one.lastUsed));
  return last === undefined || isStale(last, context)
    ? [found('stale-user', arn, `password and keys ${since(last)}, and no call in the logs`)]
    : [];
}

const LONG = 4 * 3600;
const bounds = new WeakMap<Account, Readonly<Record<AccountPrincipal['kind'], number>>>();

/** How many have a boundary; counted once an account, for each of its principals asks. */
function boundedOf(account: Account): Readonly<Record<AccountPrincipal['kind'], number>> {
  const count = (kind: AccountPrincipal['kind']): number =>
    account.principals.filter((one) => one.kind === kind && one.boundary).length;
  const known = bounds.get(account) ?? { role: count('role'), user: count('user') };
  bounds.set(account, known);
  return known;
}

function settings(principal: AccountPrincipal, { account }: CheckContext): CheckResult[] {
  const { arn, kind, maxSessionDurationSeconds: seconds, boundary } = principal;
  const results: CheckResult[] = [];
  if (seconds !== undefined && seconds > LONG)
    results.push(found('long-session', arn, `sessions of up to ${seconds / 3600} hours`));
  const bounded = boundedOf(account)[kind];
  if (bounded > 0 && !boundary)
    results.push(
      found(
        'missing-boundary',
        arn,
        `${bounded} other ${kind}${bounded === 1 ? ' has' : 's have'} a boundary`,
      ),
    );
  return results;
}

const CHECK_OF = {
  anyone: 'trust-anyone',
  'other-account': 'trust-other-account',
  oidc: 'trust-oidc',
} as const;

function trust(principal: AccountPrincipal): CheckResult[] {
  const parsed = principal.trustPolicy === undefined ? undefined : parseOnce(principal.trustPolicy);
  const statements = parsed?.ok ? parsed.policy.statements : [];
  return statements
    .filter((one) => one.effect === 'Allow')
    .flatMap((one) => trusted(one, principal))
    .flatMap(({ rule, who, what, severity }) =>
      rule === 'own-account' ? [] : [found(CHECK_OF[rule], principal.arn, what, who, severity)],
    );
}

const RISKY = new Set(risky.map((row) => row.action.toLowerCase()));

function calls({ arn }: AccountPrincipal, usage: PrincipalUsage): CheckResult[] {
  const byAction = new Map<string, { count: number; last: number; sessions: Set<string> }>();
  for (const entry of usage.entries) {
    if (entry.succeeded === 0 || !RISKY.has(entry.action.toLowerCase())) continue;
    // What the call needed beside its own permission was no call.
    if (!entry.eventNames.includes(entry.action.slice(entry.action.indexOf(':') + 1))) continue;
    const known = byAction.get(entry.action) ?? { count: 0, last: 0, sessions: new Set<string>() };
    known.count += entry.succeeded;
    known.last = Math.max(known.last, entry.lastSeen);
    for (const session of entry.sessions.values) known.sessions.add(session);
    byAction.set(entry.action, known);
  }
  return [...byAction]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([action, { count, last, sessions }]) => {
      const who = [...sessions].sort().slice(0, 3).join(', ');
      return found(
        'risky-call',
        arn,
        `${action} ${count} ${count === 1 ? 'time' : 'times'}, last on ${dayOf(last)}${who === '' ? '' : `, by ${who}`}`,
        action,
      );
    });
}

function shared(principal: AccountPrincipal, usage: PrincipalUsage): CheckResult[] {
  const { workloads, more } = workloadsOf(usage);
  if (principal.kind !== 'role' || workloads.length < 2) return [];
  const used = workloads.slice(0, 5).map(({ name, entries }) => {
    const actions = actionsOf(entries);
    return `${name} used ${actions} ${actions === 1 ? 'action' : 'actions'}`;
  });
  const rest = more ? ' and more' : workloads.length > 5 ? ` and ${workloads.length - 5} more` : '';
  return [found('shared-role', principal.arn, `${used.join(', ')}${rest}`)];
}

function foreign({ arn, kind }: AccountPrincipal, { outside }: CheckContext): CheckResult[] {
  if (kind !== 'role' || !outside) return [];
  return outside
    .assumed(arn)
    .map(([account, { count, lastSeen }]) =>
      found(
        'cross-account-use',
        arn,
        `assumed from account ${account} ${count} ${count === 1 ? 'time' : 'times'}, last on ${dayOf(lastSeen)}`,
        account,
      ),
    );
}
