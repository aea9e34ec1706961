/** Best practices as checks: what a check looks at, what it says, and the table that holds its words. */
import type { Account, AccountPrincipal, UserCredentials } from '../../account/account.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import type { Window } from '../../trail/source.ts';
import table from '../data/checks.json' with { type: 'json' };
import type { Severity } from '../plan.ts';
import type { OutsideUse } from '../review/outside.ts';
import { stableId } from '../stable-id.ts';

/** What holds for the whole account. A check that lacks its input finds nothing: unknown is not good, and not bad. */
export interface CheckContext {
  readonly account: Account;
  readonly window: Window;
  readonly catalogue: Catalogue;
  readonly trails?: readonly TrailFacts[];
  /** What root and other accounts were seen to do; absent where the source does not tell. */
  readonly outside?: Pick<OutsideUse, 'root' | 'assumed'>;
}

/** One weakness of one subject, with the evidence for it. */
export interface CheckResult {
  /** Stable across runs: check + subject + what tells it from others of them. */
  readonly id: string;
  readonly check: string;
  readonly severity: Severity;
  /** ARN of a principal, group, root or trail, or of the account. */
  readonly subject: string;
  /** One line: what was found. */
  readonly evidence: string;
}

export interface CheckRow {
  readonly id: string;
  readonly severity: Severity;
  /** The input without which it can say nothing. */
  readonly needs:
    | 'account'
    | 'credentials'
    | 'trails'
    | 'password-policy'
    | 'outside'
    | 'credentials-or-outside';
  readonly title: string;
  readonly fix: string;
  readonly page: string;
}

const ROWS = new Map(table.map((row) => [row.id, row as CheckRow]));
export const CHECK_IDS: readonly string[] = [...ROWS.keys()];

/** The words of a check. */
export function checkRow(id: string): CheckRow {
  const row = ROWS.get(id);
  if (!row) throw new Error(`no row for the check ${id}`);
  return row;
}

/** Whether the check has its input: without it no result means nothing. */
export function hasInput(id: string, { account, trails, outside }: CheckContext): boolean {
  const credentials = account.facts?.credentials !== undefined;
  switch (ROWS.get(id)?.needs) {
    case 'credentials':
      return credentials;
    case 'credentials-or-outside':
      return credentials || outside !== undefined;
    case 'outside':
      return outside !== undefined;
    case 'trails':
      return trails !== undefined;
    case 'password-policy':
      return account.facts?.passwordPolicy !== undefined;
    case 'account':
      return true;
    default:
      return false;
  }
}

/** `key` tells results of one check and subject apart; it must not hold what changes from run to run. */
export function found(
  check: string,
  subject: string,
  evidence: string,
  key = '',
  severity?: Severity,
): CheckResult {
  return {
    id: `${check}:${stableId([check, subject, key])}`,
    check,
    severity: severity ?? checkRow(check).severity,
    subject,
    evidence,
  };
}

const DAY = 86_400_000;
/** Unused, or too old, from here on. CIS AWS Foundations asks for less in places; AWS's own tools default to 90. */
const STALE_DAYS = 90;

/** Whether a moment lies at least 90 days before the window's end; an absent one does not. */
export const isStale = (time: number | undefined, { window }: CheckContext): boolean =>
  time !== undefined && window.to - time >= STALE_DAYS * DAY;

/** The later of the moments told; undefined where none is. */
export function latest(...times: readonly (number | undefined)[]): number | undefined {
  const told = times.filter((time) => time !== undefined);
  return told.length === 0 ? undefined : Math.max(...told);
}

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
export const since = (time: number | undefined): string =>
  time === undefined ? 'never used' : `last used ${dayOf(time)}`;

/** The credential report's line on a user. */
export const credentialsOf = (
  { account }: CheckContext,
  { arn }: Pick<AccountPrincipal, 'arn'>,
): UserCredentials | undefined => account.facts?.credentials?.users.find((one) => one.arn === arn);
