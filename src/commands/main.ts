/** Parses one command line, loads the one command it names, turns errors into exit codes. */
import yargs, { type Argv } from 'yargs';
import { EXIT, type ExitCode, isExpected, UsageError } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { Args, Command, Io } from './command.ts';
import { knownFlags, withDefaults } from './defaults.ts';
import { REPEATED } from './exclusion-flags.ts';
import { generateFlags } from './generate-flags.ts';
import { outputFlag } from './output-flags.ts';
import { COMMANDS } from './table.ts';

const EXAMPLES: readonly (readonly [string, string])[] = [
  [
    '$0 --role app --days 90 --source dir --logs ./trail --account account.json --out review',
    'tighten a role from downloaded logs',
  ],
  ['$0 demo', 'see it work on the bundled samples'],
];

/** Parses and runs one command line. Returns the exit code; never throws for what a person can mend. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let chosen: ((args: Args) => Promise<ExitCode>) | undefined;
  const lazily = (load: () => Promise<{ readonly command: Command }>) => async (args: Args) =>
    runIn((await load()).command, lastOnes(args, argv), io);
  const parser = yargs([...argv])
    .scriptName('gen-policy')
    .usage(
      '$0 --role NAME --days N [options]\n\nFinds the permissions a role really used and writes the policy it should have.',
    )
    .command(
      '$0',
      'generate a tightened policy for one principal (default)',
      (builder) => withDefaults(generateFlags(builder), argv, io.env),
      () => {
        chosen = lazily(() => import('./generate.ts'));
      },
    );
  for (const { name, usage, describe, load } of COMMANDS)
    parser.command(
      usage ?? name,
      describe,
      async (builder) => withDefaults(withOutput((await load()).command.builder(builder)), argv, io.env),
      () => {
        chosen = lazily(load);
      },
    );
  for (const [command, what] of EXAMPLES) parser.example(command, what);
  parser
    .option('quiet', { type: 'boolean', describe: 'no progress and no notes on stderr', global: true })
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .strict()
    .wrap(Math.min(io.width, 120))
    .parserConfiguration({
      'duplicate-arguments-array': true,
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(oneLine(message));
    });
  try {
    let output = '';
    const args = await parser.parseAsync([...argv], {}, (_error: unknown, _args: unknown, text: string) => {
      output = text;
    });
    if (output !== '') io.out(`${output}\n`);
    return chosen ? await chosen(args as Args) : EXIT.done;
  } catch (error) {
    return report(error, io);
  }
}

/** Every command has `--output`; one that does not bring its own gets what it prints sent to the file. */
const withOutput = (yargs: Argv): Argv => (knownFlags(yargs).has('output') ? yargs : outputFlag(yargs));

async function runIn(command: Command, args: Args, io: Io): Promise<ExitCode> {
  if (args.output === undefined || command.ownOutput === true) return command.run(args, io);
  const { intoFile } = await import('./into-file.ts');
  return intoFile(String(args.output), io, (inside) => command.run(args, inside));
}

/** Of a flag that is given twice the last one counts, unless it is made to be repeated. */
function lastOnes(args: Args, argv: readonly string[]): Args {
  const times = (flag: string): number =>
    argv.filter((one) => one === `--${flag}` || one.startsWith(`--${flag}=`)).length;
  const entries = Object.entries(args).map(([name, value]) => {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const last = Array.isArray(value) && !REPEATED.has(flag) && times(flag) > 1;
    return [name, last ? value.at(-1) : value];
  });
  return Object.fromEntries(entries) as Args;
}

/** yargs explains over several lines and with capitals; ours is one line. */
const oneLine = (message: string): string => {
  const line = message.replace(/\s*\n\s*/g, ' ').trim();
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}: see \`gen-policy --help\``;
};

/** What the system can run out of anywhere: no fault of the command, and nothing a stack trace explains. */
const EXHAUSTED: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'too many open files for this process: raise `ulimit -n` and run again'],
  ['ENFILE', 'too many open files on this machine: close some and run again'],
  ['ENOMEM', 'the machine is out of memory: free some and run again'],
]);

function report(error: unknown, io: Io): ExitCode {
  if (io.signal.aborted) return interrupted(io.signal);
  if (isExpected(error)) {
    io.err(`gen-policy: ${error.message}\n`);
    return error.exitCode;
  }
  const exhausted = EXHAUSTED.get(String((error as NodeJS.ErrnoException | undefined)?.code));
  if (exhausted !== undefined) {
    io.err(`gen-policy: ${exhausted}\n`);
    return EXIT.error;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`gen-policy: this is a bug, please report it with the lines below\n${stack}\n`);
  return EXIT.error;
}

export const interrupted = (signal: AbortSignal): ExitCode =>
  signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
