/** Policy sizes as IAM counts them, and the quotas they must keep. */
import rows from './data/quotas.json' with { type: 'json' };
import type { JsonPolicy } from './document.ts';

export type QuotaName =
  | 'inline-group'
  | 'inline-role'
  | 'inline-user'
  | 'managed-policies-per-group'
  | 'managed-policies-per-role'
  | 'managed-policies-per-user'
  | 'managed-policy'
  | 'managed-policy-versions'
  | 'session-policy'
  | 'trust-policy';

const quotas = new Map(rows.map((row) => [row.quota, row.value]));

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const quota = (name: QuotaName): number => quotas.get(name)!;

/**
 * Characters of the document as IAM counts them: white space between elements is left out. White space inside a
 * string is counted, as AWS does not say that it is free.
 */
export const policySize = (json: JsonPolicy): number => JSON.stringify(json).length;
