/** What is granted: one account's principals with their policies, as `aws iam get-account-authorization-details` tells. */
import type { ActionName } from '../catalogue/catalogue.ts';

export type PolicySource = 'aws-managed' | 'customer-managed' | 'inline' | 'group-managed' | 'group-inline';

/** One policy that reaches the principal. `document` is the parsed JSON value, not yet a parsed policy. */
export interface AttachedPolicy {
  readonly source: PolicySource;
  readonly name: string;
  /** Absent for inline policies. */
  readonly arn?: string;
  /** Group through which a user has it. */
  readonly group?: string;
  /** Undefined only where `problem` says why: what the policy allows or denies is then unknown, not nothing. */
  readonly document: unknown;
  /** One line: why the document could not be had (not in the file, not decodable, access denied). */
  readonly problem?: string;
  readonly versionId?: string;
  /** Epoch ms of the version's creation: the age of the grant. */
  readonly createdAt?: number;
  /** How many principals have it attached; >1 means a change touches others. */
  readonly attachmentCount?: number;
}

export interface AccountPrincipal {
  readonly kind: 'role' | 'user';
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly createdAt?: number;
  readonly policies: readonly AttachedPolicy[];
  readonly boundary?: AttachedPolicy;
  /** Role trust policy; undefined for users. */
  readonly trustPolicy?: unknown;
  readonly maxSessionDurationSeconds?: number;
  readonly groups: readonly string[];
  readonly instanceProfiles: readonly { readonly name: string; readonly arn: string }[];
  readonly tags: readonly (readonly [key: string, value: string])[];
  /** From RoleLastUsed, where present. */
  readonly lastUsedAt?: number;
  readonly lastUsedRegion?: string;
  /** AWS or Identity Center owns it: its policies cannot be changed here. */
  readonly managedBy?: 'service-linked' | 'identity-center';
  /** What is unknown about this principal, one line each; absent where all its grants are known. */
  readonly problems?: readonly string[];
}

export interface Account {
  readonly accountId: string;
  readonly principals: readonly AccountPrincipal[];
  /** Problems met while reading, one line each and sorted; those of the principals included. */
  readonly problems: readonly string[];
}

/** One service of the last-accessed report. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html */
export interface LastAccessedService {
  /** Service namespace = IAM prefix. */
  readonly service: string;
  readonly serviceName: string;
  /** Epoch ms of the last attempt (not: success); undefined: none within the tracking period. */
  readonly lastAuthenticated?: number;
  readonly region?: string;
  /** Only for ACTION_LEVEL reports, and only for actions that AWS tracks. */
  readonly actions: readonly {
    readonly action: ActionName;
    readonly lastAccessed?: number;
    readonly region?: string;
  }[];
}

export interface LastAccessed {
  readonly level: 'service' | 'action';
  /** Epoch ms of the job's creation; data later than about 4 h before this are missing. */
  readonly generatedAt?: number;
  readonly services: readonly LastAccessedService[];
  /** ARNs of the principals AWS names as last users: whom the report is about, where anything was used. Sorted. */
  readonly entities?: readonly string[];
  /** Where it came from: a file name or `live`. */
  readonly origin: string;
}
