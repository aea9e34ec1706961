/**
 * Where records come from. A source yields batches, one an object it read (or one a result page of an engine that has
 * aggregated already), and never throws for a bad record or a bad object: it counts and names them. It throws an
 * AccessError or EvidenceError only where nothing at all can be read.
 */
import type { Attribution, TrailEvent } from '../events/event.ts';
import type { Rejection } from '../events/rejection.ts';
import type { AggregateOptions } from './scan/aggregate.ts';

/** Half-open interval of event time, epoch milliseconds, UTC: from <= eventTime < to. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface ObjectRef {
  /** Path relative to the source's root with `/`, or `s3://bucket/key`; sorted and printed, hence no host paths. */
  readonly name: string;
  /** Compressed size as listed. */
  readonly bytes: number;
  readonly accountId?: string;
  readonly region?: string;
  /** Delivery day from the object key, `YYYY-MM-DD`. */
  readonly day?: string;
}

/** Why an object, or a part of it, could not be used as evidence. */
export type GapReason =
  | 'unreadable'
  | 'truncated'
  | 'not-gzip'
  | 'not-json'
  | 'no-records-key'
  | 'access-denied'
  | 'kms-denied'
  | 'not-found'
  | 'changed-while-reading'
  | 'too-large'
  | 'tampered'
  | 'list-failed'
  | 'day-missing'
  | 'region-missing'
  | 'throttled';

export interface ObjectGap {
  readonly object: ObjectRef;
  readonly reason: GapReason;
  readonly detail: string;
  /** True where some records before the damage were salvaged and counted. */
  readonly partial: boolean;
}

export interface Batch {
  /** Undefined for sources without objects. */
  readonly object?: ObjectRef;
  /** All records that were in the object, whatever became of them. */
  readonly records: number;
  readonly events: readonly TrailEvent[];
  /** Records that a filtered scan saw cannot belong to a wanted principal; counted, not decoded. */
  readonly skippedOtherPrincipal: number;
  readonly rejections: readonly Rejection[];
  readonly gap?: ObjectGap;
  /** Copies that an aggregating scan dropped before counting, by the principal whose records they were. */
  readonly duplicates?: readonly (readonly [principal: Attribution, count: number])[];
  /** Ids of records that an aggregating scan let go, where there were too many: a copy met later counts again. */
  readonly forgotten?: number;
}

/** A principal asked for; undefined fields match anything. Names compare case-insensitively as IAM's do. */
export interface PrincipalFilter {
  readonly kind: 'role' | 'user';
  readonly name: string;
  readonly accountId?: string;
  /** Full ARN, path included, where the user gave or the account told it. */
  readonly arn?: string;
}

export interface ReadOptions {
  readonly window: Window;
  /** Undefined: all principals. */
  readonly principals?: readonly PrincipalFilter[];
  /** Without principals, alike records may come as one event with a count; a source that cannot ignores it. */
  readonly aggregate?: AggregateOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly objectsDone: number;
  readonly objectsTotal?: number;
  readonly bytesDone: number;
  readonly bytesTotal?: number;
  readonly records: number;
}

/** What the source knows of itself after reading; goes to coverage and to the report. */
export interface SourceFacts {
  readonly kind: 'dir' | 's3' | 'athena' | 'lookup';
  /** Shown to people: the folder as given, `s3://bucket/prefix`, `workgroup/database.table`, `event history`. */
  readonly location: string;
  readonly objectsListed: number;
  readonly objectsRead: number;
  readonly bytesRead: number;
  /** Sibling folders and files that hold no events (digests, insights, manifests), by kind. */
  readonly ignored: readonly (readonly [kind: string, count: number])[];
  /** account/region/day of every object that was read, for the coverage matrix. Sorted, unique. */
  readonly cells: readonly CoverageCell[];
  /** What digest files beside the logs say was delivered; a row with 0 objects is a quiet day. Undefined: none read. */
  readonly delivered?: readonly CoverageCell[];
  /** Files that repeat another one byte for byte; each was read once, under its first name. Undefined: none. */
  readonly copies?: number;
}

export interface CoverageCell {
  readonly accountId: string;
  readonly region: string;
  /** Delivery day `YYYY-MM-DD`. */
  readonly day: string;
  readonly objects: number;
}

export interface TrailSource {
  /** Reads everything the options ask for. May be called once. */
  read(options: ReadOptions): AsyncIterable<Batch>;
  /** Complete after `read` has ended. */
  facts(): SourceFacts;
}

/** Whether an attribution is one of the wanted principals. The scanner's byte search only nominates; this decides. */
export function isWanted(principal: Attribution, wanted: readonly PrincipalFilter[] | undefined): boolean {
  if (principal.kind === 'none') return false;
  if (!wanted) return true;
  return wanted.some(
    (filter) =>
      filter.kind === principal.kind &&
      sameName(filter.name, principal.name) &&
      (filter.accountId === undefined || filter.accountId === principal.accountId),
  );
}

/** IAM's names are ASCII and compare without case; toLowerCase alone would make a Kelvin sign a `k`. */
function sameName(a: string, b: string): boolean {
  return a.length === b.length && lower(a) === lower(b);
}
const lower = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
