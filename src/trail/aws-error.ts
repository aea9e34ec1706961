/** Turns what an AWS SDK call throws into one of our errors, so that a person learns what to do. */
import { AccessError, RunError, UsageError } from '../errors.ts';

/** Codes that mean: the credentials themselves are not good (any more). The same call will not succeed without new ones. */
const BAD_CREDENTIALS: ReadonlyMap<string, string> = new Map([
  ['ExpiredToken', 'expired'],
  ['ExpiredTokenException', 'expired'],
  ['TokenRefreshRequired', 'expired'],
  ['RequestExpired', 'expired'],
  ['InvalidToken', 'not valid'],
  ['InvalidClientTokenId', 'not valid'],
  ['UnrecognizedClientException', 'not valid'],
  ['InvalidAccessKeyId', 'not valid'],
  ['SignatureDoesNotMatch', 'not valid'],
  ['AuthFailure', 'not valid'],
]);
const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AllAccessDisabled',
  'AccountProblem',
]);
const CLOCK: ReadonlySet<string> = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture']);

/** Code of an SDK or network error: `AccessDenied`, `ExpiredToken`, `ECONNREFUSED`; the class name where it has none. */
export function awsErrorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Unknown';
  const { name, Code, code } = error as { name?: unknown; Code?: unknown; code?: unknown };
  for (const one of [Code, name === 'Error' ? code : name, code, name])
    if (typeof one === 'string' && one !== '') return one;
  return 'Unknown';
}

/** What is wrong with the credentials for this code: `expired` or `not valid`; undefined where nothing is. */
export const credentialsFault = (code: string): string | undefined => BAD_CREDENTIALS.get(code);
export const isDenied = (code: string): boolean => DENIED.has(code);

/** Message of an error as one line, control characters and runs of blanks out, at most 200 characters. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/**
 * The error to throw instead of `error`, which is its `cause`. `doing` completes "could not …" (`list `s3://logs/``), `permission` is what the
 * call needs (`s3:ListBucket`).
 */
export function awsError(error: unknown, doing: string, permission: string): Error {
  return Object.assign(errorFor(error, doing, permission), { cause: error });
}

function errorFor(error: unknown, doing: string, permission: string): Error {
  const code = awsErrorCode(error);
  const text = oneLine(error);
  const fault = credentialsFault(code);
  if (fault !== undefined)
    return new AccessError(
      `could not ${doing}: the aws credentials are ${fault} (\`${code}\`); renew them and run again`,
    );
  if (isDenied(code))
    return new AccessError(`could not ${doing}: access denied, \`${permission}\` is needed (${text})`);
  if (CLOCK.has(code))
    return new AccessError(
      `could not ${doing}: this machine's clock is wrong (\`${code}\`); set it and run again`,
    );
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError' || code === 'NoCredentials')
    return new AccessError(
      `could not ${doing}: no usable aws credentials (${text}); log in, or give \`--profile\``,
    );
  if (/region is missing/i.test(text))
    return new UsageError(
      `could not ${doing}: no aws region is known; give \`--region\` or set \`AWS_REGION\``,
    );
  return new RunError(`could not ${doing}: \`${code}\` (${text})`);
}
