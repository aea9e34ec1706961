/** What a review's exit code comes from: gates that tripped, principals that failed, evidence that lacked. */
import { EXIT, type ExitCode, GateError } from '../errors.ts';
import type { CheckResult } from '../plan/checks/check.ts';
import type { ReviewRow } from '../plan/review/review.ts';
import { plural } from '../report/text.ts';
import { type Condition, type GateSubject, tripped } from './gate.ts';

const NAMED = 3;

export type Tally = ReturnType<typeof createTally>;

/** Counts as the principals pass by, so that none of their plans has to be kept. */
export function createTally(conditions: readonly Condition[]) {
  const lines: string[] = [];
  let trips = 0;
  let checks: string | undefined;
  let worst: ExitCode = EXIT.done;
  return {
    failed: (code: ExitCode): void => {
      worst = code === EXIT.error ? EXIT.error : worst === EXIT.done ? code : worst;
    },
    gate: (name: string, plan: GateSubject): void => {
      const found = tripped(plan, conditions);
      if (found.length === 0) return;
      trips += 1;
      if (lines.length < NAMED) lines.push(`${name}: ${found.join('; ')}`);
    },
    /** `unread` are accounts that were to be reviewed and could not be read. */
    gateChecks: (results: readonly CheckResult[], unread: readonly string[]): void => {
      const findings = results.map((one) => ({ ...one, kind: one.check }));
      if (unread.length > 0 && worst === EXIT.done) worst = EXIT.incomplete;
      const statement = `${plural(unread.length, 'account')} could not be read: ${unread.slice(0, NAMED).join(', ')}`;
      const found = tripped({ findings, evidence: { complete: unread.length === 0, statement } }, conditions);
      if (found.length === 0) return;
      checks = `checks: ${found.join('; ')}`;
    },
    end: (rows: readonly ReviewRow[], allowed: boolean): ExitCode => {
      const trip =
        trips === 0
          ? []
          : [
              `${plural(trips, 'principal')} of ${rows.length}: ${lines.join(' | ')}${trips > NAMED ? ` | and ${trips - NAMED} more` : ''}`,
            ];
      const all = [...trip, ...(checks === undefined ? [] : [checks])];
      if (all.length > 0) throw new GateError(all.join(' | '));
      if (worst === EXIT.error) return EXIT.error;
      return allowed || (worst === EXIT.done && rows.every((row) => row.complete))
        ? EXIT.done
        : EXIT.incomplete;
    },
  };
}
