/**
 * A moto server (AWS's APIs in memory, from PyPI) for integration tests. Its Python environment is made once, outside
 * the checkout, in `${XDG_CACHE_HOME:-~/.cache}/gen-policy-ci`. Where Python or the package cannot be had, `startMoto`
 * says `SKIPPED: why` and gives undefined, for use with `describe.skipIf(!moto)`.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

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

const run = (command: string, args: readonly string[]) =>
  spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 400_000 });

/** The Python of an environment that has moto, or why there is none. Made aside and renamed: runs may race for it. */
function python(): { readonly path: string } | { readonly why: string } {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gen-policy-ci');
  const home = join(cache, `moto-${VERSION}`);
  const path = join(home, 'bin', 'python');
  if (existsSync(path)) return { path };
  const base = ['python3', 'python'].find(
    (name) => run(name, ['-c', 'import sys; assert sys.version_info >= (3, 9)']).status === 0,
  );
  if (base === undefined) return { why: 'no Python 3.9 or later on the PATH' };
  mkdirSync(cache, { recursive: true });
  const aside = `${home}.${process.pid}`;
  const made = run(base, ['-m', 'venv', aside]);
  const installed =
    made.status === 0
      ? run(join(aside, 'bin', 'python'), [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--no-input',
          '--disable-pip-version-check',
          `moto[server]==${VERSION}`,
        ])
      : made;
  if (installed.status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    const said = `${installed.stderr ?? ''}${installed.stdout ?? ''}`.trim().split('\n').at(-1) ?? '';
    return {
      why: `moto ${VERSION} could not be installed: ${said || installed.error?.message || 'no reason given'}`,
    };
  }
  try {
    renameSync(aside, home);
  } catch {
    rmSync(aside, { recursive: true, force: true });
  }
  return existsSync(path) ? { path } : { why: `no Python environment at ${home}` };
}

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

/** Runs a Python program in the environment that has moto, and so boto3; its standard output. */
export function runPython(program: string, env: Readonly<Record<string, string>>): string {
  const found = python();
  if ('why' in found) throw new Error(found.why);
  return execFileSync(found.path, ['-c', program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
  });
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
