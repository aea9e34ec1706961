/** `gen-policy doctor`: before a run, what it may do, what the evidence can show, and what it takes. */
import { EXIT, type ExitCode, UsageError } from '../errors.ts';
import type { Args, Command } from './command.ts';
import type { Verdict } from './doctor/examination.ts';
import { evidenceFlags } from './generate-flags.ts';
import { principalFlags, readPrincipal, readWindow, windowFlags } from './principal-flags.ts';

/** Objects read at most to measure how fast this machine gets at them. */
const SAMPLE = 64;

export const command: Command = {
  builder: (yargs) =>
    evidenceFlags(windowFlags(principalFlags(yargs)))
      .option('access-analyzer', {
        type: 'boolean',
        default: false,
        describe: 'look at what --access-analyzer needs, too',
        group: 'Policy:',
      })
      .option('for', {
        choices: ['generate', 'snapshot'] as const,
        default: 'generate' as const,
        describe: 'what is to be run',
        group: 'Doctor:',
      })
      .option('sample', {
        type: 'number',
        default: SAMPLE,
        describe: 'log files to read to measure the speed and to try what may be read; 0: none',
        group: 'Doctor:',
      })
      .option('print-policy', {
        choices: ['json', 'terraform'] as const,
        describe: 'print only the smallest policy that lets gen-policy run so',
        group: 'Doctor:',
      })
      .option('format', {
        choices: ['text', 'json'] as const,
        default: 'text' as const,
        describe: 'how the answer is written',
        group: 'Output:',
      }),
  run: async (args, io) => {
    const input = {
      args,
      filter: namesPrincipal(args) ? readPrincipal(args) : undefined,
      window: readWindow(args, io.now()),
      sample: sampleOf(args.sample),
      io,
    };
    const [{ examine, smallestPolicy }, { examinationText }, own, { prettyJson }] = await Promise.all([
      import('./doctor/examine.ts'),
      import('./doctor/view.ts'),
      import('./doctor/own-policy.ts'),
      import('../report/escape/json.ts'),
    ]);
    if (args.printPolicy !== undefined) {
      const { policy, notes } = await smallestPolicy(input);
      if (policy.Statement.length === 0)
        throw new UsageError('this run reads no AWS account, so no policy is needed for it');
      const left = own.placeholdersIn(policy);
      const all = left.length > 0 ? [`replace what is not known here: ${left.join(', ')}`, ...notes] : notes;
      if (args.quiet !== true) for (const note of all) io.err(`note: ${note}\n`);
      io.out(args.printPolicy === 'terraform' ? own.policyTerraform(policy) : own.policyJson(policy));
      return EXIT.done;
    }
    const found = await examine(input);
    io.out(args.format === 'json' ? `${prettyJson(found)}\n` : examinationText(found));
    return exitCode(found.verdict, args);
  },
};

const namesPrincipal = ({ role, user, principal }: Args): boolean =>
  [role, user, principal].some((flag) => flag !== undefined);

function sampleOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 10_000)
    throw new UsageError(`\`--sample ${value}\` is no whole number from 0 to 10000`);
  return value;
}

/** As a run ends: 4 where a call it cannot do without is denied, 3 where the evidence would be incomplete. */
function exitCode(verdict: Verdict, args: Args): ExitCode {
  if (verdict === 'not ready') return EXIT.access;
  return verdict === 'ready' || args.allowIncomplete === true ? EXIT.done : EXIT.incomplete;
}
