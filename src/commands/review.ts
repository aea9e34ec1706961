/** `gen-policy review`: every role and user in one pass over the logs, ranked by what to cut first. */
import { loadCatalogue } from '../catalogue/load.ts';
import { type ExitCode, UsageError } from '../errors.ts';
import { requestMembersRead } from '../permissions/needed.ts';
import { createResolver } from '../permissions/resolver.ts';
import { CHECK_IDS } from '../plan/checks/check.ts';
import { parseSkips } from '../plan/checks/run.ts';
import { createRedactor } from '../plan/redact.ts';
import type { FindingChanges } from '../plan/review/changes.ts';
import { createOutsideUse } from '../plan/review/outside.ts';
import type { ReviewRow } from '../plan/review/review.ts';
import { INDEX_FORMATS, INDEX_NAMES, indexFiles, isIndexFormat } from '../report/review/formats.ts';
import { plural } from '../report/text.ts';
import type { PrincipalUsage } from '../usage/usage.ts';
import type { Args, Command, Io } from './command.ts';
import { compileLater } from './compile-later.ts';
import { readConfig } from './config.ts';
import { pageFormats } from './deliver.ts';
import { collect, openSource } from './evidence.ts';
import { noteExclusions, readExclusions } from './exclusions.ts';
import { parseFailOn } from './gate.ts';
import { planOptions } from './plan-options.ts';
import { readWindow } from './principal-flags.ts';
import { type Reviewed, readReviewed } from './review-account.ts';
import { createChecker } from './review-checks.ts';
import { reviewFlags } from './review-flags.ts';
import { type ReviewRun, reviewOne } from './review-one.ts';
import { createPages } from './review-pages.ts';
import { readDecisions, readPrevious } from './review-previous.ts';
import { resultOf } from './review-result.ts';
import { subjectsOf } from './review-subjects.ts';
import { createTally } from './review-tally.ts';

export const command: Command = { builder: reviewFlags, run: review };

async function review(args: Args, io: Io): Promise<ExitCode> {
  if (args.dryRun === true) return (await import('./athena-dry-run.ts')).dryRun(args, io, 'all');
  const format = String(args.format ?? 'summary');
  if (!isIndexFormat(format))
    throw new UsageError(`\`--format ${format}\` is not known here: use ${INDEX_NAMES.join(', ')}`);
  // What is wrong with a flag shows before an hour of reading.
  pageFormats(args);
  parseFailOn([String(args.failOn ?? '')], CHECK_IDS);
  parseSkips(words(args.skipChecks));
  compileLater();
  const reviewed = await readReviewed(args, io);
  try {
    return await reviewAccounts(reviewed, args, io, format);
  } finally {
    await reviewed.dispose();
  }
}

async function reviewAccounts(
  reviewed: Reviewed,
  args: Args,
  io: Io,
  format: keyof typeof INDEX_FORMATS,
): Promise<ExitCode> {
  const quiet = args.quiet === true;
  const note = (text: string): void => {
    if (!quiet) io.err(`note: ${text}\n`);
  };
  const { accounts, unread } = reviewed;
  const match = String(args.match ?? '*');
  const window = readWindow(args, io.now());
  const config = await readConfig(args.config === undefined ? undefined : String(args.config), '.');
  const exclusions = readExclusions(args, window);
  const options = { ...planOptions(args, config.keep), leftOut: exclusions?.asked ?? [] };
  const source = await openSource(args, window, io);
  const ids = [...accounts.map(({ account }) => account.accountId), ...unread.map((one) => one.accountId)];
  const previous =
    args.previous === undefined
      ? undefined
      : await readPrevious(String(args.previous), { match, accounts: ids });
  const decisions = args.decisions === undefined ? undefined : await readDecisions(String(args.decisions));
  for (const { account, problems } of accounts)
    for (const problem of problems) note(accounts.length > 1 ? `${account.accountId}: ${problem}` : problem);
  const catalogue = await loadCatalogue();
  const { resolve } = createResolver(catalogue);
  const reads = (service: string, event: string) => requestMembersRead(catalogue, service, event);
  const outside = createOutsideUse(window);
  const evidence = await collect(
    source,
    { window, resolve, reads, exclusions, witness: outside.add, quiet },
    io,
  );
  const subjects = subjectsOf(accounts, evidence.ledger.principals(), match);
  if (subjects.reviewed.length === 0) throw nobody(reviewed, match, evidence.source.location);

  const tally = createTally(parseFailOn([String(args.failOn ?? '')], CHECK_IDS));
  const pages = args.out === undefined || args.out === '' ? undefined : createPages(String(args.out));
  const skips = parseSkips(words(args.skipChecks));
  const checker = createChecker(accounts, { window, catalogue, outside }, skips);
  const redactor = args.redact === true ? createRedactor() : undefined;
  const changes = new Map<string, FindingChanges>();
  const run: ReviewRun = {
    evidence,
    catalogue,
    window,
    options,
    pages,
    formats: pageFormats(args),
    redactor,
    width: io.width,
    tally,
    previous,
    decisions,
    outside,
    changes,
  };
  const rows: ReviewRow[] = [];
  const met: Pick<PrincipalUsage, 'accounting'>[] = [];
  for (const subject of subjects.reviewed) {
    const usage = evidence.ledger.usage(subject.ref);
    rows.push(await reviewOne(subject, usage, run));
    checker.principal(subject, usage);
    // Of ten thousand usages no more is kept than what people are told of.
    if (exclusions) met.push({ accounting: usage.accounting });
    if (io.signal.aborted) throw io.signal.reason;
  }
  if (exclusions && !quiet) noteExclusions(exclusions, met, io);
  const checks = checker.end();
  const missed = unread.filter((one) => !one.closed).map((one) => one.accountId);
  tally.gateChecks(checks, missed);
  const idle = decisions?.idle() ?? 0;
  if (idle > 0) note(`${plural(idle, 'decision')} to keep what names no action: nothing to keep in a policy`);
  const { judges } = checker;
  const whole = resultOf({ reviewed, match, rows, checks, subjects, previous, judges, run });
  const result = redactor ? redactor.review(whole) : whole;
  const style = { colour: io.colour, width: io.width };
  if (pages) {
    const written = await pages.finish(indexFiles(result, style));
    if (!quiet)
      io.err(`wrote ${written.join(', ')} and ${plural(pages.written(), 'file')} of the principals\n`);
  }
  io.out(INDEX_FORMATS[format].text(result, style));
  return tally.end(rows, args['allow-incomplete'] === true || args.allowIncomplete === true);
}

function nobody({ accounts }: Reviewed, match: string, location: string): UsageError {
  const [first] = accounts;
  if (!first)
    return new UsageError(
      `no role or user in ${location} matches \`--match ${match}\`: check the place of the logs, or add \`--account\``,
    );
  const where =
    accounts.length === 1 ? `account \`${first.account.accountId}\`` : `${accounts.length} accounts`;
  return new UsageError(`no role or user of ${where} matches \`--match ${match}\``);
}

/** A comma-separated flag, or the list of the config file. */
const words = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value.map(String) : String(value ?? '').split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
