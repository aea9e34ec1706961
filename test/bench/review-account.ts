/** An account for the generated trail: its 300 roles with grants like real ones, and as many idle ones as are asked for. */
import { roleName } from './trails.ts';

const ACCOUNT = '123456789012';
const doc = (...statements: readonly object[]): object => ({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*'): object => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/** From narrow to wide, as accounts have them. */
const MANAGED: readonly (readonly [name: string, document: object])[] = [
  ['describe', doc(allow(['ec2:Describe*', 'logs:Describe*', 'sqs:Get*']))],
  ['data', doc(allow(['s3:GetObject', 's3:PutObject', 's3:GetBucketAcl'], 'arn:aws:s3:::app-data-*'))],
  ['keys', doc(allow(['kms:Decrypt', 'kms:GenerateDataKey', 'secretsmanager:GetSecretValue']))],
  ['tables', doc(allow('dynamodb:*', 'arn:aws:dynamodb:*:*:table/table-*'))],
  ['queues', doc(allow(['sqs:*', 'sns:Publish']))],
  ['functions', doc(allow('lambda:*'), allow('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/service/*`))],
];

export function accountOf(principals: number): object {
  const arn = (name: string): string => `arn:aws:iam::${ACCOUNT}:policy/${name}`;
  return {
    UserDetailList: [],
    GroupDetailList: [],
    Policies: MANAGED.map(([name, Document], index) => ({
      PolicyName: name,
      PolicyId: `ANPAEXAMPLE${index}`,
      Arn: arn(name),
      Path: '/',
      DefaultVersionId: 'v1',
      AttachmentCount: 2,
      IsAttachable: true,
      CreateDate: '2022-01-01T00:00:00Z',
      UpdateDate: '2022-01-01T00:00:00Z',
      PolicyVersionList: [
        { Document, VersionId: 'v1', IsDefaultVersion: true, CreateDate: '2022-01-01T00:00:00Z' },
      ],
    })),
    RoleDetailList: Array.from({ length: principals }, (_, index) => {
      const name = index < 300 ? roleName(index) : `idle-${index}`;
      return {
        Path: '/service/',
        RoleName: name,
        RoleId: `AROAEXAMPLE${String(index).padStart(8, '0')}`,
        Arn: `arn:aws:iam::${ACCOUNT}:role/service/${name}`,
        CreateDate: '2022-01-01T00:00:00Z',
        AssumeRolePolicyDocument: doc({
          Effect: 'Allow',
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
        InstanceProfileList: [],
        RolePolicyList: [
          {
            PolicyName: 'own',
            PolicyDocument: doc(allow(['ssm:GetParameter', 'ecr:BatchGetImage', 'sts:*'])),
          },
        ],
        AttachedManagedPolicies: MANAGED.filter((_, at) => (index + at) % 3 === 0).map(([policy]) => ({
          PolicyName: policy,
          PolicyArn: arn(policy),
        })),
        Tags: [],
      };
    }),
  };
}
