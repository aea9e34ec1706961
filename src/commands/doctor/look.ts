/** Looks at what a run would meet: who is asking, what the trails record, what is granted, what lies where. */
import type { AccountPrincipal } from '../../account/account.ts';
import type { Caller } from '../../account/live.ts';
import type { LiveOptions } from '../../account/live-calls.ts';
import { isExpected, UsageError } from '../../errors.ts';
import { inventoryDirectory } from '../../trail/directory.ts';
import type { TrailFacts } from '../../trail/facts.ts';
import type { Inventory } from '../../trail/inventory.ts';
import type { Sample } from '../../trail/s3/inventory.ts';
import { scanAll } from '../../trail/scan/files.ts';
import type { PrincipalFilter, Window } from '../../trail/source.ts';
import { type AwsArgs, awsOptions } from '../aws-flags.ts';
import type { Args, Io } from '../command.ts';
import { readGranted } from '../granted.ts';
import { bucketOptions } from '../s3-source.ts';
import { readsAccount } from './setup.ts';

/** The value, or the error of ours that it ended in: doctor goes on and tells. */
export type Found<T> =
  | { readonly value: T }
  | { readonly error: { readonly message: string; readonly exitCode: number } };

export async function found<T>(look: () => Promise<T>): Promise<Found<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!isExpected(error) || error instanceof UsageError) throw error;
    return { error };
  }
}

export async function liveOptions(args: Args, io: Io): Promise<LiveOptions> {
  const { awsClientConfig } = await import('../../trail/aws-config.ts');
  return { config: await awsClientConfig(awsOptions(args as AwsArgs)), signal: io.signal };
}

export const lookAtCaller = async (live: LiveOptions): Promise<Found<Caller>> =>
  found(async () => (await import('../../account/live.ts')).readCaller(live));

export interface Around {
  readonly principal?: AccountPrincipal;
  readonly trails?: readonly TrailFacts[];
  /** What could not be learnt, one line each. */
  readonly problems: readonly string[];
}

/** The principal and the trails: from files as a run takes them, or live where a run would ask. */
export async function lookAround(
  args: Args,
  filter: PrincipalFilter | undefined,
  live: LiveOptions | undefined,
  io: Io,
): Promise<Around> {
  const problems: string[] = [];
  const keep = <T>(one: Found<T>): T | undefined => {
    if ('value' in one) return one.value;
    problems.push(one.error.message);
    return undefined;
  };
  const given = args.account !== undefined && !['live', 'none'].includes(String(args.account));
  // Offline the reader of a run does it all; live the jobs that AWS would start for a run are left alone.
  const told =
    (given && filter) || args.trails !== undefined
      ? await readGranted(given && filter ? args : { ...args, account: 'none' }, filter ?? NOBODY, io)
      : undefined;
  problems.push(...(told?.problems ?? []));
  const principal =
    told?.principal ??
    (live && filter && readsAccount(args)
      ? keep(
          await found(async () => {
            const [{ readLivePrincipal }, { findPrincipal }] = await Promise.all([
              import('../../account/live.ts'),
              import('../../account/find-principal.ts'),
            ]);
            return findPrincipal((await readLivePrincipal(live, filter)).account, filter);
          }),
        )
      : undefined);
  const asked =
    told?.trails === undefined && live && args.source !== 'dir'
      ? keep(
          await found(async () =>
            (await import('../../trail/facts-live.ts')).readTrailFacts(awsOptions(args as AwsArgs)),
          ),
        )
      : undefined;
  problems.push(...(asked?.problems ?? []));
  const trails = told?.trails ?? asked?.trails;
  return { ...(principal ? { principal } : {}), ...(trails ? { trails } : {}), problems };
}

const NOBODY: PrincipalFilter = { kind: 'role', name: '-' };

export interface Logs extends Inventory {
  readonly sample?: Sample;
  readonly listings?: number;
  /** Digests in a bucket, read beside the log files. */
  readonly digests?: number;
  readonly listingMs?: number;
}

export interface LogsInput {
  readonly args: Args;
  readonly window: Window;
  readonly filter: PrincipalFilter | undefined;
  /** The principal's, where it is known: a run reads no other account's files. */
  readonly accountId: string | undefined;
  /** Objects to read at most to measure with. */
  readonly sample: number;
  readonly io: Io;
}

/** Monotonic milliseconds, for what is measured; no decision hangs on it. */
const clock = (): number => performance.now();

export async function lookAtFolder({ args, window, filter, sample }: LogsInput): Promise<Logs> {
  if (args.logs === undefined)
    throw new UsageError('no logs given: add `--logs PATH` with a folder or file of CloudTrail logs');
  const { files, ...inventory } = await inventoryDirectory(String(args.logs), window);
  const step = Math.max(1, Math.ceil(files.length / Math.max(1, sample)));
  const few = sample === 0 ? [] : files.filter((_, index) => index % step === 0);
  const started = clock();
  let [objects, bytes] = [0, 0];
  for await (const { file, bytes: size } of scanAll(few, filter ? { principals: [filter] } : {}))
    if (file && size > 0) {
      objects += 1;
      bytes += size;
    }
  return { ...inventory, sample: { objects, bytes, ms: clock() - started } };
}

export async function lookAtBucket({
  args,
  window,
  filter,
  accountId,
  sample,
  io,
}: LogsInput): Promise<Logs> {
  const [place, { inventoryBucket }] = await Promise.all([
    bucketOptions(args),
    import('../../trail/s3/inventory.ts'),
  ]);
  return inventoryBucket({
    aws: awsOptions(args as AwsArgs),
    ...(accountId !== undefined && { accounts: [accountId] }),
    ...place,
    ...(filter && { principals: [filter] }),
    window,
    sample,
    clock,
    signal: io.signal,
  });
}
