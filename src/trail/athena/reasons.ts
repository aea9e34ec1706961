/** Why a query came to no result: Athena's own reason, its meaning for the exit code, and what to do about it. */
import type { QueryExecution } from '@aws-sdk/client-athena';
import { AccessError, EvidenceError, RunError, UsageError } from '../../errors.ts';
import { oneLine } from '../aws-error.ts';
import table from '../data/athena-reasons.json' with { type: 'json' };

const CLASSES = new Map<string, new (message: string) => Error>([
  ['access', AccessError],
  ['evidence', EvidenceError],
  ['run', RunError],
  ['usage', UsageError],
]);

/** The error of a query that ended as FAILED or CANCELLED. */
export function endError({ Status, QueryExecutionId }: QueryExecution): Error {
  const cancelled = Status?.State === 'CANCELLED';
  const reason = oneLine(Status?.StateChangeReason ?? 'no reason given');
  const text = `athena query \`${QueryExecutionId}\` ${cancelled ? 'was cancelled' : 'failed'}: ${reason}`;
  const row = table.reasons.find(({ pattern }) => new RegExp(pattern, 'i').test(reason));
  if (row) return new (CLASSES.get(row.means)!)(`${text}; ${row.advice}`);
  return cancelled ? new EvidenceError(text) : new RunError(text);
}
