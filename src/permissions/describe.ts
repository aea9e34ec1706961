/** What is known of an event without any record of it: for people who ask, and for those who write rows. */
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import { needsOf, whyUnknown } from './actions.ts';
import { serviceOf, withoutVersion } from './names.ts';
import { neededParameters } from './needed.ts';
import { noPermissionRow } from './no-permission.ts';
import { createObservability, type Observability } from './observability.ts';
import { compilePassRoles } from './passrole.ts';
import type { PermissionLevel } from './permission.ts';
import type { When } from './when.ts';

export interface DescribedPermission {
  readonly action: ActionName;
  readonly level: PermissionLevel;
  readonly basis: string;
  /** What the request must show; `choice`: the parameters choose this one or another. */
  readonly when?: When;
  readonly choice?: true;
  /** ARN templates of the action's resource types, required ones first; empty where only `*` matches. */
  readonly resources: readonly string[];
  readonly observability: Observability;
}

export interface DescribedEvent {
  readonly eventSource: string;
  readonly eventName: string;
  readonly status: 'mapped' | 'no-permission' | 'unmapped';
  readonly reason?: string;
  readonly source?: string;
  /** Set where a call without an IAM identity needs no permission, and why. */
  readonly unsigned?: { readonly reason: string; readonly source: string };
  readonly permissions: readonly DescribedPermission[];
  /** Parameters that carry a role to be passed. */
  readonly passRole: readonly string[];
  readonly parameters: readonly string[];
}

export function describeEvent(catalogue: Catalogue, eventSource: string, eventName: string): DescribedEvent {
  const service = serviceOf(eventSource);
  const operation = withoutVersion(eventName);
  const none =
    service === undefined
      ? undefined
      : (noPermissionRow(service, eventName) ?? noPermissionRow(service, operation));
  const base = { eventSource, eventName, passRole: [], parameters: [], permissions: [] };
  if (none && !none.unless)
    return { ...base, status: 'no-permission', reason: none.reason, source: none.source };
  const needs = service === undefined ? undefined : needsOf(catalogue, service, operation);
  if (service === undefined) return { ...base, status: 'unmapped', reason: 'not an AWS event source' };
  if (needs === undefined) return { ...base, status: 'unmapped', reason: whyUnknown(service, operation) };
  const observe = createObservability(catalogue);
  return {
    ...base,
    status: 'mapped',
    ...(none && { unsigned: { reason: none.reason, source: none.source } }),
    passRole: compilePassRoles(service, operation)?.reads ?? [],
    parameters: neededParameters(catalogue, eventSource, eventName),
    permissions: needs.map((need) => ({
      action: need.action.action,
      level: need.level,
      basis: need.basis,
      ...(need.when && { when: need.when }),
      ...(need.choice && { choice: true as const }),
      resources: [...need.action.resourceTypes]
        .sort((a, b) => Number(b.required) - Number(a.required))
        .flatMap((type) => catalogue.resourceType(need.action.service, type.name)?.arnTemplates ?? []),
      observability: observe(need.action.action),
    })),
  };
}
