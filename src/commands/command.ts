/** What a command is: flags for yargs and a run that ends in an exit code. One file a command, loaded when it is called. */
import type { Readable } from 'node:stream';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { ExitCode } from '../errors.ts';

/** The world outside: data to `out`, everything else to `err`. Tests pass their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stderr is a terminal: progress is drawn only there. */
  readonly tty: boolean;
  /** Whether stdout takes colours (a terminal, no NO_COLOR). */
  readonly colour: boolean;
  /** Columns of stdout; 100 where it is no terminal. */
  readonly width: number;
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Epoch ms: the only clock a command sees. */
  now(): number;
}

export type Args = ArgumentsCamelCase<Record<string, unknown>>;

export interface Command {
  /** True for a command that takes `--output` itself; for any other, what it prints goes to that file. */
  readonly ownOutput?: true;
  builder(yargs: Argv): Argv;
  run(args: Args, io: Io): Promise<ExitCode>;
}
