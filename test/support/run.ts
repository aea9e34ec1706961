/** Runs a command line in this process, with streams that remember. */
import { Readable } from 'node:stream';
import { main } from '../../src/commands/main.ts';
import type { ExitCode } from '../../src/errors.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly now?: number;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Width 100, no colours, no terminal; the clock stands at `now`, 2026-08-30 where none is given. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]),
    env: options.env ?? {},
    tty: false,
    colour: false,
    width: 100,
    signal: options.signal ?? new AbortController().signal,
    now: () => options.now ?? Date.UTC(2026, 7, 30),
  });
  return { code, out, err };
}
