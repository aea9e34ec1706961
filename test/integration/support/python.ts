/**
 * A Python environment with one package from PyPI, made once, outside the checkout, in
 * `${XDG_CACHE_HOME:-~/.cache}/gen-policy-ci`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, args: readonly string[]) =>
  spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 400_000 });

export type Python = { readonly path: string } | { readonly why: string };

/**
 * The Python of an environment that has the package in that version (`extra`: as pip writes it, e.g. `[server]`), or why
 * there is none. Made aside and renamed: runs may race for it.
 */
export function pythonWith(name: string, version: string, extra = ''): Python {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gen-policy-ci');
  const home = join(cache, `${name}-${version}`);
  const path = join(home, 'bin', 'python');
  if (existsSync(path)) return { path };
  const base = ['python3', 'python'].find(
    (one) => run(one, ['-c', 'import sys; assert sys.version_info >= (3, 9)']).status === 0,
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
          `${name}${extra}==${version}`,
        ])
      : made;
  if (installed.status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    const said = `${installed.stderr ?? ''}${installed.stdout ?? ''}`.trim().split('\n').at(-1) ?? '';
    return {
      why: `${name} ${version} could not be installed: ${said || installed.error?.message || 'no reason given'}`,
    };
  }
  try {
    renameSync(aside, home);
  } catch {
    rmSync(aside, { recursive: true, force: true });
  }
  return existsSync(path) ? { path } : { why: `no Python environment at ${home}` };
}

/** Runs a Python program in an environment; its standard output. */
export const runIn = (path: string, program: string, env: Readonly<Record<string, string>>): string =>
  execFileSync(path, ['-c', program], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
  });
