/** Handlers that serve an account given as authorization details, `size` entries a page, as IAM would. */
import type { Json } from '../../src/account/fields.ts';
import { type Call, Fault, type Handlers, noSuchEntity } from './aws-api-server.ts';

type Entries = readonly Json[];
const list = (details: Json, key: string): Entries => (details[key] as Entries | undefined) ?? [];

/** One page of a list: `key` holds it, and the marker is the index of the next. */
export function page(call: Call, key: string, entries: readonly unknown[], size: number): Json {
  const from = Number(call.params.get('Marker') ?? 0);
  const to = from + size;
  return {
    [key]: entries.slice(from, to),
    IsTruncated: to < entries.length,
    ...(to < entries.length ? { Marker: to } : {}),
  };
}

export function accountHandlers(details: Json, accountId: string, size = 1): Handlers {
  const find = (key: string, name: string, value: unknown): Json | undefined =>
    list(details, key).find((one) => String(one[name]).toLowerCase() === String(value).toLowerCase());
  const kinds = [
    ['Role', 'RoleDetailList'],
    ['User', 'UserDetailList'],
    ['Group', 'GroupDetailList'],
  ] as const;
  const handlers: Record<string, (call: Call) => unknown> = {
    'sts:GetCallerIdentity': () => ({
      Account: accountId,
      Arn: `arn:aws:iam::${accountId}:user/ann`,
      UserId: 'AIDA',
    }),
    'iam:GetAccountAuthorizationDetails': (call) => {
      const keys = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'];
      const all = keys.flatMap((key) => list(details, key).map((one) => ({ key, one })));
      const cut = page(call, 'all', all, size);
      const part = cut.all as { key: string; one: Json }[];
      return {
        ...Object.fromEntries(
          keys.map((key) => [
            key,
            part
              .filter((entry) => entry.key === key)
              .map(({ one: { MaxSessionDuration: _, ...rest } }) => rest),
          ]),
        ),
        IsTruncated: cut.IsTruncated,
        Marker: cut.Marker,
      };
    },
    'iam:ListRoles': (call) => page(call, 'Roles', list(details, 'RoleDetailList'), size),
    'iam:ListUsers': (call) => page(call, 'Users', list(details, 'UserDetailList'), size),
    'iam:ListInstanceProfilesForRole': (call) => {
      const role = find('RoleDetailList', 'RoleName', call.params.get('RoleName'));
      return page(call, 'InstanceProfiles', role ? list(role, 'InstanceProfileList') : [], size);
    },
    'iam:ListGroupsForUser': (call) => {
      const user = find('UserDetailList', 'UserName', call.params.get('UserName'));
      const names = (user?.GroupList ?? []) as readonly string[];
      return page(
        call,
        'Groups',
        names.map((name) => find('GroupDetailList', 'GroupName', name)),
        size,
      );
    },
    'iam:GetPolicy': (call) => {
      const { PolicyVersionList: _, ...policy } = find('Policies', 'Arn', call.params.get('PolicyArn')) ?? {};
      return policy.Arn === undefined ? noSuchEntity('The policy') : { Policy: policy };
    },
    'iam:GetPolicyVersion': (call) => {
      const policy = find('Policies', 'Arn', call.params.get('PolicyArn')) ?? {};
      const version = list(policy, 'PolicyVersionList').find(
        (one) => one.VersionId === call.params.get('VersionId'),
      );
      return version ? { PolicyVersion: version } : noSuchEntity('The version');
    },
  };
  for (const [kind, key] of kinds) {
    const holder = (call: Call): Json | undefined => find(key, `${kind}Name`, call.params.get(`${kind}Name`));
    handlers[`iam:Get${kind}`] = (call) => {
      const found = holder(call);
      return found ? { [kind]: found } : noSuchEntity(`The ${kind.toLowerCase()}`);
    };
    handlers[`iam:ListAttached${kind}Policies`] = (call) =>
      page(call, 'AttachedPolicies', list(holder(call) ?? {}, 'AttachedManagedPolicies'), size);
    handlers[`iam:List${kind}Policies`] = (call) =>
      page(
        call,
        'PolicyNames',
        list(holder(call) ?? {}, `${kind}PolicyList`).map((one) => one.PolicyName),
        size,
      );
    handlers[`iam:Get${kind}Policy`] = (call) => {
      const policy = list(holder(call) ?? {}, `${kind}PolicyList`).find(
        (one) => one.PolicyName === call.params.get('PolicyName'),
      );
      return policy ? { ...policy } : noSuchEntity('The policy');
    };
  }
  return handlers;
}

/**
 * Handlers for all that a snapshot reads: the account, a credential report that takes two looks, no password policy, a
 * report of Access Advisor for each principal, no organisation, and one trail of write events.
 */
export function snapshotHandlers(details: Json, accountId: string): Handlers {
  const trail = `arn:aws:cloudtrail:us-east-1:${accountId}:trail/main`;
  const csv = [
    'user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active',
    `ann,arn:aws:iam::${accountId}:user/ann,2023-05-01T10:00:00+00:00,false,N/A,true,false,N/A,N/A,false`,
  ].join('\n');
  return {
    ...accountHandlers(details, accountId, 2),
    'iam:GenerateCredentialReport': (call) => ({ State: call.earlier === 0 ? 'STARTED' : 'COMPLETE' }),
    'iam:GetCredentialReport': () => ({
      Content: Buffer.from(csv).toString('base64'),
      ReportFormat: 'text/csv',
      GeneratedTime: '2024-06-01T00:00:00Z',
    }),
    'iam:GetAccountPasswordPolicy': () => noSuchEntity('The password policy'),
    'iam:GetAccountSummary': () => ({ SummaryMap: [] }),
    'iam:GenerateServiceLastAccessedDetails': (call) => ({ JobId: `job-${call.params.get('Arn')}` }),
    'iam:GetServiceLastAccessedDetails': (call) => ({
      JobStatus: 'COMPLETED',
      JobType: 'ACTION_LEVEL',
      JobCreationDate: '2024-06-01T12:00:00Z',
      ServicesLastAccessed: [
        {
          ServiceName: 'Amazon S3',
          ServiceNamespace: 's3',
          LastAuthenticatedEntity: String(call.params.get('JobId')).slice(4),
        },
      ],
      IsTruncated: false,
    }),
    'organizations:DescribeOrganization': () =>
      new Fault('AWSOrganizationsNotInUseException', 400, 'Your account is not a member of an organization.'),
    'cloudtrail:DescribeTrails': () => ({
      trailList: [
        {
          Name: 'main',
          TrailARN: trail,
          HomeRegion: 'us-east-1',
          S3BucketName: 'logs',
          IsMultiRegionTrail: true,
          IncludeGlobalServiceEvents: true,
        },
      ],
    }),
    'cloudtrail:ListTrails': () => ({ Trails: [{ TrailARN: trail, HomeRegion: 'us-east-1' }] }),
    'cloudtrail:GetEventSelectors': () => ({
      TrailARN: trail,
      EventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true, DataResources: [] }],
    }),
    'cloudtrail:GetTrailStatus': () => ({ IsLogging: true, StartLoggingTime: 1_700_000_000 }),
  };
}
