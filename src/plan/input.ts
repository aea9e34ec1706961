/** What a plan is made from, and the seam between judging grants and writing policies. */
import type { AccountPrincipal, LastAccessed } from '../account/account.ts';
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import type { SourceFacts } from '../trail/source.ts';
import type { Coverage } from '../usage/coverage.ts';
import type { PrincipalUsage, UsageEntry } from '../usage/usage.ts';
import type { Finding } from './plan.ts';

export interface PlanInput {
  readonly usage: PrincipalUsage;
  /** Undefined without --account: the policy is made from usage alone and nothing is compared. */
  readonly account?: AccountPrincipal;
  readonly lastAccessed?: LastAccessed;
  readonly coverage: Coverage;
  readonly source: SourceFacts;
  readonly catalogue: Catalogue;
  readonly options: PlanOptions;
  readonly toolVersion: string;
  /** [name, sha256 hex] of the files the plan was made from, and of what was read of the principal; sorted by name. */
  readonly inputDigests: readonly (readonly [name: string, sha256: string])[];
}

export interface PlanOptions {
  readonly resources: 'auto' | 'exact' | 'prefix' | 'type';
  /** Conditions to add where every observation carries them: names of data/conditions.json. */
  readonly conditions: readonly string[];
  /** Grants younger than this at the window's end are kept. */
  readonly graceDays: number;
  readonly keepRules: readonly KeepRule[];
  /** Keep action wildcards wider than the used set when size demands it. */
  readonly allowWiderWildcards: boolean;
  /** A user leaves groups that give more than it needs, and gets a policy of its own. */
  readonly replaceGroups?: boolean;
  /** Most managed policies the principal may have, where its quota is not the default. */
  readonly maxManagedPolicies?: number;
  /** Uses seen on fewer distinct days are flagged and, above 1, not granted by themselves. */
  readonly minDaysSeen: number;
  /** What a person had left out of the evidence: flag and value, as given. Absent or empty: nothing. */
  readonly leftOut?: readonly (readonly [flag: string, value: string])[];
}

/** From the config file: something a person decided to keep. Patterns use the policy language's `*` and `?`. */
export interface KeepRule {
  readonly action?: string;
  readonly resource?: string;
  readonly sid?: string;
  readonly owner: string;
  readonly reason: string;
  /** `YYYY-MM-DD`; after this day the rule no longer keeps and becomes a finding. */
  readonly expires?: string;
}

/**
 * What becomes of one action that one old Allow statement grants. Written by judging (plan/judge), read by synthesis:
 * `remove` drops it, `observed` keeps it on the resources of `entries`, `as-granted` keeps the old statement's resources.
 */
export interface Judgement {
  /** Index into account.policies and into that policy's statements. */
  readonly policy: number;
  readonly statement: number;
  /** Canonical catalogue action, or the pattern as written where the catalogue does not know it. */
  readonly action: ActionName;
  readonly verdict: 'used' | 'unused' | 'not-observable' | 'grace' | 'rule' | 'withheld';
  readonly keep: 'remove' | 'observed' | 'as-granted';
  readonly entries: readonly UsageEntry[];
  /** One line for people. */
  readonly reason: string;
}

export interface Judged {
  readonly judgements: readonly Judgement[];
  readonly findings: readonly Finding[];
}
