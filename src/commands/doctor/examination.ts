/** What doctor found, as one value: the text and the JSON are made of it. */
import type { Outlook } from '../../plan/outlook.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import type { Gap } from '../../usage/coverage.ts';
import type { Estimate } from './estimate.ts';
import type { OwnPolicy } from './own-policy.ts';
import type { PermissionRow } from './permissions.ts';

/** One account and region of the logs. */
export interface RegionLogs {
  readonly accountId: string;
  readonly region: string;
  readonly days: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly objects: number;
  readonly bytes: number;
}

export interface Examination {
  readonly tool: { readonly name: 'gen-policy'; readonly version: string };
  readonly purpose: string;
  readonly source: string;
  readonly principal?: string;
  /** ISO 8601, half-open. */
  readonly window: { readonly from: string; readonly to: string };
  readonly identity?: { readonly accountId: string; readonly arn: string };
  readonly permissions: readonly PermissionRow[];
  /** Undefined: nobody told. */
  readonly trails?: readonly TrailFacts[];
  readonly logs?: {
    readonly location: string;
    readonly objects: number;
    readonly bytes: number;
    readonly unplaced: number;
    readonly regions: readonly RegionLogs[];
    readonly ignored: readonly (readonly [kind: string, count: number])[];
  };
  /** What the logs leave open for this window; `listing` stands on names and sizes alone. */
  readonly coverage?: { readonly state: 'complete' | 'partial' | 'none'; readonly gaps: readonly Gap[] };
  readonly outlook?: Outlook;
  readonly estimate?: Estimate;
  readonly policy: OwnPolicy;
  /** Words in capitals that are to be replaced in the policy. */
  readonly placeholders: readonly string[];
  readonly problems: readonly string[];
  readonly verdict: Verdict;
}

export type Verdict = 'ready' | 'incomplete' | 'not ready';
