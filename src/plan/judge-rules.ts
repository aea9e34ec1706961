/** What keeps a grant whatever the evidence says: keep rules, the marker in a Sid, and grace for what is new. */
import type { AccountPrincipal } from '../account/account.ts';
import { matchesAction } from '../policy/pattern.ts';
import { type Grant, meets } from './grants.ts';
import type { KeepRule, PlanInput } from './input.ts';
import { isoDayOf } from './iso-time.ts';

/** A Sid that begins so keeps its statement: `GenPolicyKeepBreakGlass`. Sids hold letters and digits only. */
const MARKER = /^GenPolicyKeep/i;
const DAY = 86_400_000;

/** The window's last day, `YYYY-MM-DD`: what "today" is to a plan, for the same input must give the same plan. */
export const lastDay = (input: PlanInput): string => isoDayOf(input.coverage.window.to - 1);

export const isExpired = (rule: KeepRule, today: string): boolean =>
  rule.expires !== undefined && rule.expires < today;

/** Why a rule or a marker keeps the action of the grant, or undefined. The first rule in the file's order wins. */
export function ruleFor(
  grant: Grant,
  action: string,
  rules: readonly KeepRule[],
  today: string,
): string | undefined {
  const { sid } = grant.source;
  if (sid !== undefined && MARKER.test(sid)) return `the Sid ${sid} carries the keep marker`;
  const rule = rules.find((one) => !isExpired(one, today) && applies(one, grant, action));
  if (!rule) return undefined;
  return `kept by a rule of ${rule.owner}${rule.expires === undefined ? '' : ` until ${rule.expires}`}: ${rule.reason}`;
}

function applies(rule: KeepRule, grant: Grant, action: string): boolean {
  if (rule.action !== undefined && !matchesAction(rule.action, action)) return false;
  if (rule.sid !== undefined && !matchesAction(rule.sid, grant.source.sid ?? '')) return false;
  return rule.resource === undefined || meets(grant.source.resource, rule.resource);
}

/** Why the grant is too young to judge, or undefined. An inline policy has no date of its own. */
export function graceFor(account: AccountPrincipal, policy: number, input: PlanInput): string | undefined {
  const { graceDays } = input.options;
  const since = input.coverage.window.to - graceDays * DAY;
  const young = (time: number | undefined): time is number => time !== undefined && time > since;
  const attached = account.policies[policy];
  if (young(attached?.createdAt))
    return `the policy's version is of ${isoDayOf(attached.createdAt)}, younger than ${graceDays} days`;
  if (young(account.createdAt))
    return `the ${account.kind} was created ${isoDayOf(account.createdAt)}, less than ${graceDays} days before the window's end`;
  return undefined;
}
