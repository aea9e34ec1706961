/** One principal of a review: planned, written, and forgotten but for its row in the index. */
import { ownerAdvice } from '../account/find-principal.ts';
import { EXIT, isExpected } from '../errors.ts';
import { buildPlan } from '../plan/build.ts';
import { compareFindings, type FindingChanges } from '../plan/review/changes.ts';
import type { ReviewRow } from '../plan/review/review.ts';
import { bareRow, rowOf } from '../plan/review/row.ts';
import { FORMATS, type FormatName } from '../report/formats.ts';
import { groupOf } from '../report/view.ts';
import type { Granted } from './granted.ts';
import { writeOutputs } from './output.ts';
import { type InputParts, planInput } from './plan-input.ts';
import type { ReviewedAccount } from './review-account.ts';
import { comparable, type DecisionReader, type Previous } from './review-previous.ts';
import type { Subject } from './review-subjects.ts';
import type { Tally } from './review-tally.ts';

export interface ReviewRun extends Omit<InputParts, 'usage' | 'granted'> {
  readonly reviewed: ReviewedAccount;
  /** Undefined: nothing is written. */
  readonly out: string | undefined;
  readonly pages: readonly FormatName[];
  readonly width: number;
  readonly tally: Tally;
  readonly previous: Previous | undefined;
  readonly decisions: DecisionReader | undefined;
  /** Filled with what changed since the previous review. */
  readonly changes: Map<string, FindingChanges>;
}

export async function reviewOne(subject: Subject, run: ReviewRun): Promise<ReviewRow> {
  const { ref, principal, folder } = subject;
  const { evidence, out, reviewed, tally } = run;
  const usage = evidence.ledger.usage(ref);
  const advice = principal && ownerAdvice(principal);
  if (principal && advice !== undefined) return bareRow(principal, 'not-ours', advice, usage);
  try {
    const lastAccessed = principal && (await reviewed.reportOn(principal));
    const granted: Granted = {
      problems: reviewed.problems,
      digests: reviewed.digests,
      ...(principal ? { principal } : {}),
      ...(lastAccessed ? { lastAccessed } : {}),
      ...(reviewed.trails ? { trails: reviewed.trails } : {}),
    };
    const decided = (await run.decisions?.rules(subject)) ?? [];
    const options = { ...run.options, keepRules: [...run.options.keepRules, ...decided] };
    const plan = buildPlan(planInput({ ...run, options, usage, granted }));
    const earlier = await run.previous?.findings(subject);
    if (earlier) run.changes.set(ref.arn, compareFindings(earlier, comparable(plan)));
    if (out !== undefined) {
      const style = { colour: false, width: run.width };
      const files = run.pages.flatMap((name) => FORMATS[name].files(plan, style));
      const target = { kind: 'directory', path: `${out}/${folder}` } as const;
      // Together: each waits for the disk to sync, and there are thousands.
      await Promise.all(files.map((file) => writeOutputs([file], target)));
      tally.wrote(files.length);
    }
    tally.gate(folder, plan);
    return rowOf(plan, usage, groupOf, out === undefined ? undefined : folder);
  } catch (error) {
    // One principal whose policies cannot be known must not hide the other thousand.
    if (!isExpected(error) || error.exitCode === EXIT.usage) throw error;
    tally.failed(error.exitCode);
    return bareRow(ref, 'failed', error.message, usage);
  }
}
