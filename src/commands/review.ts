/** `gen-policy review`: every role and user in one pass over the logs, ranked by what to cut first. */

import { loadCatalogue } from '../catalogue/load.ts';
import { type ExitCode, UsageError } from '../errors.ts';
import { createResolver } from '../permissions/resolver.ts';
import { CHECK_IDS, type CheckResult, hasInput } from '../plan/checks/check.ts';
import { checkAccount, checkPrincipal, parseSkips } from '../plan/checks/run.ts';
import { compareReviews, type Earlier, type FindingChanges } from '../plan/review/changes.ts';
import { REVIEW_VERSION, type Review, type ReviewRow } from '../plan/review/review.ts';
import { bySeverity, ranked } from '../plan/review/row.ts';
import { isoTime } from '../plan/summary.ts';
import { INDEX_FORMATS, INDEX_NAMES, isIndexFormat } from '../report/review/formats.ts';
import { plural } from '../report/text.ts';
import { VERSION } from '../version.ts';
import type { Args, Command, Io } from './command.ts';
import { readConfig } from './config.ts';
import { formatsOf } from './deliver.ts';
import { collect, openSource } from './evidence.ts';
import { noteExclusions, readExclusions } from './exclusions.ts';
import { parseFailOn } from './gate.ts';
import { evidenceFlags, policyFlags } from './generate-flags.ts';
import { writeOutputs } from './output.ts';
import { planOptions } from './plan-options.ts';
import { readWindow, windowFlags } from './principal-flags.ts';
import { readReviewed } from './review-account.ts';
import { type ReviewRun, reviewOne } from './review-one.ts';
import { readDecisions, readPrevious } from './review-previous.ts';
import { subjectsOf } from './review-subjects.ts';
import { createTally } from './review-tally.ts';

export const command: Command = {
  builder: (yargs) =>
    policyFlags(evidenceFlags(windowFlags(yargs)))
      .option('match', {
        type: 'string',
        default: '*',
        describe: 'roles and users to review, by name; `*` and `?` match any characters',
        group: 'Principals:',
      })
      .option('credential-report', {
        type: 'string',
        describe: 'output of `aws iam get-credential-report`, for the checks of root and users',
        group: 'Evidence:',
      })
      .option('skip-checks', {
        type: 'string',
        describe: 'checks left out, comma-separated: a name, or name:PATTERN for the subjects that match',
        group: 'Principals:',
      })
      .option('previous', {
        type: 'string',
        describe: 'folder of an earlier review, to say what is new, fixed or worse',
        group: 'Evidence:',
      })
      .option('decisions', {
        type: 'string',
        describe: 'findings.csv with its decision columns filled in, or a folder of them: `keep` is kept',
        group: 'Evidence:',
      })
      .option('out', {
        type: 'string',
        describe: 'folder for the index and a folder of pages for each principal',
        group: 'Output:',
      })
      .option('format', {
        choices: INDEX_NAMES,
        default: 'summary' as const,
        describe: 'how the index is printed; --out gets all of them',
        group: 'Output:',
      })
      .option('pages', {
        type: 'string',
        default: 'html,json,policy,rollback,csv',
        describe: 'formats written for each principal to --out, as for --format of a single run',
        group: 'Output:',
      })
      .option('fail-on', {
        type: 'string',
        describe: 'exit 2 when it holds for any principal: the same words as for a single run',
        group: 'Output:',
      }),
  run: review,
};

async function review(args: Args, io: Io): Promise<ExitCode> {
  const format = String(args.format ?? 'summary');
  if (!isIndexFormat(format))
    throw new UsageError(`\`--format ${format}\` is not known here: use ${INDEX_NAMES.join(', ')}`);
  const pages = formatsOf(args.pages);
  const conditions = parseFailOn([String(args.failOn ?? '')], CHECK_IDS);
  const out = args.out === undefined || args.out === '' ? undefined : String(args.out);
  const match = String(args.match ?? '*');
  const window = readWindow(args, io.now());
  const config = await readConfig(args.config === undefined ? undefined : String(args.config), '.');
  const exclusions = readExclusions(args, window);
  const options = { ...planOptions(args, config.keep), leftOut: exclusions?.asked ?? [] };
  const skips = parseSkips(words(args.skipChecks));
  const source = await openSource(args, window, io);
  const reviewed = await readReviewed(args);
  const { account, problems } = reviewed;
  const previous =
    args.previous === undefined
      ? undefined
      : await readPrevious(String(args.previous), { match, accountId: account?.accountId });
  const decisions = args.decisions === undefined ? undefined : await readDecisions(String(args.decisions));
  const quiet = args.quiet === true;
  if (!quiet) for (const problem of problems) io.err(`note: ${problem}\n`);
  const catalogue = await loadCatalogue();
  const { resolve } = createResolver(catalogue);
  const evidence = await collect(source, { window, resolve, exclusions, quiet }, io);
  const subjects = subjectsOf(account, evidence.ledger.principals(), match);
  if (exclusions && !quiet)
    noteExclusions(
      exclusions,
      subjects.reviewed.map(({ ref }) => evidence.ledger.usage(ref)),
      io,
    );
  if (subjects.reviewed.length === 0)
    throw new UsageError(
      account
        ? `no role or user of account \`${account.accountId}\` matches \`--match ${match}\``
        : `no role or user in ${evidence.source.location} matches \`--match ${match}\`: check the place of the logs, or add \`--account\``,
    );
  const context = account && {
    account,
    window,
    catalogue,
    ...(reviewed.trails ? { trails: reviewed.trails } : {}),
  };
  const tally = createTally(conditions);
  const checks: CheckResult[] = [];
  const changes = new Map<string, FindingChanges>();
  /** A check that was switched off or has no input any more is not fixed. */
  const stillJudged = (earlier: Earlier): Earlier => ({
    ...earlier,
    checks: earlier.checks.filter((one) => context && hasInput(one.check, context) && !skips(one)),
  });
  const run: ReviewRun = {
    evidence,
    catalogue,
    window,
    options,
    reviewed,
    out,
    pages,
    width: io.width,
    tally,
    previous,
    decisions,
    changes,
  };
  const rows: ReviewRow[] = [];
  for (const subject of subjects.reviewed) {
    rows.push(await reviewOne(subject, run));
    if (context && subject.principal)
      checks.push(...checkPrincipal(subject.principal, evidence.ledger.usage(subject.ref), context));
    if (io.signal.aborted) throw io.signal.reason;
  }
  if (context) checks.push(...checkAccount(context));
  const counted = bySeverity(checks.filter((one) => !skips(one)));
  tally.gateChecks(counted);
  const idle = decisions?.idle() ?? 0;
  if (idle > 0 && !quiet)
    io.err(`note: ${plural(idle, 'decision')} to keep what names no action: nothing to keep in a policy\n`);
  const result: Review = {
    schemaVersion: REVIEW_VERSION,
    tool: { name: 'gen-policy', version: VERSION, catalogue: catalogue.version },
    window: {
      from: isoTime(window.from),
      to: isoTime(window.to),
      days: Math.round((window.to - window.from) / 864_000) / 100,
    },
    source: { kind: evidence.source.kind, location: evidence.source.location, records: evidence.records },
    ...(account ? { accountId: account.accountId } : {}),
    match,
    principals: ranked(rows),
    checks: counted,
    ...(previous ? { changes: compareReviews(stillJudged(previous.review), rows, counted, changes) } : {}),
    missing: subjects.missing,
    foreign: subjects.foreign,
  };
  const style = { colour: io.colour, width: io.width };
  if (out !== undefined) {
    const files = INDEX_NAMES.filter((name) => name !== 'summary').map((name) =>
      INDEX_FORMATS[name](result, style),
    );
    const written = await writeOutputs(files, { kind: 'directory', path: out });
    if (!quiet)
      io.err(`wrote ${written.join(', ')} and ${plural(tally.written(), 'file')} of the principals\n`);
  }
  io.out(INDEX_FORMATS[format](result, style).text);
  return tally.end(rows, args['allow-incomplete'] === true || args.allowIncomplete === true);
}

/** A comma-separated flag, or the list of the config file. */
const words = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value.map(String) : String(value ?? '').split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
