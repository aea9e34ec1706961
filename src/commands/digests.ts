/** Validation of digests from flags: what `validate-logs` and `--verify-digests` share. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import type { Archive } from '../trail/digest/archive.ts';
import { openFolder } from '../trail/digest/folder.ts';
import { keysFromFile, type PublicKeys } from '../trail/digest/keys.ts';
import { openValidation, type Validation, type ValidationReport } from '../trail/digest/validate.ts';
import type { Window } from '../trail/source.ts';
import { type AwsArgs, awsOptions } from './aws-flags.ts';
import type { Args, Io } from './command.ts';
import { bucketOptions } from './s3-source.ts';

export interface OpenValidation {
  readonly validation: Validation;
  close(): void;
}

/** `window` is of delivery. `accounts`: those to look at in a bucket where no flag names any. */
export async function validateFromFlags(
  args: Args,
  window: Window,
  io: Io,
  accounts?: readonly string[],
): Promise<ValidationReport> {
  const { validation, close } = await validationFromFlags(args, window, io, accounts);
  try {
    return await validation.finish();
  } finally {
    close();
  }
}

/** As `validateFromFlags`, up to where log files are judged. */
export async function validationFromFlags(
  args: Args,
  window: Window,
  io: Io,
  accounts?: readonly string[],
): Promise<OpenValidation> {
  const closers: (() => void)[] = [];
  const close = (): void => {
    for (const one of closers) one();
  };
  try {
    const keys = await keysOf(args, closers);
    const archive = await archiveOf(args, window, io, accounts, closers);
    const trail = args.trail === undefined ? undefined : String(args.trail).split('/').at(-1)!;
    const validation = await openValidation({
      window,
      archive,
      keys,
      signal: io.signal,
      ...(trail !== undefined && { trail }),
    });
    return { validation, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function keysOf(args: Args, closers: (() => void)[]): Promise<PublicKeys> {
  if (args.publicKeys === undefined) {
    const { liveKeys } = await import('../trail/digest/keys-live.ts');
    const keys = liveKeys(awsOptions(args as AwsArgs));
    closers.push(keys.close);
    return keys;
  }
  const file = String(args.publicKeys);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `\`--public-keys ${file}\` cannot be read (${error.code ?? 'unknown'}): name a file`,
    );
  });
  return keysFromFile(text, file);
}

async function archiveOf(
  args: Args,
  window: Window,
  io: Io,
  accounts: readonly string[] | undefined,
  closers: (() => void)[],
): Promise<Archive> {
  if (args.source === 'dir') {
    if (args.logs === undefined)
      throw new UsageError("no logs given: add `--logs PATH` with a copy of the trail's bucket");
    return openFolder(String(args.logs));
  }
  const aws = awsOptions(args as AwsArgs);
  const { openBucketArchive } = await import('../trail/digest/bucket.ts');
  const place = await bucketOptions(args);
  const scope = accounts && { accounts };
  const archive = await openBucketArchive({ ...scope, ...place, aws, window, signal: io.signal });
  closers.push(archive.close);
  return archive;
}
