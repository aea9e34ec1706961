/** A small account in AWS's own output shape, with one of everything the reader must understand. */
import type { Json } from '../../src/account/fields.ts';

const ID = '111122223333';
export const allow = (action: string, resource = '*'): Json => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
});
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const policy = (arn: string, versions: readonly Json[], more: Json = {}): Json => ({
  PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
  PolicyId: `ANPA${arn.length}`,
  Arn: arn,
  Path: '/',
  DefaultVersionId: versions.find((one) => one.IsDefaultVersion)?.VersionId ?? 'v1',
  AttachmentCount: 2,
  PolicyVersionList: versions,
  ...more,
});
const version = (id: string, document: unknown, isDefault: boolean, day: string): Json => ({
  Document: document,
  VersionId: id,
  IsDefaultVersion: isDefault,
  CreateDate: `${day}T00:00:00+00:00`,
});
export const READER = `arn:aws:iam::${ID}:policy/team/Reader`;
export const LIMIT = `arn:aws:iam::${ID}:policy/Limit`;
export const AWS_READ = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

export const details: Json = {
  UserDetailList: [
    {
      Path: '/',
      UserName: 'ann',
      UserId: 'AIDAEXAMPLEANN',
      Arn: `arn:aws:iam::${ID}:user/ann`,
      CreateDate: '2023-05-01T10:00:00Z',
      GroupList: ['devs'],
      AttachedManagedPolicies: [],
    },
  ],
  GroupDetailList: [
    {
      Path: '/',
      GroupName: 'devs',
      GroupId: 'AGPAEXAMPLE',
      Arn: `arn:aws:iam::${ID}:group/devs`,
      CreateDate: '2023-04-01T10:00:00Z',
      GroupPolicyList: [{ PolicyName: 'own', PolicyDocument: allow('sqs:SendMessage') }],
      AttachedManagedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: AWS_READ }],
    },
  ],
  RoleDetailList: [
    {
      Path: '/team/',
      RoleName: 'worker',
      RoleId: 'AROAEXAMPLEWORKER',
      Arn: `arn:aws:iam::${ID}:role/team/worker`,
      CreateDate: '2024-02-01T10:00:00+00:00',
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
      InstanceProfileList: [
        {
          InstanceProfileName: 'worker',
          InstanceProfileId: 'AIPAEXAMPLE',
          Arn: `arn:aws:iam::${ID}:instance-profile/worker`,
          Path: '/',
          CreateDate: '2024-02-01T10:00:00+00:00',
          Roles: [],
        },
      ],
      RolePolicyList: [
        {
          PolicyName: 'inline',
          PolicyDocument: encodeURIComponent(
            JSON.stringify(allow('s3:GetObject', 'arn:aws:s3:::a+b/100%/*')),
          ),
        },
      ],
      AttachedManagedPolicies: [{ PolicyName: 'Reader', PolicyArn: READER }],
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: LIMIT },
      Tags: [
        { Key: 'team', Value: 'blue' },
        { Key: 'cost', Value: '' },
      ],
      RoleLastUsed: { LastUsedDate: '2024-06-01T00:00:00Z', Region: 'eu-west-1' },
      MaxSessionDuration: 7200,
    },
    {
      Path: '/aws-service-role/elasticache.amazonaws.com/',
      RoleName: 'AWSServiceRoleForElastiCache',
      RoleId: 'AROAEXAMPLESLR',
      Arn: `arn:aws:iam::${ID}:role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache`,
      CreateDate: '2024-02-01T10:00:00Z',
      AssumeRolePolicyDocument: trust,
      InstanceProfileList: [],
      RolePolicyList: [],
      AttachedManagedPolicies: [],
      Tags: [],
      RoleLastUsed: {},
    },
    {
      Path: '/aws-reserved/sso.amazonaws.com/eu-west-1/',
      RoleName: 'AWSReservedSSO_Admin_0123456789abcdef',
      RoleId: 'AROAEXAMPLESSO',
      Arn: `arn:aws:iam::${ID}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef`,
      CreateDate: '2024-02-01T10:00:00Z',
      AssumeRolePolicyDocument: trust,
      InstanceProfileList: [],
      RolePolicyList: [],
      AttachedManagedPolicies: [],
    },
  ],
  Policies: [
    policy(READER, [
      version('v3', allow('s3:ListBucket'), false, '2024-05-05'),
      version('v2', allow('s3:Get*'), true, '2024-04-04'),
    ]),
    policy(LIMIT, [version('v1', allow('s3:*'), true, '2024-01-01')], { AttachmentCount: 0 }),
    policy(AWS_READ, [version('v90', allow('ec2:Describe*'), true, '2024-01-01')]),
  ],
};

/** A copy of the fixture that a test edits freely, wrong types included. */
// biome-ignore lint/suspicious/noExplicitAny: breaking the shape is the point
export type Loose = any;
/** The fixture with one change, written in place on a copy. */
export function changed(edit: (copy: Loose) => void): unknown {
  const copy: unknown = structuredClone(details);
  edit(copy);
  return copy;
}
