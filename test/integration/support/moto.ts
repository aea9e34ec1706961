/**
 * A moto server (AWS's APIs in memory, from PyPI) for integration tests. Its Python environment is made once, outside
 * the checkout, in `${XDG_CACHE_HOME:-~/.cache}/gen-policy-ci`. Where Python or the package cannot be had, `startMoto`
 * says `SKIPPED: why` and gives undefined, for use with `describe.skipIf(!moto)`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { type Python, pythonWith, runIn } from './python.ts';

const VERSION = '5.2.5';
const START_TIMEOUT_MS = 60_000;

export interface Moto {
  /** e.g. `http://127.0.0.1:40123`: the endpoint of every service. */
  readonly url: string;
  /** Forgets everything that was created. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The account moto answers for. */
export const MOTO_ACCOUNT = '123456789012';

/** Ends with its parent, even a killed one: the pipe to its standard input closes. */
const SERVER = `
import os, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
`;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until && child.exitCode === null) {
    try {
      if ((await fetch(`${url}/moto-api/data.json`)).ok) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

const python = (): Python => pythonWith('moto', VERSION, '[server]');

/** Runs a Python program in the environment that has moto, and so boto3; its standard output. */
export function runPython(program: string, env: Readonly<Record<string, string>>): string {
  const found = python();
  if ('why' in found) throw new Error(found.why);
  return runIn(found.path, program, env);
}

/** Starts a server of its own on a free port; undefined, with a line on standard error, where it cannot be had. */
export async function startMoto(env: Readonly<Record<string, string>> = {}): Promise<Moto | undefined> {
  const skip = (why: string): undefined => {
    process.stderr.write(`SKIPPED: ${why}\n`);
  };
  const found = python();
  if ('why' in found) return skip(found.why);
  for (let attempt = 0; attempt < 3; attempt++) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const child = spawn(found.path, ['-c', SERVER, String(port)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, ...env },
    });
    const stop = async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      });
    };
    if (await answers(url, child)) {
      const reset = async (): Promise<void> => {
        const response = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
        if (!response.ok) throw new Error(`moto did not reset: ${response.status}`);
      };
      return { url, reset, stop };
    }
    await stop();
  }
  return skip('the moto server did not start');
}
