/** Policy sizes as IAM counts them, and the quotas they must keep. */
import rows from './data/quotas.json' with { type: 'json' };
import type { JsonPolicy, JsonStatement } from './document.ts';

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
export function policySize(json: JsonPolicy): number {
  const around = JSON.stringify({ ...json, Statement: [] }).length;
  const inside = json.Statement.reduce((sum, one) => sum + 1 + statementSize(one), 0);
  return around + Math.max(0, inside - 1);
}

/** Statements go from document to document until they fit: each is written out once. */
const lengths = new WeakMap<JsonStatement, number>();

/** Characters of one statement in a document, without the comma before it. */
export function statementSize(statement: JsonStatement): number {
  const known = lengths.get(statement) ?? JSON.stringify(statement).length;
  lengths.set(statement, known);
  return known;
}
