/** Cases of the permissions room: an event in its shortest form and what must come out of it. */
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import type { RequiredPermission, Resolution } from '../../src/permissions/permission.ts';

export interface PermissionCase {
  /** The table row that the case is for: `<table> <key>`. */
  readonly row?: string;
  readonly name?: string;
  /** `service:eventName`; the service is the event source without `.amazonaws.com`. */
  readonly event: string;
  readonly eventType?: string;
  readonly region?: string;
  readonly request?: unknown;
  readonly response?: unknown;
  readonly resources?: unknown;
  readonly invokedBy?: string;
  /** The record bears no IAM identity; else a user's. */
  readonly caller?: 'none';
  readonly error?: readonly [code: string, message: string];
  readonly status?: Resolution['status'];
  /** Lines that must be among the permissions: `level action [resource]`, see `line`. */
  readonly gives?: readonly string[];
  /** Actions that must not be. */
  readonly lacks?: readonly string[];
  /** `action context`, pairs as `key=value` joined by a space. */
  readonly context?: readonly string[];
  readonly hidden?: readonly string[];
  readonly denied?: unknown;
}

export const ACCOUNT = '111122223333';

export function eventOf(one: PermissionCase): TrailEvent {
  const colon = one.event.indexOf(':');
  const region = one.region ?? 'eu-central-1';
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const decoded = decode({
    eventVersion: '1.08',
    eventID: '00000000-0000-4000-8000-000000000000',
    eventTime: '2026-01-01T00:00:00Z',
    eventType: one.eventType ?? 'AwsApiCall',
    eventSource: `${one.event.slice(0, colon)}.amazonaws.com`,
    eventName: one.event.slice(colon + 1),
    awsRegion: region,
    recipientAccountId: ACCOUNT,
    userIdentity:
      one.caller === 'none'
        ? { type: 'Unknown', principalId: 'Anonymous' }
        : {
            type: 'IAMUser',
            arn: `arn:${partition}:iam::${ACCOUNT}:user/tester`,
            accountId: ACCOUNT,
            userName: 'tester',
            ...(one.invokedBy && { invokedBy: one.invokedBy }),
          },
    requestParameters: one.request ?? null,
    responseElements: one.response ?? null,
    ...(one.resources !== undefined && { resources: one.resources }),
    ...(one.error && { errorCode: one.error[0], errorMessage: one.error[1] }),
  });
  if (!decoded.ok) throw new Error(`${one.event}: ${decoded.rejection.detail}`);
  return decoded.event;
}

/** `primary s3:GetObject arn:...`, `... *`, `... unresolved PATTERN or PATTERN`. */
export function line({ level, action, resource }: RequiredPermission): string {
  if (resource.kind === 'any') return `${level} ${action} *`;
  if (resource.kind === 'unresolved')
    return `${level} ${action} unresolved${resource.patterns ? ` ${resource.patterns.join(' or ')}` : ''}`;
  return `${level} ${action} ${resource.arn}`;
}
