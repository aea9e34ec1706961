/**
 * Whether a call was authorised. Denied calls never count as use; errors after authorisation do, for AWS does not
 * document an order of evaluation and a permission that was evaluated and passed is needed for the same answer.
 */
import codes from './data/error-codes.json' with { type: 'json' };
import type { Outcome, OutcomeKind } from './event.ts';

const KNOWN = new Map(codes.map((row) => [row.code, row.outcome as OutcomeKind]));

/**
 * Families of names that services invent for a refusal (`KMSAccessDeniedFault`, `OrganizationAccessDeniedException`,
 * `AuthorizationErrorException`, `ForbiddenException`); the table above holds what the pattern would get wrong.
 */
const DENIED =
  /access_?denied|unauthori[sz]ed|notauthori[sz]ed|forbidden|authorizationerror|noauthorization|insufficientpermissions/i;
const THROTTLED = /throttl|toomanyrequests|ratelimit|requestlimitexceeded|slowdown/i;

/** `Client.` and `Server.` are the EC2 family's prefixes and carry no meaning of their own here. */
const bare = (code: string): string => code.replace(/^(?:Client|Server)\./, '');

/** Class of an errorCode; `undefined` means the record had none and the call succeeded. */
export function outcomeKind(errorCode: string | undefined): OutcomeKind {
  if (errorCode === undefined) return 'succeeded';
  const code = bare(errorCode);
  const known = KNOWN.get(code);
  if (known) return known;
  if (DENIED.test(code)) return 'denied';
  if (THROTTLED.test(code)) return 'inconclusive';
  return 'failed';
}

/** The outcome of a record from its two error fields. An errorMessage alone is an error as well. */
export function outcomeOf(errorCode: string | undefined, errorMessage: string | undefined): Outcome {
  if (errorCode === undefined && errorMessage === undefined) return SUCCEEDED;
  return {
    kind: errorCode === undefined ? 'failed' : outcomeKind(errorCode),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
  };
}

const SUCCEEDED: Outcome = { kind: 'succeeded' };
