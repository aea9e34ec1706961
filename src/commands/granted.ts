/** From flags to what is granted: account, last-accessed report and trail facts, from files, a snapshot or live AWS. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Account, AccountPrincipal, LastAccessed } from '../account/account.ts';
import { parseAuthorizationDetails } from '../account/authorization-details.ts';
import { findPrincipal, ownerAdvice } from '../account/find-principal.ts';
import { parseLastAccessed, requireReportOn } from '../account/last-accessed.ts';
import { AccessError, UsageError } from '../errors.ts';
import { oneLine } from '../trail/aws-error.ts';
import type { TrailFacts } from '../trail/facts.ts';
import { parseTrails } from '../trail/facts-read.ts';
import type { PrincipalFilter } from '../trail/source.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Io } from './command.ts';
import { type InputFile, readJsonFile } from './read-json.ts';

export interface Granted {
  /** Undefined without an account: nothing can be compared. */
  readonly account?: Account;
  readonly principal?: AccountPrincipal;
  readonly lastAccessed?: LastAccessed;
  readonly trails?: readonly TrailFacts[];
  /** What could not be read, one line each, for people. */
  readonly problems: readonly string[];
  readonly digests: readonly InputFile['digest'][];
}

/** `--account`: a file, a snapshot folder, `live` (the default where the events come from AWS too) or `none`. */
export async function readGranted(args: Args, filter: PrincipalFilter, io: Io): Promise<Granted> {
  if (Array.isArray(args.account))
    throw new UsageError('`--account` is given more than once: only `review` takes several accounts');
  const given = args.account === undefined ? (args.source === 'dir' ? 'none' : 'live') : String(args.account);
  const found =
    given === 'none'
      ? NOTHING
      : given === 'live'
        ? await fromAws(args, filter, io)
        : await fromPath(given, filter);
  const files: InputFile['digest'][] = [];
  const read = async (flag: string, value: unknown): Promise<unknown> => {
    const file = await readJsonFile(flag, String(value));
    files.push(file.digest);
    return file.value;
  };
  const { principal } = found;
  const lastAccessed =
    args.lastAccessed === undefined
      ? found.lastAccessed
      : {
          ...parseLastAccessed(await read('last-accessed', args.lastAccessed), String(args.lastAccessed)),
          // The plan names the file, not the folder of this machine.
          origin: basename(String(args.lastAccessed)),
        };
  if (lastAccessed && principal) requireReportOn(lastAccessed, principal);
  const trails =
    args.trails === undefined
      ? undefined
      : parseTrails(await read('trails', args.trails), String(args.trails));
  const facts = trails?.trails ?? found.trails;
  return {
    ...found,
    ...(lastAccessed ? { lastAccessed } : {}),
    ...(facts ? { trails: facts } : {}),
    problems: [...found.problems, ...(trails?.problems ?? [])],
    digests: [...found.digests, ...files],
  };
}

const NOTHING: Granted = { problems: [], digests: [] };

async function fromPath(path: string, filter: PrincipalFilter): Promise<Granted> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) {
    const { readSnapshot } = await import('../account/snapshot.ts');
    const snapshot = await readSnapshot(path);
    const principal = pick(snapshot.account, filter);
    const lastAccessed = await snapshot.lastAccessed(principal);
    return {
      account: snapshot.account,
      principal,
      ...(lastAccessed ? { lastAccessed } : {}),
      ...(snapshot.trails ? { trails: snapshot.trails.trails } : {}),
      problems: [
        ...snapshot.account.problems,
        ...(snapshot.trails?.problems ?? []),
        ...aroundAccount(snapshot.account),
      ],
      digests: [],
    };
  }
  const file = await readJsonFile('account', path);
  const account = parseAuthorizationDetails(file.value, path);
  return { account, principal: pick(account, filter), problems: account.problems, digests: [file.digest] };
}

/** Service and resource control policies only cut what a role may do: context for the reader, nothing to tighten here. */
function aroundAccount({ facts }: Account): readonly string[] {
  const names = [
    ...new Set((facts?.organization?.policies ?? []).map((one) => `${one.type} \`${oneLine(one.name)}\``)),
  ].sort();
  return names.length === 0
    ? []
    : [`policies of the organisation also decide and are not changed: ${names.join(', ')}`];
}

async function fromAws(args: Args, filter: PrincipalFilter, io: Io): Promise<Granted> {
  const aws = awsOptions(args as AwsArgs);
  const [{ awsClientConfig }, live, advisor, facts, { openIam }] = await Promise.all([
    import('../trail/aws-config.ts'),
    import('../account/live.ts'),
    import('../account/live-last-accessed.ts'),
    import('../trail/facts-live.ts'),
    import('../account/live-calls.ts'),
  ]);
  const options = { config: await awsClientConfig(aws), signal: io.signal };
  const { account } = await live.readLivePrincipal(options, filter);
  const principal = pick(account, filter);
  const problems: string[] = [...account.problems];
  /** Without Access Advisor or trail facts the plan only keeps more: say so and go on. */
  const optional = async <T>(task: () => Promise<T>): Promise<T | undefined> =>
    task().catch((error: unknown) => {
      if (!(error instanceof AccessError)) throw error;
      problems.push(error.message);
      return undefined;
    });
  const lastAccessed = await optional(async () =>
    advisor.readLastAccessed(await openIam(options), principal.arn),
  );
  const trails = await optional(() => facts.readTrailFacts(aws));
  return {
    account,
    principal,
    ...(lastAccessed ? { lastAccessed } : {}),
    ...(trails ? { trails: trails.trails } : {}),
    problems: [...problems, ...(trails?.problems ?? [])],
    digests: [],
  };
}

/** Refuses what AWS or Identity Center owns: its policies cannot be changed where we would say so. */
function pick(account: Account, filter: PrincipalFilter): AccountPrincipal {
  const principal = findPrincipal(account, filter);
  const advice = ownerAdvice(principal);
  if (advice !== undefined) throw new UsageError(advice);
  return principal;
}
