/** The built command in a process of its own: for faults that only a real process, disk or signal can have. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EXIT } from '../../src/errors.ts';
import { CANARIES } from './world.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
export const CLI = `${ROOT}dist/cli.js`;
/** No fault may keep a run longer. */
const LIMIT = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  /** A shell line in which `"$@"` stands for the command. */
  readonly shell?: string;
  /** Runs as nobody where the tests run as root, for whom nothing is forbidden. */
  readonly nobody?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export function start(
  args: readonly string[],
  { shell, nobody = false, env = {} }: StartOptions = {},
): Started {
  const command = [process.execPath, CLI, ...args];
  const [file, ...rest] = shell === undefined ? command : ['/bin/sh', '-c', shell, 'sh', ...command];
  const child = spawn(file!, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: CANARIES.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CANARIES.secretAccessKey,
      AWS_SESSION_TOKEN: CANARIES.sessionToken,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
    ...(nobody && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`still running after ${LIMIT} ms`));
    }, LIMIT);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
  return { child, ended };
}

/** Throws unless the run ended with one clear line and one of the codes. */
export function oneLine({ code, out, err }: Ended, codes: readonly number[] = [EXIT.error]): void {
  const lines = err
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('note: ') && !line.startsWith('wrote '));
  const wrong = !codes.includes(code ?? -1)
    ? `exit ${code}`
    : lines.length !== 1 || !/^gen-policy: .*[^.]$/.test(lines[0]!)
      ? 'no one clear line'
      : Object.values(CANARIES).some((one) => (out + err).includes(one))
        ? 'a credential came out'
        : undefined;
  if (wrong !== undefined) throw new Error(`${wrong}: ${err.slice(0, 600)}`);
}

/** Whether a file system of our own can be mounted, in a name space of our own. */
export const canMount = (): boolean =>
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
