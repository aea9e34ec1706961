/** What validation says of one object, in the classes of AWS's `validate-logs` where that has one. */

export type Status =
  | 'valid'
  /** Altered, moved, removed or not signed by CloudTrail. */
  | 'invalid'
  /** Nothing speaks against it, and nothing proves it. */
  | 'unverified';

/** Fault -> the words for it. Those of AWS's command line where it knows the fault. */
export const FAULTS = {
  'not-found': 'not found',
  format: 'invalid format',
  moved: 'has been moved from its original location',
  'no-key': 'public key not found for its fingerprint',
  'bad-key': 'public key cannot be loaded',
  signature: 'signature verification failed',
  hash: "hash value doesn't match",
  'trailing-data': 'unexpected data after the end of the compressed stream',
  forked: 'is not the digest that its chain goes on with',
  reordered: 'its chain leads to a later digest',
  'no-signature': 'its signature is not known',
  'key-unavailable': 'its public key could not be looked up',
  unreadable: 'could not be read',
  unlinked: 'signed, but no later digest leads to it',
  'not-copied': 'lies before the first digest of this copy',
  'digest-unverified': 'matches, but the digest that lists it is not verified',
  unlisted: 'no digest of its time lists it',
  'not-covered': 'no valid digest covers its time',
  'not-yet-covered': 'delivered after the newest digest',
} as const;
export type Fault = keyof typeof FAULTS;

export interface Verdict {
  readonly status: Status;
  /** Undefined for what is valid. */
  readonly fault?: Fault;
  readonly detail?: string;
}

export interface Finding extends Verdict {
  readonly kind: 'digest' | 'log';
  readonly name: string;
}

export const VALID: Verdict = { status: 'valid' };
export const invalid = (fault: Fault, detail?: string): Verdict => ({
  status: 'invalid',
  fault,
  ...(detail !== undefined && { detail }),
});
export const unverified = (fault: Fault, detail?: string): Verdict => ({
  ...invalid(fault, detail),
  status: 'unverified',
});
