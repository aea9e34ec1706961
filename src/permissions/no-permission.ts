/** Calls that need no permission of IAM: the rows of no-permission.json. */
import table from './data/no-permission.json' with { type: 'json' };

export interface NoPermissionRow {
  readonly service: string;
  readonly event: string;
  readonly reason: string;
  /**
   * An API that is called without AWS credentials. `signed`: where a record bears a role or a user after all, the call
   * was signed, and the action of the operation's name is what that principal's policies are kept for.
   */
  readonly unless?: 'signed';
  readonly source: string;
}

const ROWS = new Map(
  (table as readonly NoPermissionRow[]).map((row) => [`${row.service}:${row.event}`, row]),
);

/** The row of an event as the record spells it, or of its operation. */
export const noPermissionRow = (service: string, name: string): NoPermissionRow | undefined =>
  ROWS.get(`${service}:${name}`);
