/** `--previous` and `--decisions`: an earlier review's folder, read a principal at a time. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { KeepRule } from '../plan/input.ts';
import type { Plan } from '../plan/plan.ts';
import type { Earlier, Known } from '../plan/review/changes.ts';
import { parseDecisions } from '../plan/review/decisions.ts';
import { REVIEW_VERSION } from '../plan/review/review.ts';
import { groupOf } from '../report/view.ts';
import type { Subject } from './review-subjects.ts';

export interface Previous {
  readonly review: Earlier;
  /** Removals and notices of a principal's earlier plan; undefined where that plan was not kept. */
  findings(subject: Subject): Promise<readonly Known[] | undefined>;
}

/** @throws UsageError for a folder that holds no review that this version reads. */
export async function readPrevious(
  folder: string,
  now: { readonly match: string; readonly accounts: readonly string[] },
): Promise<Previous> {
  const text = await textOf(join(folder, 'index.json'));
  if (text === undefined)
    throw new UsageError(
      `\`--previous ${folder}\` has no \`index.json\`: give the --out folder of an earlier review`,
    );
  const review = jsonOf(text, join(folder, 'index.json')) as Partial<Earlier> & {
    readonly schemaVersion?: string;
  };
  if (
    review.schemaVersion !== REVIEW_VERSION ||
    !Array.isArray(review.principals) ||
    !Array.isArray(review.accounts) ||
    !Array.isArray(review.history) ||
    !Array.isArray(review.checks)
  )
    throw new UsageError(
      `\`${join(folder, 'index.json')}\` is no review of schema version ${REVIEW_VERSION}: make that review again with this version`,
    );
  const then = { match: String(review.match), accounts: review.accounts.map((one) => one.accountId) };
  const common = now.accounts.some((one) => then.accounts.includes(one));
  if (then.match !== now.match || (!common && now.accounts.length + then.accounts.length > 0))
    throw new UsageError(
      `\`--previous ${folder}\` reviewed ${scope(then)} and this review ${scope(now)}: compare reviews of the same principals`,
    );
  return {
    review: review as Earlier,
    findings: async (subject) => {
      const path = join(folder, subject.folder, 'result.json');
      const result = await textOf(path);
      if (result === undefined) return undefined;
      const plan = jsonOf(result, path) as Plan;
      if (plan.principal?.arn !== subject.ref.arn || !Array.isArray(plan.findings)) return undefined;
      return comparable(plan);
    },
  };
}

const scope = ({ match, accounts }: { match: string; accounts: readonly string[] }): string =>
  `\`${match}\` of ${accounts.length === 0 ? 'the logs' : accounts.length === 1 ? `account \`${accounts[0]}\`` : `${accounts.length} accounts`}`;

/** What is compared of a plan: what takes something away and what is to be looked into. */
export const comparable = (plan: Plan): readonly Known[] =>
  plan.findings
    .filter((one) => groupOf(one.kind) !== 'keep')
    .map(({ id, severity, actions }) => ({ id, severity, actions }));

/** Actions that decisions and rules keep. */
export const keptByRule = (plan: Plan): readonly string[] =>
  plan.findings.filter((one) => one.kind === 'keep-by-rule').flatMap((one) => one.actions);

export interface DecisionReader {
  rules(subject: Subject): Promise<readonly KeepRule[]>;
  /** Rows to keep that could keep nothing, so far. */
  idle(): number;
}

/** A findings.csv, with the rows of one or of many principals, or the folder of a review with one for each. */
export async function readDecisions(path: string): Promise<DecisionReader> {
  const info = await stat(path).catch(() => undefined);
  if (!info)
    throw new UsageError(`\`--decisions ${path}\` does not exist: give a findings.csv or a review's folder`);
  let idle = 0;
  const parse = (text: string, origin: string): ReadonlyMap<string, readonly KeepRule[]> => {
    const found = parseDecisions(text, origin);
    idle += found.idle;
    return found.rules;
  };
  const shared = info.isDirectory() ? undefined : parse(await readFile(path, 'utf8'), path);
  return {
    idle: () => idle,
    rules: async ({ ref, folder }) => {
      if (shared) return shared.get(ref.arn) ?? [];
      const file = join(path, folder, 'findings.csv');
      const text = await textOf(file);
      return text === undefined ? [] : (parse(text, file).get(ref.arn) ?? []);
    },
  };
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new UsageError(`\`${path}\` cannot be read (${error.code}): check the folder`);
  });
}

function jsonOf(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, as for any other text.
  }
  throw new UsageError(`\`${path}\` is not JSON that gen-policy wrote: make that review again`);
}
