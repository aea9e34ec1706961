/**
 * The plan: findings + tightened policies + proof + accounting for one principal. The one value every report renders,
 * and what result.json holds (schema: src/plan/result.schema.json). Times are ISO 8601 UTC strings, lists are sorted,
 * nothing in it depends on the machine, the order of input or the time of the run.
 */

import type { PolicySource } from '../account/account.ts';
import type { AccessLevel } from '../catalogue/catalogue.ts';
import type { JsonPolicy } from '../policy/document.ts';
import type { Accounting } from '../usage/usage.ts';

export type { JsonPolicy, JsonStatement } from '../policy/document.ts';

export const SCHEMA_VERSION = '1.0';

export interface Plan {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: { readonly name: 'gen-policy'; readonly version: string; readonly catalogue: string };
  readonly principal: PlanPrincipal;
  readonly window: { readonly from: string; readonly to: string; readonly days: number };
  readonly evidence: Evidence;
  /** Undefined where no account was given: nothing could be compared. */
  readonly before?: PolicySet;
  readonly after: PolicySet;
  /** What to do with each attached policy to get from before to after. */
  readonly changes: readonly PolicyChange[];
  readonly findings: readonly Finding[];
  readonly usage: readonly PlanUsage[];
  readonly services: readonly ServiceSummary[];
  /** Access-level mix: [level, actions granted before, after, used]. */
  readonly levels: readonly (readonly [level: AccessLevel, before: number, after: number, used: number])[];
  /** [service, day `YYYY-MM-DD`, calls]. */
  readonly heatmap: readonly (readonly [service: string, day: string, calls: number])[];
  readonly generalisations: readonly Generalisation[];
  readonly proof: Proof;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

export interface PlanPrincipal {
  readonly kind: 'role' | 'user';
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  readonly path?: string;
  readonly id?: string;
  readonly createdAt?: string;
  readonly seenIds: readonly string[];
  readonly sessions: DistinctValues;
  readonly sourceIps: DistinctValues;
  readonly workloads: DistinctValues;
}

export interface DistinctValues {
  readonly values: readonly string[];
  readonly more: boolean;
}

export interface Evidence {
  readonly source: { readonly kind: string; readonly location: string };
  readonly objects: { readonly listed: number; readonly read: number; readonly bytes: number };
  readonly ignored: readonly (readonly [kind: string, count: number])[];
  readonly accounting: Accounting;
  readonly coverage: PlanCoverage;
  readonly lastAccessed?: {
    readonly level: 'service' | 'action';
    readonly generatedAt?: string;
    readonly origin: string;
  };
  /** False: removals were withheld for what was not seen and the run ends with exit code 3 unless allowed. */
  readonly complete: boolean;
  /** One sentence for the first line of every report when incomplete. */
  readonly statement: string;
}

export interface PlanCoverage {
  readonly state: 'complete' | 'partial' | 'none';
  readonly management: {
    readonly read: string;
    readonly write: string;
    readonly excludedSources: readonly string[];
  };
  readonly data: readonly { readonly resourceType: string; readonly seen: string; readonly detail: string }[];
  readonly gaps: readonly PlanGap[];
  /** [accountId, region, day, objects]. */
  readonly cells: readonly (readonly [string, string, string, number])[];
}

export interface PlanGap {
  readonly reason: string;
  readonly from?: string;
  readonly to?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly objects: number;
  readonly detail: string;
}

export interface PolicySet {
  readonly policies: readonly PlanPolicy[];
  /** Catalogue actions allowed by the set, before Deny and boundary. */
  readonly actionCount: number;
}

export interface PlanPolicy {
  /** File name without extension in --out, e.g. `policy-1`; for before-policies the policy's own name. */
  readonly name: string;
  readonly source?: PolicySource;
  readonly arn?: string;
  readonly group?: string;
  readonly document: JsonPolicy;
  /** Characters as IAM counts them (no white space). */
  readonly size: number;
}

export interface PolicyChange {
  readonly change:
    | 'keep'
    | 'replace'
    | 'detach'
    | 'create'
    | 'delete-inline'
    | 'leave-shared'
    | 'leave-group';
  readonly policy: string;
  readonly source?: PolicySource;
  readonly arn?: string;
  /** The group through which a user has it. */
  readonly group?: string;
  readonly reason: string;
}

/** Kinds of finding; the table of their texts and AWS pages is plan/data/findings.json. */
export type FindingKind =
  | 'remove-action'
  | 'remove-service'
  | 'remove-statement'
  | 'detach-policy'
  | 'narrow-resource'
  | 'add-condition'
  | 'keep-used'
  | 'keep-unobservable'
  | 'keep-grace'
  | 'keep-by-rule'
  | 'keep-deny'
  | 'contradiction'
  | 'used-but-not-granted-here'
  | 'denied-attempt'
  | 'unmapped-event'
  | 'hidden-permission'
  | 'unresolved-resource'
  | 'many-resources'
  | 'broad-trust'
  | 'passrole-unrestricted'
  | 'suspicious-use'
  | 'recreated-principal'
  | 'expired-rule'
  | 'removal-withheld'
  | 'does-not-fit';

export type Confidence = 'high' | 'medium' | 'low';
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

export interface Finding {
  /** Stable across runs: kind + subject hashed, e.g. `remove-service:7f3a91c2`. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One line, what it is about: an action pattern, a policy name, a statement. */
  readonly subject: string;
  /** One or two sentences a reviewer can act on. */
  readonly reason: string;
  readonly policy?: string;
  /** Sid or `#index` (0-based) of the statement in the old policy. */
  readonly statement?: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly evidence: FindingEvidence;
  /** What would break if the finding were wrong, in a sentence; for removals. */
  readonly impact?: string;
  readonly risk: readonly (
    | 'privilege-escalation'
    | 'data-exfiltration'
    | 'resource-exposure'
    | 'credentials-exposure'
  )[];
}

export interface FindingEvidence {
  readonly count: number;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  readonly sampleEventIds: readonly string[];
  /** From Access Advisor. */
  readonly lastAccessed?: string;
  readonly lastAccessedOrigin?: string;
  /** Why this was or was not observable, one line. */
  readonly observability?: string;
}

export interface PlanUsage {
  readonly action: string;
  readonly accessLevel?: AccessLevel;
  readonly resource: string;
  readonly resourceKind: 'arn' | 'any' | 'unresolved';
  readonly resourceFound: string;
  readonly level: 'primary' | 'conditional' | 'possible';
  readonly context: readonly (readonly [key: string, value: string])[];
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly days: number;
  readonly sampleEventIds: readonly string[];
  readonly via: readonly string[];
  readonly eventNames: readonly string[];
}

export interface ServiceSummary {
  readonly service: string;
  readonly name: string;
  readonly granted: number;
  readonly used: number;
  readonly kept: number;
  readonly removed: number;
  readonly notObservable: number;
  readonly calls: number;
  readonly lastSeen?: string;
  readonly lastAccessed?: string;
}

/** One wildcard we wrote, and what led to it. */
export interface Generalisation {
  readonly pattern: string;
  readonly rule: string;
  /** Resources seen; 0 where the records show a part of the name only, and where there were more than are held by name. */
  readonly count: number;
  readonly examples: readonly string[];
  readonly actions: readonly string[];
}

export interface Proof {
  /** Every observed success evaluated against the new policies. */
  readonly replay: {
    readonly events: number;
    readonly permissions: number;
    /** Allowed by neither old nor new identity policies (resource policy, boundary, session): not expressible here. */
    readonly notGrantedBefore: number;
    readonly notExpressible: number;
    readonly misses: readonly {
      readonly action: string;
      readonly resource: string;
      readonly reason: string;
    }[];
  };
  /** new ⊆ old. `not-compared` without an account. */
  readonly containment: {
    readonly verdict: 'proven' | 'not-proven' | 'violated' | 'not-compared';
    readonly detail: string;
    readonly counterexample?: {
      readonly action: string;
      readonly resource: string;
      readonly context: readonly (readonly [string, string])[];
    };
  };
  readonly sizes: readonly { readonly policy: string; readonly characters: number; readonly limit: number }[];
  /** What AWS's own checks say, where they were asked for. */
  readonly accessAnalyzer?: AnalyzerResult;
  readonly fits: boolean;
  /** Where it does not fit the quotas: why, and what would make it fit. */
  readonly fitDetail?: string;
  readonly inputDigests: readonly (readonly [name: string, sha256: string])[];
}

/** IAM Access Analyzer on the new policies. */
export interface AnalyzerResult {
  readonly findings: readonly {
    readonly policy: string;
    /** ERROR, SECURITY_WARNING, SUGGESTION or WARNING. */
    readonly type: string;
    readonly issue: string;
    readonly detail: string;
    readonly link: string;
  }[];
  readonly newAccess: { readonly result: 'pass' | 'fail' | 'not-compared'; readonly detail: string };
}
