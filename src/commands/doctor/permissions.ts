/** Which of the calls that a run needs are allowed: tried where that does no harm, else asked of IAM's simulation. */
import type { Simulated } from '../../account/live-trials.ts';
import type { Attempt } from '../../trail/attempt.ts';
import type { Part } from './needs.ts';
import { arnsOf, type Known, placeholders } from './places.ts';

export interface PermissionRow {
  readonly module: string;
  readonly sid: string;
  readonly action: string;
  /** The command that needs it. */
  readonly command: string;
  readonly purpose: string;
  readonly optional: boolean;
  readonly verdict: 'allowed' | 'denied' | 'unknown';
  readonly how: 'tried' | 'simulated' | 'not tried';
  /** What AWS said, or why nothing is known. */
  readonly detail?: string;
}

export interface PermissionInput {
  readonly parts: readonly Part[];
  readonly known: Known;
  /** What was tried; `on` where a command tells of one part only. */
  readonly attempts: readonly (Attempt & { readonly on?: string; readonly action?: string })[];
  simulate(actions: readonly string[], resources: readonly string[]): Promise<Simulated>;
}

/** A row for each part and action. Nothing that could not be learnt is called allowed. */
export async function checkPermissions(input: PermissionInput): Promise<readonly PermissionRow[]> {
  const rows: PermissionRow[] = [];
  for (const part of input.parts) {
    const open: Omit<PermissionRow, 'verdict' | 'how'>[] = [];
    for (const { command, action } of part.calls) {
      const { module, sid, purpose, optional } = part;
      const row = { module, sid, action, command, purpose, optional };
      const tried = input.attempts.find(
        (one) =>
          one.command === command &&
          (one.on === undefined || one.on === sid) &&
          (one.action ?? ownAction(command)) === action,
      );
      if (tried && tried.verdict !== 'unknown')
        rows.push({ ...row, verdict: tried.verdict, how: 'tried', ...detail(tried.detail) });
      else open.push({ ...row, ...detail(tried?.detail) });
    }
    if (open.length > 0) rows.push(...(await simulated(part, open, input)));
  }
  return rows;
}

async function simulated(
  part: Part,
  open: readonly Omit<PermissionRow, 'verdict' | 'how'>[],
  { known, simulate }: PermissionInput,
): Promise<readonly PermissionRow[]> {
  const arns = arnsOf(part.resource, known);
  const unnamed = placeholders(arns).length > 0;
  const asked: Simulated = unnamed
    ? { missing: 'what it is about is not known yet' }
    : await simulate([...new Set(open.map((row) => row.action))], arns);
  return open.map((row) => {
    const verdict = 'decisions' in asked ? asked.decisions.get(row.action) : undefined;
    if (verdict !== undefined) return { ...row, verdict, how: 'simulated' };
    const why = 'missing' in asked ? asked.missing : 'the simulation did not answer';
    const said = row.detail === undefined ? why : `${row.detail}; ${why}`;
    return { ...row, verdict: 'unknown', how: 'not tried', detail: said };
  });
}

/** The action of a command's own name. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const ownAction = (command: string): string => (command === 's3:ListObjectsV2' ? 's3:ListBucket' : command);
const detail = (text: string | undefined) => (text === undefined ? {} : { detail: text });
