/** `gen-policy snapshot`: saves what AWS says of the account, for offline runs, tests and audits. */
import { EXIT, UsageError } from '../errors.ts';
import { compileGlob, matchGlob } from '../policy/glob.ts';
import { VERSION } from '../version.ts';
import { AWS_FLAGS, type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Command, Io } from './command.ts';

export const command: Command = {
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', describe: 'new folder to write to', demandOption: true })
      .option('match', {
        type: 'string',
        default: '*',
        describe:
          'roles and users whose last-accessed reports to get, by name; `*` and `?` match any characters',
      })
      .option('last-accessed', {
        type: 'boolean',
        default: true,
        describe:
          'get the last-accessed reports, a job of some seconds each; --no-last-accessed leaves them out',
      })
      .option('allow-incomplete', {
        type: 'boolean',
        describe: 'exit 0 although something could not be read',
      })
      .options(AWS_FLAGS),
  run: async (args, io) => {
    const directory = String(args.out);
    if (directory === '') throw new UsageError('`--out` names no folder: give a new one');
    const pattern = compileGlob(String(args.match).toLowerCase(), { variables: false, wildcards: true });
    const quiet = args.quiet === true;
    const aws = awsOptions(args as AwsArgs);
    const [{ awsClientConfig }, { takeSnapshot }] = await Promise.all([
      import('../trail/aws-config.ts'),
      import('../account/live-snapshot.ts'),
    ]);
    const taken = await takeSnapshot({
      config: await awsClientConfig(aws),
      signal: io.signal,
      aws,
      directory,
      wanted: ({ name }) => args.lastAccessed !== false && matchGlob(pattern, name.toLowerCase()),
      version: VERSION,
      takenAt: new Date(io.now()).toISOString(),
      ...(quiet || !io.tty ? {} : { onProgress: progress(io) }),
    });
    if (!quiet) {
      for (const line of taken.missing) io.err(`note: ${line}\n`);
      io.err(`wrote ${taken.files.length} files to ${directory}\n`);
    }
    const { accountId, principals } = taken.account;
    const roles = principals.filter((one) => one.kind === 'role').length;
    io.out(
      `account ${accountId}: ${roles} roles, ${principals.length - roles} users, ${taken.files.length} files\n`,
    );
    if (!taken.whole)
      io.out(`incomplete: ${taken.missing.length} parts could not be read, named in snapshot.json\n`);
    return taken.whole || args.allowIncomplete === true ? EXIT.done : EXIT.incomplete;
  },
};

/** One line, redrawn, and gone when all is done. */
function progress(io: Io): (done: number, total: number) => void {
  return (done, total) =>
    io.err(done === total ? '\r\u001b[2K' : `\r\u001b[2Klast-accessed reports: ${done} of ${total}`);
}
