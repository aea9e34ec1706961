/**
 * AWS's own words in the errorMessage of a refused call: the action, the resource, and which kind of policy refused.
 * Used for reporting only; what the call needed comes from the tables.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
import type { Denial } from './permission.ts';

const ACTION = /\bnot authorized to perform:?\s+(?:an? )?([a-z0-9-]+:[A-Za-z0-9]+)/i;
/** The resource ends where the reason starts; ARNs hold spaces only in names that some services allow. */
const RESOURCE =
  /\bon (?:the )?resources?:?\s+(.+?)(?=\s+(?:because\b|with an explicit deny\b|since\b|as\s+no\b)|\s*[,;]?\s*$|\.\s|\.$)/s;
const MISSING = /\bbecause no ([a-z -]+?) allows?\b/i;
const EXPLICIT =
  /\bwith an explicit deny in (?:an?|the|some)\s+([a-z -]+?)(?:\s+policy)?(?::\s*(arn:\S+?))?\.?\s*(?:$|[,;\n])/i;
const ENCODED = /\bencoded authorization failure message:?\s*\S/i;

/** The kinds of policy under the names that the documentation gives them. */
const POLICY_TYPES: readonly (readonly [RegExp, string])[] = [
  [/identity[- ]based/i, 'identity-based'],
  [/resource[- ]based/i, 'resource-based'],
  [/session/i, 'session'],
  [/permissions? boundar/i, 'permissions boundary'],
  [/service control/i, 'service control'],
  [/resource control/i, 'resource control'],
  [/vpc ?endpoint/i, 'VPC endpoint'],
  [/role trust|trust/i, 'role trust'],
  [/declarative/i, 'declarative'],
];

/**
 * @returns undefined where the call was not refused, or its message says nothing that could be read.
 * `errorCode` and `errorMessage` are the record's own.
 */
export function parseDenial(
  errorCode: string | undefined,
  errorMessage: string | undefined,
): Denial | undefined {
  if (errorCode === undefined || errorMessage === undefined) return undefined;
  // The words that each expression needs, looked for first: most messages lack most of them.
  const words = errorMessage.toLowerCase();
  const encoded = words.includes('encoded authorization failure message') && ENCODED.test(errorMessage);
  const found = parts(errorMessage, words);
  if (encoded) return { ...found, encoded: true };
  for (const _ in found) return found;
  return undefined;
}

function parts(message: string, words: string): Denial {
  const action = words.includes('not authorized to perform') ? ACTION.exec(message)?.[1] : undefined;
  const resource = action === undefined ? undefined : unquoted(RESOURCE.exec(message)?.[1]);
  const explicit = words.includes('with an explicit deny in') ? EXPLICIT.exec(message) : null;
  const reason = explicit?.[1] ?? (words.includes('because no ') ? MISSING.exec(message)?.[1] : undefined);
  const policyType = reason === undefined ? undefined : typeOf(reason);
  const policyArn = explicit?.[2];
  return {
    ...(action !== undefined && { action }),
    ...(resource !== undefined && { resource }),
    ...(policyType !== undefined && { policyType }),
    ...(reason !== undefined && { explicit: explicit !== null }),
    ...(policyArn !== undefined && { policyArn }),
  };
}

/** S3 puts the ARN into quotes. */
const unquoted = (text: string | undefined): string | undefined =>
  text !== undefined && text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1)
    : text;

const typeOf = (text: string): string =>
  POLICY_TYPES.find(([pattern]) => pattern.test(text))?.[1] ?? text.replace(/ polic(?:y|ies)$/i, '').trim();
