/** `gen-policy validate-logs`: are the log files those that CloudTrail delivered, by the digests that it signs? */
import { EXIT, type ExitCode } from '../errors.ts';
import { prettyJson } from '../report/escape/json.ts';
import type { ValidationReport } from '../trail/digest/validate.ts';
import type { Window } from '../trail/source.ts';
import { AWS_FLAGS, PUBLIC_KEYS_FLAG } from './aws-flags.ts';
import type { Args, Command, Io } from './command.ts';
import { validateFromFlags } from './digests.ts';
import { readWindow, windowFlags } from './principal-flags.ts';
import { S3_FLAGS } from './s3-flags.ts';
import { validationText } from './validate-logs-view.ts';

const { bucket, prefix, trail, accounts, regions } = S3_FLAGS;

export const command: Command = {
  builder: (yargs) =>
    windowFlags(yargs)
      .option('source', {
        choices: ['dir', 's3'] as const,
        default: 'dir' as const,
        describe: 'where the digests and the log files are',
        group: 'Evidence:',
      })
      .option('logs', {
        type: 'string',
        describe: "folder with a copy of the trail's bucket (--source dir)",
        group: 'Evidence:',
      })
      .options({
        ...PUBLIC_KEYS_FLAG,
        ...AWS_FLAGS,
        bucket,
        prefix,
        trail: { ...trail, describe: 'trail whose digests to follow; all that are there' },
        accounts: { ...accounts, describe: 'account ids to look at, comma-separated; all that are there' },
        regions,
        'requester-pays': S3_FLAGS['requester-pays'],
        'expected-bucket-owner': S3_FLAGS['expected-bucket-owner'],
      })
      .option('verbose', { type: 'boolean', describe: 'name valid files too', group: 'Output:' })
      .option('format', {
        choices: ['text', 'json'] as const,
        default: 'text' as const,
        describe: 'how the answer is written',
        group: 'Output:',
      }),
  run: async (args, io) => {
    const window = windowOf(args, io);
    const report = await validateFromFlags(args, window, io);
    const shown = args.verbose === true ? report.findings : report.findings.filter(notValid);
    const complete = isComplete(report);
    io.out(
      args.format === 'json'
        ? `${prettyJson({ complete, ...report, findings: shown })}\n`
        : validationText({ ...report, findings: shown }, complete),
    );
    return exitCode(report, complete);
  },
};

const notValid = ({ status }: { readonly status: string }): boolean => status !== 'valid';

/** A copy is looked at whole unless a window is asked for. */
function windowOf(args: Args, io: Io): Window {
  const given = [args.days, args.from, args.to, args.end].some((flag) => flag !== undefined);
  if (given || args.source === 's3') return readWindow(args, io.now());
  return { from: 0, to: Math.floor(io.now() / 1000) * 1000 };
}

/** Whether all of the window could be shown. The newest hours have no digest yet, which is as it should be. */
function isComplete({ chains, digests, logs, findings }: ValidationReport): boolean {
  const open = findings.filter((one) => one.status !== 'valid' && one.fault !== 'not-yet-covered');
  const whole = chains.every(({ gaps, tail }) => gaps.length === 0 && tail?.overdue !== true);
  return digests.valid > 0 && open.length === 0 && whole && logs.invalid === 0;
}

function exitCode({ digests, logs }: ValidationReport, complete: boolean): ExitCode {
  if (digests.invalid + logs.invalid > 0) return EXIT.gate;
  return complete ? EXIT.done : EXIT.incomplete;
}
