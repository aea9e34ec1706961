/** `gen-policy render result.json`: any other format of a plan that was made before. Reads nothing else. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { type Plan, SCHEMA_VERSION } from '../plan/plan.ts';
import schema from '../plan/result.schema.json' with { type: 'json' };
import { clip, visible } from '../report/escape/visible.ts';
import type { Args, Command, Io } from './command.ts';
import { delivery } from './deliver.ts';
import { outputFlags } from './output-flags.ts';

export const command: Command = {
  ownOutput: true,
  builder: (yargs) =>
    outputFlags(yargs)
      .positional('result', { type: 'string', demandOption: true, describe: 'a result.json, or - for stdin' })
      .option('out', { type: 'string', describe: 'folder to write to', group: 'Output:' }),
  run: async (args: Args, io: Io) => {
    // The evidence was judged when the plan was made; showing it again is not a reason to fail.
    const deliver = delivery({ ...args, 'allow-incomplete': true }, io);
    return deliver(await readPlan(String(args.result), io));
  },
};

/** Reads and checks a plan. @throws UsageError that names the first thing wrong with it. */
async function readPlan(path: string, io: Io): Promise<Plan> {
  const name = path === '-' ? 'stdin' : path;
  const text = path === '-' ? await everything(io) : await readFile(path, 'utf8').catch(missing(path));
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UsageError(`\`${name}\` is not JSON: give a result.json that gen-policy wrote`);
  }
  const version = isObject(value) ? value.schemaVersion : undefined;
  if (typeof version === 'string' && version !== SCHEMA_VERSION)
    throw new UsageError(
      `\`${name}\` has schema version \`${clip(visible(version), 40)}\` and this gen-policy reads ${SCHEMA_VERSION}: make it again or use the version that wrote it`,
    );
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const valid = new Ajv2020({ strict: false, validateFormats: false }).compile<Plan>(schema);
  if (valid(value)) return value;
  const first = valid.errors?.[0];
  throw new UsageError(
    `\`${name}\` is no result of gen-policy: \`${clip(visible(first?.instancePath || '/'), 120)}\` ${visible(first?.message ?? 'is wrong')}`,
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const missing =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    const why =
      error.code === 'ENOENT'
        ? 'does not exist'
        : error.code === 'EISDIR'
          ? 'is a folder: name the result.json in it'
          : `cannot be read (${error.code})`;
    throw new UsageError(`\`${path}\` ${why}`);
  };

async function everything(io: Io): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of io.stdin) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString('utf8');
}
