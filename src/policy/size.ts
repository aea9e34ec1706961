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
  let size = EMPTY;
  if (json.Version !== undefined) size += MEMBER + 'Version'.length + JSON.stringify(json.Version).length;
  if (json.Id !== undefined) size += MEMBER + 'Id'.length + JSON.stringify(json.Id).length;
  for (const one of json.Statement) size += statementSize(one);
  return size + Math.max(0, json.Statement.length - 1);
}
const EMPTY = '{"Statement":[]}'.length;
/** The quotes, colon and comma of a member. */
const MEMBER = 4;

/** Statements go from document to document until they fit: each is written out once. */
const lengths = new WeakMap<JsonStatement, number>();

/** Characters of one statement in a document, without the comma before it. */
export function statementSize(statement: JsonStatement): number {
  const known = lengths.get(statement) ?? JSON.stringify(statement).length;
  lengths.set(statement, known);
  return known;
}
