/**
 * Values for flags from the environment (`GEN_POLICY_DAYS`) and the config file. A flag wins over the environment, the
 * environment over the file; a name that the command does not take is left alone, because the next command may.
 */
import type { Argv } from 'yargs';
import { UsageError } from '../errors.ts';
import { type Config, readConfig } from './config.ts';

const PREFIX = 'GEN_POLICY_';

/** Gives a command's parser the values of its own flags. `argv` is looked at for `--config` only. */
export async function withDefaults(
  yargs: Argv,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Argv> {
  const known = knownFlags(yargs);
  const given = new Map<string, unknown>();
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue;
    const flag = name.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (known.has(flag)) given.set(flag, value);
  }
  if (known.has('config')) {
    const { flags } = await configFile(argv, given);
    for (const [name, value] of Object.entries(flags)) {
      if (!known.has(name)) throw new UsageError(`\`${name}\` in the config file is no flag of this command`);
      if (!given.has(name)) given.set(name, value);
    }
  }
  return given.size === 0 ? yargs : yargs.config(Object.fromEntries(given));
}

/** The flags a parser takes, without its own two. yargs keeps them on the instance; the types leave the method out. */
export function knownFlags(yargs: Argv): ReadonlySet<string> {
  const { key } = (yargs as unknown as { getOptions(): { key: Record<string, unknown> } }).getOptions();
  return new Set(Object.keys(key).filter((name) => name !== 'help' && name !== 'version'));
}

function configFile(argv: readonly string[], given: ReadonlyMap<string, unknown>): Promise<Config> {
  const at = argv.findIndex((one) => one === '--config' || one.startsWith('--config='));
  const flag =
    at < 0 ? undefined : argv[at]!.includes('=') ? argv[at]!.slice('--config='.length) : argv[at + 1];
  const path = flag ?? given.get('config');
  return readConfig(path === undefined ? undefined : String(path), '.');
}
