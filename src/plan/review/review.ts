/**
 * A review: one row a principal, ranked by what to cut first, and nothing of the plans themselves, so that ten thousand
 * principals fit. The one value that the index's reports render, and what index.json holds.
 */
import type { AccessLevel } from '../../catalogue/catalogue.ts';
import type { CheckResult } from '../checks/check.ts';
import type { Finding, Severity } from '../plan.ts';
import type { ReviewChanges } from './changes.ts';
import type { Share } from './split.ts';

export const REVIEW_VERSION = '1.0';

export interface Review {
  readonly schemaVersion: typeof REVIEW_VERSION;
  readonly tool: { readonly name: 'gen-policy'; readonly version: string; readonly catalogue: string };
  readonly window: { readonly from: string; readonly to: string; readonly days: number };
  readonly source: { readonly kind: string; readonly location: string; readonly records: number };
  /** Sorted by id. Empty without an account: nothing was compared. */
  readonly accounts: readonly ReviewAccount[];
  /** Name pattern of `--match`. */
  readonly match: string;
  /** Ranked: highest score first. */
  readonly principals: readonly ReviewRow[];
  /** Best practices not met, the most severe first; empty without an account. */
  readonly checks: readonly CheckResult[];
  /** Compared with `--previous`. */
  readonly changes?: ReviewChanges;
  /** The figures of this review, and before them those of the reviews it follows; oldest first, at most 40. */
  readonly history: readonly Figures[];
  /** Seen in the logs, of an account reviewed, but not in what it told: deleted, or younger. Sorted. */
  readonly missing: readonly string[];
  /** Seen in the logs, of accounts that are not reviewed. Sorted. */
  readonly foreign: readonly string[];
}

export interface ReviewAccount {
  readonly accountId: string;
  /** As the organisation calls it. */
  readonly name?: string;
  /** `closed`: nobody in it can act. `unread`: it was to be reviewed and could not be read, `note` says why. */
  readonly state: 'read' | 'unread' | 'closed';
  readonly note?: string;
}

/** What a review comes to in numbers, all principals together: a point of the trend. */
export interface Figures {
  /** End of the window. */
  readonly to: string;
  readonly principals: number;
  readonly granted: number;
  readonly used: number;
  /** Actions that can go. */
  readonly excess: number;
  /** Principals without a call in the window. */
  readonly idle: number;
  readonly checks: number;
}

export interface ReviewRow {
  readonly arn: string;
  readonly kind: 'role' | 'user';
  readonly accountId: string;
  readonly name: string;
  /** `not-ours`: AWS or Identity Center writes its policies. `failed`: no plan could be made, `note` says why. */
  readonly state: 'planned' | 'not-ours' | 'failed';
  readonly note?: string;
  /** Path of its files, relative to the index; absent where no plan was written. */
  readonly folder?: string;
  /** 0 to 100: see score.ts. */
  readonly score: number;
  /** Undefined `before` without an account. */
  readonly actions: { readonly before?: number; readonly after: number; readonly used: number };
  /** [level, actions granted before, after, used] */
  readonly levels: readonly (readonly [level: AccessLevel, before: number, after: number, used: number])[];
  readonly calls: number;
  readonly lastSeen?: string;
  /** What the actions to be removed could do in the wrong hands, gravest first. */
  readonly risks: Finding['risk'];
  readonly removals: number;
  readonly notices: number;
  /** Of removals and notices; absent where there are none. */
  readonly worst?: Severity;
  readonly complete: boolean;
  /** Who used it, where the logs tell. */
  readonly usedBy?: UsedBy;
}

export interface UsedBy {
  /** Names of sessions, the first five by code unit: users of Identity Center, instances, functions. */
  readonly sessions: readonly string[];
  readonly moreSessions: boolean;
  /** Two or more: the role is shared. One: the workload that has it. */
  readonly workloads: readonly Share[];
  /** Of a shared role: actions used by callers that the log does not name. */
  readonly unnamed?: number;
  /** Of a shared role: why no split is proposed. */
  readonly noSplit?: string;
  /** [account, calls]: from which other accounts it was assumed. */
  readonly accounts: readonly (readonly [accountId: string, calls: number])[];
}
