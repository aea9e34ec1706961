/** Input files: read whole, parsed, hashed for the certificate; every failure is one line that names file and cause. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';

export interface InputFile {
  readonly value: unknown;
  /** [file name without folders, sha256 hex of the bytes] */
  readonly digest: readonly [name: string, sha256: string];
}

/** Reads a JSON file named by a flag. Throws a UsageError that names the flag, the file and what is wrong with it. */
export async function readJsonFile(flag: string, path: string): Promise<InputFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT'
        ? 'does not exist'
        : error.code === 'EISDIR'
          ? 'is a folder'
          : `cannot be read (${error.code})`;
    throw new UsageError(`\`--${flag} ${path}\` ${why}`);
  });
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return { value, digest: [basename(path), createHash('sha256').update(bytes).digest('hex')] };
  } catch {
    throw new UsageError(`\`--${flag} ${path}\` is not JSON: give the unchanged output of the AWS command`);
  }
}
