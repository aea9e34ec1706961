/** From flags to the plan's input for one principal: what generate, verify and demo share. */
import { loadCatalogue } from '../catalogue/load.ts';
import { EvidenceError, UsageError } from '../errors.ts';
import { createResolver } from '../permissions/resolver.ts';
import type { PlanInput } from '../plan/input.ts';
import type { PrincipalFilter, Window } from '../trail/source.ts';
import type { PrincipalRef, PrincipalUsage } from '../usage/usage.ts';
import type { Args, Io } from './command.ts';
import { readConfig } from './config.ts';
import { collect, type Evidence, openSource } from './evidence.ts';
import { noteExclusions, readExclusions } from './exclusions.ts';
import { type Granted, readGranted } from './granted.ts';
import { planInput } from './plan-input.ts';
import { planOptions } from './plan-options.ts';
import { readPrincipal, readWindow } from './principal-flags.ts';

/** Reads everything the flags name and puts the plan's input together. Notes for people go to stderr. */
export async function analyse(args: Args, io: Io): Promise<PlanInput> {
  const filter = readPrincipal(args);
  const window = readWindow(args, io.now());
  const config = await readConfig(args.config === undefined ? undefined : String(args.config), '.');
  const exclusions = readExclusions(args, window);
  const options = { ...planOptions(args, config.keep), leftOut: exclusions?.asked ?? [] };
  const source = await openSource(args, window, io);
  const granted = await readGranted(args, filter, io);
  const catalogue = await loadCatalogue();
  const wanted = wantedOf(granted, filter);
  const quiet = args.quiet === true;
  const { resolve } = createResolver(catalogue);
  const evidence = await collect(source, { window, wanted: [wanted], resolve, exclusions, quiet }, io);
  const usage = pickUsage(evidence, wanted, granted, window);
  if (exclusions && !quiet) noteExclusions(exclusions, [usage], io);
  if (!quiet) for (const problem of granted.problems) io.err(`note: ${problem}\n`);
  return planInput({ evidence, usage, granted, catalogue, window, options });
}

/** Whom to look for in the logs: what the account tells of the principal, or else the flags. */
export const wantedOf = ({ principal }: Granted, filter: PrincipalFilter): PrincipalFilter =>
  principal
    ? { kind: principal.kind, name: principal.name, accountId: principal.accountId, arn: principal.arn }
    : filter;

/** The usage of the principal asked for. Without an account a name may stand for several, or for none. */
function pickUsage(
  evidence: Evidence,
  wanted: PrincipalFilter,
  { principal }: Granted,
  window: Window,
): PrincipalUsage {
  if (principal) return evidence.ledger.usage(principal);
  const seen = evidence.ledger.principals();
  if (seen.length > 1)
    throw new UsageError(
      `\`${wanted.name}\` exists in ${seen.length} accounts of these logs: use \`--principal\` with one of ${seen.map(({ arn }) => arn).join(', ')}`,
    );
  const only: PrincipalRef | undefined = seen[0];
  if (!only)
    throw new EvidenceError(
      `no record of ${wanted.kind} \`${wanted.name}\` among ${grouped(evidence.records)} records in \`${evidence.source.location}\`: check name, account and window, or add \`--account\` to judge an idle ${wanted.kind}`,
    );
  const usage = evidence.ledger.usage(only);
  const outside = usage.accounting.buckets['outside-window'];
  if (outside > 0 && usage.entries.length + usage.denials.length + usage.unmapped.length === 0)
    throw new EvidenceError(
      `no record of ${wanted.kind} \`${wanted.name}\` from ${iso(window.from)} to ${iso(window.to)}, ${grouped(outside)} outside it: choose another window with \`--from\` and \`--to\`, or add \`--account\``,
    );
  return usage;
}

const grouped = (count: number): string => count.toLocaleString('en-US');
const iso = (time: number): string => new Date(time).toISOString().slice(0, 19);
