/** One class a meaning; the command line turns each into its exit code. Messages are one line, lower case, no period. */

export const EXIT = {
  done: 0,
  error: 1,
  gate: 2,
  incomplete: 3,
  access: 4,
  usage: 64,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

abstract class GenPolicyError extends Error {
  abstract readonly exitCode: ExitCode;
}

/** The command line, a flag's value or an input file is not what the command takes. */
export class UsageError extends GenPolicyError {
  override readonly name = 'UsageError';
  readonly exitCode = EXIT.usage;
}
/** Credentials are missing, expired or not allowed to do what the run needs. */
export class AccessError extends GenPolicyError {
  override readonly name = 'AccessError';
  readonly exitCode = EXIT.access;
}
/** The evidence is missing or incomplete, so a statement cannot be made. */
export class EvidenceError extends GenPolicyError {
  override readonly name = 'EvidenceError';
  readonly exitCode = EXIT.incomplete;
}
/** A gate that was asked for (`--fail-on`, `verify`) tripped. */
export class GateError extends GenPolicyError {
  override readonly name = 'GateError';
  readonly exitCode = EXIT.gate;
}
/** Something outside failed (network, disk, service) in a way that is none of the above. */
export class RunError extends GenPolicyError {
  override readonly name = 'RunError';
  readonly exitCode = EXIT.error;
}
/** True for errors whose message is meant for people; anything else is a bug and is shown as one. */
export const isExpected = (error: unknown): error is GenPolicyError => error instanceof GenPolicyError;
