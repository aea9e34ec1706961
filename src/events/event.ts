/**
 * The event: one CloudTrail record as the rest of the program sees it, or several alike records that a source has
 * already aggregated (Athena, the all-principals scanner). One contract for both: `count` is 1 for a single record.
 *
 * Every string in here comes from a log and is hostile: never a pattern, never a key of a plain object, never printed
 * without the escape of its target. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** Parsed by JSON.parse from a log: read members with `member()`, which ignores inherited ones. */
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface EventResource {
  readonly arn?: string;
  /** S3 ListObjects and friends give a prefix of ARNs instead of one. */
  readonly arnPrefix?: string;
  readonly accountId?: string;
  readonly type?: string;
}

/** Whom a record's permissions belong to. An assumed-role session belongs to its role. */
export type Attribution =
  | {
      readonly kind: 'role';
      /** ARN of the role. Without a sessionIssuer its path is unknown: then `arn` has no path and `pathKnown` is false. */
      readonly arn: string;
      readonly accountId: string;
      readonly name: string;
      /** AROA…; tells a re-created role from its predecessor. */
      readonly id?: string;
      readonly session?: string;
      readonly pathKnown: boolean;
    }
  | {
      readonly kind: 'user';
      readonly arn: string;
      readonly accountId: string;
      readonly name: string;
      readonly id?: string;
      /** GetFederationToken session: effective permissions are those of the user cut by a session policy. */
      readonly federated?: string;
    }
  | { readonly kind: 'none'; readonly reason: NoPrincipalReason; readonly accountId?: string };

/** Why a record belongs to no principal whose policies could be reduced (record-format section 3). */
export type NoPrincipalReason =
  | 'root'
  | 'aws-service'
  | 'other-account'
  | 'federation-without-role'
  | 'identity-center-user'
  | 'directory-user'
  | 'anonymous'
  | 'unknown-identity-type';

/**
 * succeeded: no error. failed: authorised, then an error of the service (not found, conflict, dry run). denied: refused
 * by authorisation; never counts as use. inconclusive: throttled, expired token, validation: proves nothing either way.
 */
export type OutcomeKind = 'succeeded' | 'failed' | 'denied' | 'inconclusive';

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

export type EventCategory = 'Management' | 'Data' | 'Insight' | 'NetworkActivity' | 'Aggregated';

export interface TrailEvent {
  /** Number of records this stands for; at least 1. */
  readonly count: number;
  /** Epoch milliseconds of the earliest and the latest record it stands for. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** eventIDs, smallest (time, id) first, at most 3. Never empty for a scanned record that has an eventID. */
  readonly sampleIds: readonly string[];
  /** Epoch milliseconds of each sample; absent: all at `firstSeen`. */
  readonly sampleTimes?: readonly number[];
  readonly eventVersion: string;
  /** `AwsApiCall` for nearly all; anything else needs no permission. */
  readonly eventType: string;
  readonly eventCategory: EventCategory;
  /** e.g. `s3.amazonaws.com` */
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly apiVersion?: string;
  readonly recipientAccountId?: string;
  readonly readOnly?: boolean;
  readonly principal: Attribution;
  /** userIdentity.invokedBy: the AWS service that made the request on the principal's behalf. */
  readonly invokedBy?: string;
  readonly outcome: Outcome;
  readonly requestParameters: JsonObject | null;
  readonly responseElements: JsonObject | null;
  readonly additionalEventData: JsonObject | null;
  readonly resources: readonly EventResource[];
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly vpcEndpointId?: string;
  readonly mfa?: boolean;
  readonly sourceIdentity?: string;
  /** inScopeOf / webIdFederationData / credentialsIssuedTo: which workload used a shared role. */
  readonly workload?: string;
  /** Same call seen by another account (cross-account) or another trail: shared across the copies. */
  readonly sharedEventId?: string;
  /**
   * Identity of the record for de-duplication; equal for true copies, different where a forged copy differs. Empty where
   * the source has removed the copies.
   */
  readonly dedupeKey: string;
  /** One object in all events that differ in no more than count, times and samples, where the source knows of such. */
  readonly like?: object;
  /** addendum.reason UPDATED_DATA: corrects an earlier record, so it adds evidence but no count. */
  readonly supersedes?: string;
}

/** Reads an own member of an object that came from a log; undefined for inherited names and for non-objects. */
export function member(value: Json | undefined, key: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
}
