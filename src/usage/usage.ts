/** The ledger's result: what one principal was seen to use, deny-attempt and need. Plain data, sorted, deterministic. */
import type { ActionName } from '../catalogue/catalogue.ts';
import type { Denial, PermissionLevel, ResourceRef } from '../permissions/permission.ts';

/** The roles and users whose policies can be tightened. */
export interface PrincipalRef {
  readonly kind: 'role' | 'user';
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
}

/** Distinct values seen, the smallest `limit` kept in order; `more` tells that others were dropped. */
export interface Distinct {
  readonly values: readonly string[];
  readonly more: boolean;
}

/** Values of a condition key over all calls of an entry. `every`: no call was without one. */
export interface Carried extends Distinct {
  readonly every: boolean;
}

interface Seen {
  readonly count: number;
  /** Epoch milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Up to 3 eventIDs, earliest first. */
  readonly sampleIds: readonly string[];
}

/** One permission seen used. Key: action, resource, level, context. */
export interface UsageEntry extends Seen {
  readonly action: ActionName;
  readonly resource: ResourceRef;
  readonly level: PermissionLevel;
  readonly context: readonly (readonly [key: string, value: string])[];
  readonly basis: string;
  /** Of `count`: calls that succeeded, that were authorised and then failed, and that prove nothing (throttled, validation). */
  readonly succeeded: number;
  readonly failed: number;
  readonly inconclusive: number;
  /** UTC epoch days with at least one call, ascending. */
  readonly days: readonly number[];
  readonly regions: readonly string[];
  readonly sessions: Distinct;
  readonly sourceIps: Carried;
  readonly vpcEndpoints: Carried;
  /** `true` or `false`; long-term keys carry neither. */
  readonly mfa: Carried;
  readonly workloads: Distinct;
  /** Services that made the call on the principal's behalf (forward access sessions); empty for direct calls only. */
  readonly via: readonly string[];
  /** True when at least one call was made directly (no invokedBy). */
  readonly direct: boolean;
  readonly eventNames: readonly string[];
}

export interface DenialEntry extends Seen {
  readonly eventSource: string;
  readonly eventName: string;
  readonly errorCode: string;
  /** What the mapping says the call needed. */
  readonly actions: readonly ActionName[];
  /** What AWS said, where it did. */
  readonly denied?: Denial;
}

export interface UnmappedEntry extends Seen {
  readonly eventSource: string;
  readonly eventName: string;
  readonly reason: string;
}

export interface HiddenEntry extends Seen {
  readonly action: ActionName;
  readonly through: string;
  readonly reason: string;
  readonly eventName: string;
}

/** Every record read is in exactly one bucket; the sum is `records`. */
export interface Accounting {
  readonly records: number;
  readonly buckets: Readonly<Record<Bucket, number>>;
  /** Reasons inside a bucket: [bucket, reason, count], sorted. */
  readonly reasons: readonly (readonly [bucket: Bucket, reason: string, count: number])[];
}

export const BUCKETS = [
  'malformed',
  'duplicate',
  'correction',
  'outside-window',
  'other-principal',
  'excluded',
  'no-permission',
  'unmapped',
  'denied',
  'inconclusive',
  'failed',
  'succeeded',
] as const;
export type Bucket = (typeof BUCKETS)[number];

export interface PrincipalUsage {
  readonly principal: PrincipalRef;
  /** Unique ids (AROA…/AIDA…) under which the principal was seen: more than one means it was re-created. */
  readonly ids: readonly {
    readonly id: string;
    readonly count: number;
    readonly firstSeen: number;
    readonly lastSeen: number;
  }[];
  readonly entries: readonly UsageEntry[];
  readonly denials: readonly DenialEntry[];
  readonly unmapped: readonly UnmappedEntry[];
  readonly hidden: readonly HiddenEntry[];
  readonly accounting: Accounting;
  /** [service prefix, epoch day, calls] for the heat map; sorted. */
  readonly serviceDays: readonly (readonly [service: string, day: number, count: number])[];
  readonly sessions: Distinct;
  readonly sourceIps: Distinct;
  readonly workloads: Distinct;
}
