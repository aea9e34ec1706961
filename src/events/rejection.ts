/** Why a record was not decoded. Each reason is a row in the report's accounting; bad data is counted, never thrown. */
export type RejectReason =
  | 'not-an-object'
  | 'invalid-json'
  | 'missing-field'
  | 'wrong-type'
  | 'impossible-time'
  | 'unsupported-version';

export interface Rejection {
  readonly reason: RejectReason;
  /** Field and value shortened to 80 characters, already safe to print (control characters escaped). */
  readonly detail: string;
}
