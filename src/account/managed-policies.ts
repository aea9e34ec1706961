/** Managed policies by ARN, and what becomes of an attachment whose document is not there. */
import type { AttachedPolicy, ManagedPolicy, PolicySource } from './account.ts';
import { decodeDocument } from './document.ts';
import {
  byCodeUnit,
  defined,
  type Json,
  objects,
  optionalNumber,
  optionalText,
  shown,
  text,
  time,
} from './fields.ts';

/** `arn:aws:iam::aws:policy/…`: owned by AWS, so it can be detached but not edited. */
export const isAwsManaged = (arn: string): boolean => /^arn:[^:]+:iam::aws:policy\//.test(arn);

/** Reads `Policies` of the authorization details: of each, the default version is the one in force. */
export function readManagedPolicies(
  list: readonly Json[],
  origin: string,
): ReadonlyMap<string, ManagedPolicy> {
  const known = new Map<string, ManagedPolicy>();
  list.forEach((raw, index) => {
    const at = `Policies[${index}]`;
    const arn = text(raw, 'Arn', at, origin);
    const versions = objects(raw, 'PolicyVersionList', at, origin);
    const wanted = optionalText(raw, 'DefaultVersionId');
    const version =
      versions.find((one) => one.IsDefaultVersion === true) ??
      versions.find((one) => wanted !== undefined && optionalText(one, 'VersionId') === wanted);
    const decoded = version
      ? decodeDocument(version.Document)
      : { problem: `its default version${wanted ? ` \`${shown(wanted)}\`` : ''} is not in \`${origin}\`` };
    const policy: ManagedPolicy = {
      arn,
      name: optionalText(raw, 'PolicyName') ?? arn.slice(arn.lastIndexOf('/') + 1),
      document: 'document' in decoded ? decoded.document : undefined,
      ...('problem' in decoded ? { problem: decoded.problem } : {}),
      ...defined('versionId', (version && optionalText(version, 'VersionId')) ?? wanted),
      ...defined('createdAt', version && time(version, 'CreateDate')),
      ...defined('attachmentCount', optionalNumber(raw, 'AttachmentCount')),
      ...defined('boundaryCount', optionalNumber(raw, 'PermissionsBoundaryUsageCount')),
    };
    // A page read twice repeats a policy: the one with a document tells more.
    const before = known.get(arn);
    if (!before || before.problem !== undefined) known.set(arn, policy);
  });
  return known;
}

/**
 * The policy behind an attachment. Where the file lacks it (typical for `--filter` runs and for AWS-managed policies in
 * cut-down files) the result has no document and a problem: the grants are unknown, never empty.
 */
export function resolveManagedPolicy(
  known: ReadonlyMap<string, ManagedPolicy>,
  attachment: { readonly arn: string; readonly name?: string; readonly group?: string },
  origin: string,
): AttachedPolicy {
  const { arn, group } = attachment;
  const source: PolicySource =
    group !== undefined ? 'group-managed' : isAwsManaged(arn) ? 'aws-managed' : 'customer-managed';
  const found = known.get(arn);
  const name = attachment.name ?? found?.name ?? arn.slice(arn.lastIndexOf('/') + 1);
  const base = { source, name, arn, ...defined('group', group) };
  if (!found)
    return {
      ...base,
      document: undefined,
      problem: `policy \`${arn}\` is attached but not in \`${origin}\``,
    };
  return {
    ...base,
    document: found.document,
    ...(found.problem === undefined ? {} : { problem: `policy \`${arn}\` is unknown: ${found.problem}` }),
    ...defined('versionId', found.versionId),
    ...defined('createdAt', found.createdAt),
    ...defined('attachmentCount', found.attachmentCount),
  };
}

/** Managed before inline, the principal's own before its groups', then by group and name. */
export function sortPolicies(policies: readonly AttachedPolicy[]): readonly AttachedPolicy[] {
  const order: readonly PolicySource[] = [
    'aws-managed',
    'customer-managed',
    'inline',
    'group-managed',
    'group-inline',
  ];
  return [...policies].sort(
    (a, b) =>
      order.indexOf(a.source) - order.indexOf(b.source) ||
      byCodeUnit(a.group ?? '', b.group ?? '') ||
      byCodeUnit(a.arn ?? a.name, b.arn ?? b.name),
  );
}
