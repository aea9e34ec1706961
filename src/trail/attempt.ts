/** Tries a call to learn whether it is allowed: what AWS answers tells, even where what was asked for is not there. */
import { awsError, awsErrorCode, credentialsFault, isDenied, oneLine } from './aws-error.ts';

export interface Attempt {
  /** `service:Operation`. */
  readonly command: string;
  readonly verdict: 'allowed' | 'denied' | 'unknown';
  /** One line: what AWS said. */
  readonly detail?: string;
}

/** A call that changes nothing, by the command it sends. */
export type Trials = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Answers that come after authorisation: the thing asked for does not exist. AWS does not tell a caller without permission
 * that much.
 */
const BEYOND =
  /^(?:NoSuchEntity|NoSuchKey|CredentialReportNotPresent|CredentialReportNotReady|TrailNotFound|InvalidRequest|Metadata|ResourceNotFound|ChildNotFound|TargetNotFound|PolicyNotFound|PolicyTypeNotEnabled|AWSOrganizationsNotInUse)/;

const REFUSED = /not authorized to perform|insufficient permissions|access ?denied/i;

/** The first of `commands` that `trials` know, one after another. Throws an AccessError where the credentials are no good. */
export async function attempt(
  trials: Trials,
  commands: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly Attempt[]> {
  const made: Attempt[] = [];
  for (const command of commands) {
    const trial = Object.hasOwn(trials, command) ? trials[command] : undefined;
    if (trial) made.push(await one(command, trial, signal));
  }
  return made;
}

async function one(
  command: string,
  trial: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  try {
    await trial();
    return { command, verdict: 'allowed' };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const code = awsErrorCode(error);
    const said = oneLine(error);
    // Athena wraps what Glue or S3 refused in errors of its own.
    if (isDenied(code) || REFUSED.test(said)) return { command, verdict: 'denied', detail: said };
    if (BEYOND.test(code)) return { command, verdict: 'allowed' };
    if (credentialsFault(code) !== undefined) throw awsError(error, `try \`${command}\``, command);
    return { command, verdict: 'unknown', detail: `${code}: ${said}` };
  }
}

/** A name that nothing bears. */
export const NOBODY = 'gen-policy-doctor-asks';
/** An id that nothing bears. */
export const NO_ID = '00000000-0000-4000-8000-000000000000';
