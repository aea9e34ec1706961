/** One principal of a review: planned, written, and forgotten but for its row in the index. */

import type { AccountPrincipal } from '../account/account.ts';
import { ownerAdvice } from '../account/find-principal.ts';
import { EXIT, isExpected } from '../errors.ts';
import { buildPlan } from '../plan/build.ts';
import type { Redactor } from '../plan/redact.ts';
import { compareFindings, type FindingChanges } from '../plan/review/changes.ts';
import type { OutsideUse } from '../plan/review/outside.ts';
import type { ReviewRow } from '../plan/review/review.ts';
import { bareRow, rowOf } from '../plan/review/row.ts';
import { type Split, splitOf } from '../plan/review/split.ts';
import { usedByOf } from '../plan/review/used-by.ts';
import { FORMATS, type FormatName } from '../report/formats.ts';
import { splitFiles } from '../report/review/split.ts';
import { groupOf } from '../report/view.ts';
import type { PrincipalUsage } from '../usage/usage.ts';
import type { Granted } from './granted.ts';
import { type InputParts, planInput } from './plan-input.ts';
import type { ReviewedAccount } from './review-account.ts';
import type { Pages } from './review-pages.ts';
import { comparable, type DecisionReader, keptByRule, type Previous } from './review-previous.ts';
import type { Subject } from './review-subjects.ts';
import type { Tally } from './review-tally.ts';

export interface ReviewRun extends Omit<InputParts, 'usage' | 'granted'> {
  /** Undefined: nothing is written. */
  readonly pages: Pages | undefined;
  readonly formats: readonly FormatName[];
  readonly width: number;
  readonly tally: Tally;
  /** Given: what is written is for people who may not know whose it is. */
  readonly redactor: Redactor | undefined;
  readonly previous: Previous | undefined;
  readonly decisions: DecisionReader | undefined;
  readonly outside: OutsideUse;
  /** Filled with what changed since the previous review. */
  readonly changes: Map<string, FindingChanges>;
}

export async function reviewOne(subject: Subject, usage: PrincipalUsage, run: ReviewRun): Promise<ReviewRow> {
  const { ref, principal, account, folder } = subject;
  const { pages, tally, outside } = run;
  const withUsers = (row: ReviewRow, split?: Split): ReviewRow => {
    const usedBy = usedByOf(usage, split, outside.assumed(ref.arn));
    return usedBy ? { ...row, usedBy } : row;
  };
  const advice = principal && ownerAdvice(principal);
  if (principal && advice !== undefined) return withUsers(bareRow(principal, 'not-ours', advice, usage));
  try {
    const granted = await grantedTo(principal, account);
    const decided = (await run.decisions?.rules(subject)) ?? [];
    const options = { ...run.options, keepRules: [...run.options.keepRules, ...decided] };
    const input = planInput({ ...run, options, usage, granted });
    const plan = buildPlan(input);
    const earlier = await run.previous?.findings(subject);
    if (earlier) run.changes.set(ref.arn, compareFindings(earlier, comparable(plan), keptByRule(plan)));
    const split = splitOf(input);
    const { redactor } = run;
    if (pages) {
      const shown = redactor ? redactor.plan(plan) : plan;
      const style = { colour: false, width: run.width };
      const files = run.formats.flatMap((name) => FORMATS[name].files(shown, style));
      const place = redactor ? redactor.folder(folder, ref.name) : folder;
      await pages.write(place, redactor ? files : [...files, ...splitFiles(split)]);
    }
    tally.gate(folder, plan);
    if (!plan.proof.fits) tally.failed(EXIT.error);
    return withUsers(rowOf(plan, usage, groupOf, pages ? folder : undefined), split);
  } catch (error) {
    // One principal whose policies cannot be known must not hide the other thousand.
    if (!isExpected(error) || error.exitCode === EXIT.usage) throw error;
    tally.failed(error.exitCode);
    return withUsers(bareRow(ref, 'failed', error.message, usage));
  }
}

async function grantedTo(
  principal: AccountPrincipal | undefined,
  account: ReviewedAccount | undefined,
): Promise<Granted> {
  const lastAccessed = principal && (await account?.reportOn(principal));
  return {
    problems: account?.problems ?? [],
    digests: account?.digests ?? [],
    ...(principal ? { principal } : {}),
    ...(lastAccessed ? { lastAccessed } : {}),
    ...(account?.trails ? { trails: account.trails } : {}),
  };
}
