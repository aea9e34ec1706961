/**
 * `--account live` and `--org-role`: accounts read from AWS for one review. Each goes through a snapshot in a folder
 * that only this user can read and that is gone after the run, so a live review and one on a saved snapshot see the
 * same, and last-accessed reports need no memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { isExpected, UsageError } from '../errors.ts';
import { compileGlob, matchGlob } from '../policy/glob.ts';
import { plural } from '../report/text.ts';
import type { AwsOptions } from '../trail/aws-config.ts';
import { VERSION } from '../version.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Io } from './command.ts';
import { fromSnapshot, type ReviewedAccount, type UnreadAccount } from './review-account.ts';

export interface LiveAccounts {
  readonly accounts: readonly ReviewedAccount[];
  readonly unread: readonly UnreadAccount[];
  dispose(): Promise<void>;
}

/** Accounts at a time: each starts jobs of its own, which AWS throttles by account. */
const AT_ONCE = 4;

interface Target {
  readonly accountId?: string;
  readonly name?: string;
  readonly aws: AwsOptions;
}

/**
 * The account of the credentials, or with `role` every account of its organisation but those in `taken`. One that
 * cannot be read is named in `unread`.
 * @throws the error of the first account where none could be read.
 */
export async function readLiveAccounts(
  args: Args,
  io: Io,
  { role, taken }: { readonly role: string | undefined; readonly taken: readonly string[] },
): Promise<LiveAccounts> {
  const aws = awsOptions(args as AwsArgs);
  const closed: UnreadAccount[] = [];
  const targets = role === undefined ? [{ aws }] : await membersOf(aws, role, io, taken, closed);
  const root = await mkdtemp(join(tmpdir(), 'gen-policy-live-'));
  const dispose = (): Promise<void> => rm(root, { recursive: true, force: true });
  const limit = pLimit(AT_ONCE);
  let done = 0;
  let first: unknown;
  const read = async (target: Target, index: number): Promise<ReviewedAccount | UnreadAccount> => {
    try {
      return await readOne(target, join(root, String(index)), args, io);
    } catch (error) {
      // Without its id there is nothing to name: the only account of the run.
      if (io.signal.aborted || !isExpected(error) || target.accountId === undefined) throw error;
      first ??= error;
      const { accountId, name } = target;
      return { accountId, ...(name ? { name } : {}), reason: error.message, closed: false };
    } finally {
      done += 1;
      if (io.tty && args.quiet !== true && targets.length > 1)
        io.err(
          done === targets.length ? '\r\u001b[2K' : `\r\u001b[2Kaccounts read: ${done} of ${targets.length}`,
        );
    }
  };
  try {
    const found = await Promise.all(targets.map((one, index) => limit(() => read(one, index))));
    const accounts = found.filter((one): one is ReviewedAccount => 'account' in one);
    if (accounts.length === 0 && taken.length === 0 && first !== undefined) throw first;
    const unread = [...closed, ...found.filter((one): one is UnreadAccount => !('account' in one))];
    if (args.quiet !== true && unread.length > 0)
      io.err(`note: ${plural(unread.length, 'account')} of the organisation not reviewed, see the review\n`);
    return { accounts, unread: unread.sort((a, b) => (a.accountId < b.accountId ? -1 : 1)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const ROLE = /^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** The organisation's accounts with the credentials for each. The own account is read without the role. */
async function membersOf(
  aws: AwsOptions,
  role: string,
  io: Io,
  taken: readonly string[],
  closed: UnreadAccount[],
): Promise<readonly Target[]> {
  if (!ROLE.test(role))
    throw new UsageError(`\`--org-role ${role}\` is no role name: give its name (and path), not an ARN`);
  const [{ awsClientConfig }, { listAccounts }, { readCaller }] = await Promise.all([
    import('../trail/aws-config.ts'),
    import('../account/live-accounts.ts'),
    import('../account/live.ts'),
  ]);
  const config = await awsClientConfig(aws);
  const live = { config, signal: io.signal };
  const caller = await readCaller(live);
  const targets: Target[] = [];
  for (const { accountId, name, active, state } of await listAccounts(live)) {
    if (taken.includes(accountId)) continue;
    const told = { accountId, ...(name === '' ? {} : { name }) };
    if (!active) closed.push({ ...told, reason: `the account is ${state.toLowerCase()}`, closed: true });
    else if (accountId === caller.accountId) targets.push({ ...told, aws });
    else {
      const roleArn = `arn:${caller.partition}:iam::${accountId}:role/${role}`;
      const { externalId: _, ...rest } = aws;
      targets.push({ ...told, aws: { ...rest, roleArn, credentials: config.credentials } });
    }
  }
  return targets;
}

async function readOne(target: Target, directory: string, args: Args, io: Io): Promise<ReviewedAccount> {
  const [{ awsClientConfig }, { takeSnapshot }] = await Promise.all([
    import('../trail/aws-config.ts'),
    import('../account/live-snapshot.ts'),
  ]);
  const pattern = compileGlob(String(args.match ?? '*').toLowerCase(), { variables: false, wildcards: true });
  await takeSnapshot({
    config: await awsClientConfig(target.aws),
    signal: io.signal,
    aws: target.aws,
    directory,
    wanted: ({ name }) => matchGlob(pattern, name.toLowerCase()),
    version: VERSION,
    takenAt: new Date(io.now()).toISOString(),
  });
  const read = await fromSnapshot(directory, 'live');
  return { ...read, ...(target.name === undefined ? {} : { name: target.name }) };
}
