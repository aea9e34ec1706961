/** The process: streams, terminal, signals; everything else is commands/main.ts. */
import { hideBin } from 'yargs/helpers';
import type { Io } from './commands/command.ts';
import { interrupted, main } from './commands/main.ts';
import { whyNot } from './commands/output.ts';
import { EXIT } from './errors.ts';

/** The real process: streams, terminal, signals. */
function processIo(): Io {
  const controller = new AbortController();
  // Not `once`: a second signal while no listener is there would end the process without its exit code.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // A second signal ends the process at once, whatever still runs.
      if (controller.signal.aborted) process.exit(interrupted(controller.signal));
      controller.abort(signal);
    });
  const { NO_COLOR } = process.env;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    env: process.env,
    tty: process.stderr.isTTY === true,
    colour: process.stdout.isTTY === true && (NO_COLOR === undefined || NO_COLOR === ''),
    width: process.stdout.columns ?? 100,
    signal: controller.signal,
    now: () => Date.now(),
  };
}

// A reader that goes away (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`gen-policy: cannot write to standard output: ${whyNot(error)}\n`);
  process.exit(EXIT.error);
});
process.exitCode = await main(hideBin(process.argv), processIo());
