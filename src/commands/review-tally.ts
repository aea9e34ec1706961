/** What a review's exit code comes from: gates that tripped, principals that failed, evidence that lacked. */
import { EXIT, type ExitCode, GateError } from '../errors.ts';
import type { ReviewRow } from '../plan/review/review.ts';
import { plural } from '../report/text.ts';
import { type Condition, type GateSubject, tripped } from './gate.ts';

const NAMED = 3;

export type Tally = ReturnType<typeof createTally>;

/** Counts as the principals pass by, so that none of their plans has to be kept. */
export function createTally(conditions: readonly Condition[]) {
  const lines: string[] = [];
  let trips = 0;
  let files = 0;
  let worst: ExitCode = EXIT.done;
  return {
    wrote: (count: number): void => {
      files += count;
    },
    written: (): number => files,
    failed: (code: ExitCode): void => {
      worst = code === EXIT.error ? EXIT.error : worst === EXIT.done ? code : worst;
    },
    gate: (name: string, plan: GateSubject): void => {
      const found = tripped(plan, conditions);
      if (found.length === 0) return;
      trips += 1;
      if (lines.length < NAMED) lines.push(`${name}: ${found.join('; ')}`);
    },
    end: (rows: readonly ReviewRow[], allowed: boolean): ExitCode => {
      if (trips > 0)
        throw new GateError(
          `${plural(trips, 'principal')} of ${rows.length}: ${lines.join(' | ')}${trips > NAMED ? ` | and ${trips - NAMED} more` : ''}`,
        );
      if (worst === EXIT.error) return EXIT.error;
      return allowed || (worst === EXIT.done && rows.every((row) => row.complete))
        ? EXIT.done
        : EXIT.incomplete;
    },
  };
}
