/** Finds the principal that the command line asked for, or says which one it may have meant. */
import { UsageError } from '../errors.ts';
import type { PrincipalFilter } from '../trail/source.ts';
import type { Account, AccountPrincipal } from './account.ts';
import { byCodeUnit } from './fields.ts';

/**
 * The wanted role or user. IAM's names are unique in an account without regard to case, whatever the path. Throws a
 * UsageError with the nearest names where there is none, or where an ARN's path or account is another.
 */
export function findPrincipal(account: Account, wanted: PrincipalFilter): AccountPrincipal {
  const name = wanted.name.toLowerCase();
  if (wanted.accountId !== undefined && wanted.accountId !== account.accountId)
    throw new UsageError(
      `${wanted.kind} \`${wanted.name}\` is asked for in account \`${wanted.accountId}\`, but the account given is \`${account.accountId}\``,
    );
  const named = account.principals.filter((one) => one.name.toLowerCase() === name);
  const found = named.find((one) => one.kind === wanted.kind);
  if (found) {
    if (wanted.arn !== undefined && wanted.arn.toLowerCase() !== found.arn.toLowerCase())
      throw new UsageError(
        `\`${wanted.arn}\` is not in account \`${account.accountId}\`: its ${wanted.kind} \`${found.name}\` is \`${found.arn}\``,
      );
    return found;
  }
  const other = named[0];
  if (other)
    throw new UsageError(
      `account \`${account.accountId}\` has no ${wanted.kind} \`${wanted.name}\`, but a ${other.kind} of that name: use \`--${other.kind}\``,
    );
  const names = account.principals.filter((one) => one.kind === wanted.kind).map((one) => one.name);
  throw new UsageError(
    `account \`${account.accountId}\` has no ${wanted.kind} \`${wanted.name}\`${meant(wanted.name, names) || `: it has ${count(account, wanted.kind)}`}`,
  );
}

/** `: did you mean …?` with the names nearest to the wanted one, or nothing. */
export function meant(wanted: string, names: readonly string[]): string {
  const near = nearest(wanted, names);
  return near.length === 0 ? '' : `: did you mean ${near.map((one) => `\`${one}\``).join(' or ')}?`;
}

function count(account: Account, kind: 'role' | 'user'): string {
  const n = account.principals.filter((one) => one.kind === kind).length;
  return `${n} ${kind}${n === 1 ? '' : 's'}`;
}

/** Where a principal's policies are changed, when not in its account; undefined where they are its own. */
export function ownerAdvice(principal: AccountPrincipal): string | undefined {
  switch (principal.managedBy) {
    case 'service-linked':
      return `role \`${principal.name}\` is linked to an AWS service, which alone sets its policy: it cannot be tightened, only deleted together with what uses it`;
    case 'identity-center':
      return `role \`${principal.name}\` is written by IAM Identity Center: change its permission set there, as changes to the role are overwritten`;
    default:
      return undefined;
  }
}

/** At most three names within a third of their length in edits, or holding the wanted text; nearest first. */
function nearest(wanted: string, names: readonly string[]): readonly string[] {
  const low = wanted.toLowerCase();
  return names
    .map((name): readonly [string, number] => {
      const other = name.toLowerCase();
      const inside = low.length >= 3 && (other.includes(low) || low.includes(other));
      return [name, inside ? 1 : distance(low, other)];
    })
    .filter(([name, edits]) => edits <= Math.max(1, Math.floor(Math.max(name.length, low.length) / 3)))
    .sort((a, b) => a[1] - b[1] || byCodeUnit(a[0], b[0]))
    .slice(0, 3)
    .map(([name]) => name);
}

/** Levenshtein distance, one row at a time; names have at most 64 characters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
