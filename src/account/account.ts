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

export interface AccountGroup {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  readonly id: string;
  readonly createdAt?: number;
  /** Names of its users, sorted. */
  readonly members: readonly string[];
  readonly policies: readonly AttachedPolicy[];
}

/** A managed policy as the account holds it, attached or not. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  /** The default version; undefined only where `problem` says why. */
  readonly document: unknown;
  readonly problem?: string;
  readonly versionId?: string;
  /** Epoch ms of the default version's creation. */
  readonly createdAt?: number;
  /** Roles, users and groups it is attached to. */
  readonly attachmentCount?: number;
  /** Roles and users it bounds: such a policy limits and is no grant. */
  readonly boundaryCount?: number;
}

export interface Account {
  readonly accountId: string;
  readonly principals: readonly AccountPrincipal[];
  /** All groups; absent where only one principal was read. */
  readonly groups?: readonly AccountGroup[];
  /** All managed policies told; absent where only one principal was read. */
  readonly managedPolicies?: readonly ManagedPolicy[];
  /** Facts of the account itself; each absent where nobody gave it. */
  readonly facts?: AccountFacts;
  /** Problems met while reading, one line each and sorted; those of the principals included. */
  readonly problems: readonly string[];
}

export interface AccountFacts {
  readonly credentials?: CredentialReport;
  /** `none`: the account has set no policy, so AWS's default of 8 characters holds. */
  readonly passwordPolicy?: PasswordPolicy | 'none';
  /** `aws iam get-account-summary`: [key, value], sorted by key. */
  readonly summary?: readonly (readonly [key: string, value: number])[];
  /** Absent: in no organisation, or not allowed to ask. */
  readonly organization?: OrganizationFacts;
}

/** What the organisation puts around the account: limits, never grants. Context for people and findings. */
export interface OrganizationFacts {
  readonly id: string;
  readonly managementAccountId?: string;
  /** In order from the account over its units to the root; a policy on two targets stands twice. */
  readonly policies: readonly OrganizationPolicy[];
  /** The organisation's own report on the account: services its policies allow, and when anybody last tried them. */
  readonly access?: readonly {
    readonly service: string;
    readonly lastAuthenticated?: number;
    readonly region?: string;
  }[];
}

export interface OrganizationPolicy {
  readonly type: 'scp' | 'rcp';
  /** Account id, `ou-…` or `r-…`. */
  readonly target: string;
  readonly id: string;
  readonly name: string;
  readonly awsManaged: boolean;
  /** Undefined only where `problem` says why. */
  readonly document: unknown;
  readonly problem?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html; an absent number: no such rule. */
export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireSymbols: boolean;
  readonly requireNumbers: boolean;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly usersMayChange: boolean;
  readonly hardExpiry: boolean;
  readonly maxAgeDays?: number;
  readonly reusePrevention?: number;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html. At most one new report in 4 hours. */
export interface CredentialReport {
  /** Epoch ms; only told where the report came with AWS's JSON around it. */
  readonly generatedAt?: number;
  readonly accountId: string;
  /** Root first, then by name. */
  readonly users: readonly UserCredentials[];
  readonly origin: string;
}

export interface UserCredentials {
  /** `<root_account>` for root. */
  readonly user: string;
  readonly arn: string;
  readonly root: boolean;
  readonly createdAt?: number;
  /** `enabled` is undefined where AWS does not tell (root in accounts without central root access). */
  readonly password: {
    readonly enabled?: boolean;
    /** Undefined: never used, or before AWS began to note it (October 2014). */
    readonly lastUsed?: number;
    readonly lastChanged?: number;
    readonly nextRotation?: number;
  };
  readonly mfaActive: boolean;
  /** Slots that hold a key, active or not. */
  readonly accessKeys: readonly AccessKeyUse[];
  /** Signing certificates that are active. */
  readonly activeCertificates: number;
}

export interface AccessKeyUse {
  readonly slot: 1 | 2;
  readonly active: boolean;
  /** Epoch ms when it was created or last changed: its age. */
  readonly lastRotated?: number;
  /** Undefined: never used, or before AWS began to note it (April 2015). */
  readonly lastUsed?: number;
  readonly lastUsedRegion?: string;
  readonly lastUsedService?: string;
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
