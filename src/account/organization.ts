/** The organisation around an account, from what AWS's commands print and a snapshot keeps. */
import { UsageError } from '../errors.ts';
import type { OrganizationFacts, OrganizationPolicy } from './account.ts';
import { decodeDocument } from './document.ts';
import {
  byCodeUnit,
  defined,
  field,
  isJson,
  type Json,
  objects,
  optionalText,
  shown,
  text,
  time,
} from './fields.ts';
import { recognise } from './recognise.ts';

const TYPES: ReadonlyMap<string, OrganizationPolicy['type']> = new Map([
  ['SERVICE_CONTROL_POLICY', 'scp'],
  ['RESOURCE_CONTROL_POLICY', 'rcp'],
]);

/** The `organization.json` of a snapshot: describe-organization, and describe-policy of all that is attached above. */
export function parseOrganization(value: unknown, origin: string): OrganizationFacts {
  const organization = isJson(value) ? field(value, 'Organization') : undefined;
  if (!isJson(value) || !isJson(organization))
    throw new UsageError(`\`${origin}\` is not the \`organization.json\` of a snapshot: ${recognise(value)}`);
  return {
    id: text(organization, 'Id', 'Organization', origin),
    ...defined('managementAccountId', optionalText(organization, 'MasterAccountId')),
    policies: objects(value, 'Targets', '', origin).flatMap((target, index) => {
      const at = `Targets[${index}]`;
      const id = text(target, 'TargetId', at, origin);
      return objects(target, 'Policies', at, origin).map((raw, place) =>
        readPolicy(raw, id, `${at}.Policies[${place}]`, origin),
      );
    }),
  };
}

function readPolicy(raw: Json, target: string, at: string, origin: string): OrganizationPolicy {
  const summary = field(raw, 'PolicySummary');
  if (!isJson(summary))
    throw new UsageError(`\`${at}.PolicySummary\` in \`${origin}\` is missing: take the snapshot again`);
  const kind = text(summary, 'Type', `${at}.PolicySummary`, origin);
  const type = TYPES.get(kind);
  if (type === undefined)
    throw new UsageError(
      `\`${at}\` in \`${origin}\` is of the type \`${kind}\`, not a service or resource control policy`,
    );
  const name = optionalText(summary, 'Name') ?? '';
  const decoded = decodeDocument(field(raw, 'Content'));
  return {
    type,
    target,
    id: text(summary, 'Id', `${at}.PolicySummary`, origin),
    name,
    awsManaged: field(summary, 'AwsManaged') === true,
    document: 'document' in decoded ? decoded.document : undefined,
    ...('problem' in decoded
      ? { problem: `organisation policy \`${shown(name)}\` is unknown: ${decoded.problem}` }
      : {}),
  };
}

/**
 * `aws iam get-organizations-access-report`: services that the organisation's policies allow the account, and when any
 * principal of it last tried them. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOrganizationsAccessReport.html
 */
export function parseOrganizationAccess(
  value: unknown,
  origin: string,
): NonNullable<OrganizationFacts['access']> {
  if (!isJson(value) || field(value, 'JobStatus') !== 'COMPLETED' || field(value, 'IsTruncated') === true)
    throw new UsageError(
      `\`${origin}\` is not a whole, finished output of \`aws iam get-organizations-access-report\`: ${recognise(value)}`,
    );
  return objects(value, 'AccessDetails', '', origin)
    .map((raw, index) => ({
      service: text(raw, 'ServiceNamespace', `AccessDetails[${index}]`, origin),
      ...defined('lastAuthenticated', time(raw, 'LastAuthenticatedTime')),
      ...defined('region', optionalText(raw, 'Region')),
    }))
    .sort((a, b) => byCodeUnit(a.service, b.service));
}
