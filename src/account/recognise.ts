/** Says what a JSON value looks like instead, so that a wrong file is named and not only refused. */
import { isJson, shown } from './fields.ts';

/** Top-level key -> where such a file comes from. First match wins. */
const SHAPES: readonly (readonly [key: string, what: string])[] = [
  ['RoleDetailList', 'it looks like the output of `aws iam get-account-authorization-details`'],
  ['UserDetailList', 'it looks like the output of `aws iam get-account-authorization-details`'],
  ['ServicesLastAccessed', 'it looks like the output of `aws iam get-service-last-accessed-details`'],
  ['AccessDetails', 'it looks like the output of `aws iam get-organizations-access-report`'],
  [
    'JobId',
    'it looks like the output of `aws iam generate-service-last-accessed-details`, which only starts the job',
  ],
  ['Roles', 'it looks like the output of `aws iam list-roles`, which has no policies'],
  ['Role', 'it looks like the output of `aws iam get-role`, which has no policies'],
  ['Users', 'it looks like the output of `aws iam list-users`, which has no policies'],
  ['User', 'it looks like the output of `aws iam get-user`, which has no policies'],
  [
    'AttachedPolicies',
    'it looks like the output of `aws iam list-attached-role-policies`, which has no documents',
  ],
  ['PolicyVersion', 'it looks like the output of `aws iam get-policy-version`'],
  ['PolicyDocument', 'it looks like the output of `aws iam get-role-policy`'],
  ['Policies', 'it looks like the output of `aws iam list-policies`, which has no documents'],
  ['Statement', 'it looks like a policy document'],
  ['Records', 'it looks like a CloudTrail log file'],
  ['Events', 'it looks like the output of `aws cloudtrail lookup-events`'],
  ['trailList', 'it looks like the output of `aws cloudtrail describe-trails`'],
  ['schemaVersion', 'it looks like a result of gen-policy'],
];

export function recognise(value: unknown): string {
  if (Array.isArray(value)) return 'it holds a list';
  if (!isJson(value)) return `it holds ${value === null ? 'null' : `a ${typeof value}`}`;
  const shape = SHAPES.find(([key]) => Object.hasOwn(value, key));
  if (shape) return shape[1];
  const keys = Object.keys(value)
    .slice(0, 3)
    .map((key) => `\`${shown(key)}\``);
  return keys.length === 0 ? 'it holds an empty object' : `it has the keys ${keys.join(', ')}`;
}
