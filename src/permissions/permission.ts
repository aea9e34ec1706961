/** What an event needs: action + resource + condition context, as IAM evaluates it. */
import type { ActionName } from '../catalogue/catalogue.ts';
import type { Pattern } from '../policy/pattern.ts';

/**
 * primary: the call cannot succeed without it. conditional: a parameter of this very request shows it was evaluated.
 * possible: AWS says the operation may need it, the record cannot tell; reported, never granted by itself.
 */
export type PermissionLevel = 'primary' | 'conditional' | 'possible';

export type ResourceRef =
  /** `arn` is a literal from the log, not a pattern: `*`, `?` and `${` in it are characters of a name. */
  | {
      readonly kind: 'arn';
      readonly arn: string;
      /** Resource type of the catalogue. */
      readonly type?: string;
      readonly found: ResourceBasis;
      /**
       * Set where the literal is not what IAM will surely evaluate; a policy must grant `patterns` instead.
       * created: AWS chose the id during this call, the next call gets another. path-unknown: an IAM entity was named
       * without its path.
       */
      readonly inexact?: { readonly why: 'created' | 'path-unknown'; readonly patterns: readonly Pattern[] };
    }
  /** The action supports no resource-level permission, or the request names no single resource (a list call). */
  | { readonly kind: 'any'; readonly found: 'no-resource-level' | 'names-none' }
  /** The action needs a resource and the record does not show which. */
  | {
      readonly kind: 'unresolved';
      readonly reason: string;
      readonly type?: string;
      /** The narrowest patterns that surely hold the resource, where the record shows a part of it. */
      readonly patterns?: readonly Pattern[];
      /** The record shows its resource, but more were seen than are held by name: `patterns` hold them all. */
      readonly many?: true;
    };

/** Where the ARN was found: the record's resources[], the request, the response, or the denial message. */
export type ResourceBasis = 'resources' | 'request' | 'response' | 'message' | 'fixed';

export interface RequiredPermission {
  readonly action: ActionName;
  readonly resource: ResourceRef;
  readonly level: PermissionLevel;
  /** Which table row led here and where its fact comes from, for `explain`. */
  readonly basis: string;
  /** Condition keys with the value this request had, e.g. `iam:PassedToService`; sorted by key. */
  readonly context: readonly (readonly [key: string, value: string])[];
}

/** A permission the call needs on something the record does not name (PassRole of an instance profile's role). */
export interface HiddenNeed {
  readonly action: ActionName;
  /** What the request shows instead, e.g. `instance profile web-tier`. */
  readonly through: string;
  readonly reason: string;
}

export interface Denial {
  readonly action?: ActionName;
  readonly resource?: string;
  /** identity-based, resource-based, session, permissions boundary, service control, resource control, VPC endpoint */
  readonly policyType?: string;
  readonly explicit?: boolean;
  readonly policyArn?: string;
  /** True for an EC2 message that only sts:DecodeAuthorizationMessage can read. */
  readonly encoded?: boolean;
}

export type Resolution =
  | {
      readonly status: 'mapped';
      readonly permissions: readonly RequiredPermission[];
      readonly hidden: readonly HiddenNeed[];
      readonly denied?: Denial;
    }
  | { readonly status: 'no-permission'; readonly reason: string; readonly source: string }
  | { readonly status: 'unmapped'; readonly reason: string; readonly denied?: Denial };

/**
 * Whether the literal is what IAM evaluates: false where the record shows no resource, or an IAM entity without its
 * path. What AWS made during the call has a name, which the next call will not have.
 */
export const isNamed = (resource: ResourceRef): boolean =>
  resource.kind === 'any' || (resource.kind === 'arn' && resource.inexact?.why !== 'path-unknown');
