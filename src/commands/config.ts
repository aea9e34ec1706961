/** The config file: values for flags, and keep rules. JSON and nothing else: no code of it is ever executed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { KeepRule } from '../plan/input.ts';
import { parseKeepRules } from '../plan/keep-rules.ts';

export interface Config {
  /** Flag name without dashes to its value, for yargs: weaker than flags and the environment. */
  readonly flags: Readonly<Record<string, ConfigValue>>;
  readonly keep: readonly KeepRule[];
}
type ConfigValue = string | number | boolean | readonly string[];

/** Read from the working folder where no `--config` names another. */
const DEFAULT_NAME = 'gen-policy.config.json';
const EMPTY: Config = { flags: {}, keep: [] };

/**
 * `path` from `--config`; undefined looks for the default name in `folder` and takes its absence for an empty file.
 * @throws UsageError for a file that cannot be read or is not understood.
 */
export async function readConfig(path: string | undefined, folder: string): Promise<Config> {
  const name = path ?? DEFAULT_NAME;
  let text: string;
  try {
    text = await readFile(path ?? join(folder, DEFAULT_NAME), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (path === undefined && code === 'ENOENT') return EMPTY;
    throw new UsageError(`config file \`${name}\` cannot be read (${code}): check \`--config\``);
  }
  return parseConfig(text, name);
}

/** @throws UsageError naming what is wrong. Flags are checked by name and range where the command line is. */
export function parseConfig(text: string, origin: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(
      `config file \`${origin}\` is not JSON (${(error as Error).message.split('\n')[0]})`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(
      `config file \`${origin}\` holds no object: give flags by name, and keep rules under \`keep\``,
    );
  const { keep, ...flags } = value as Record<string, unknown>;
  for (const [name, one] of Object.entries(flags))
    if (!isConfigValue(one))
      throw new UsageError(
        `\`${name}\` in \`${origin}\` is neither text, number, true, false nor a list of texts`,
      );
  return {
    flags: flags as Config['flags'],
    keep: keep === undefined ? [] : parseKeepRules(keep, origin),
  };
}

const isConfigValue = (value: unknown): value is ConfigValue =>
  ['string', 'number', 'boolean'].includes(typeof value) ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'));
