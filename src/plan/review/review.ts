/**
 * A review: one row a principal, ranked by what to cut first, and nothing of the plans themselves, so that ten thousand
 * principals fit. The one value that the index's reports render, and what index.json holds.
 */
import type { AccessLevel } from '../../catalogue/catalogue.ts';
import type { CheckResult } from '../checks/check.ts';
import type { Finding, Severity } from '../plan.ts';
import type { ReviewChanges } from './changes.ts';

export const REVIEW_VERSION = '1.0';

export interface Review {
  readonly schemaVersion: typeof REVIEW_VERSION;
  readonly tool: { readonly name: 'gen-policy'; readonly version: string; readonly catalogue: string };
  readonly window: { readonly from: string; readonly to: string; readonly days: number };
  readonly source: { readonly kind: string; readonly location: string; readonly records: number };
  /** Undefined without an account: nothing was compared. */
  readonly accountId?: string;
  /** Name pattern of `--match`. */
  readonly match: string;
  /** Ranked: highest score first. */
  readonly principals: readonly ReviewRow[];
  /** Best practices not met, the most severe first; empty without an account. */
  readonly checks: readonly CheckResult[];
  /** Compared with `--previous`. */
  readonly changes?: ReviewChanges;
  /** Seen in the logs, of the account, but not in the account's file: deleted, or younger than the file. Sorted. */
  readonly missing: readonly string[];
  /** Seen in the logs, of other accounts. Sorted. */
  readonly foreign: readonly string[];
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
}
