/** Puts rendered files where they were asked for: whole or not at all, and data only on stdout. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RunError, UsageError } from '../errors.ts';
import type { OutputFile } from '../report/output-file.ts';

export type OutputTarget =
  /** Every file into a folder, which is made where it is missing. */
  | { readonly kind: 'directory'; readonly path: string }
  /** Exactly one file, under the name the user gave. */
  | { readonly kind: 'file'; readonly path: string }
  /** One after another; JSON documents in a row are what `jq` reads. */
  | { readonly kind: 'stdout'; readonly out: (text: string) => void };

/**
 * Writes the files and returns the paths written, in order; none for stdout. Each file appears complete under its name
 * or not at all (written beside it, synced, renamed).
 * @throws UsageError where several files are to go into one; RunError where the disk refuses.
 */
export async function writeOutputs(
  files: readonly OutputFile[],
  target: OutputTarget,
): Promise<readonly string[]> {
  if (target.kind === 'stdout') {
    for (const file of files) target.out(file.text);
    return [];
  }
  if (target.kind === 'file') {
    if (files.length !== 1)
      throw new UsageError(
        `\`${target.path}\` can take one file and this format gives ${files.length}: name a folder with --out instead`,
      );
    return [await writeWhole(target.path, files[0]!.text)];
  }
  const written: string[] = [];
  for (const file of files) {
    if (basename(file.name) !== file.name || file.name === '.' || file.name === '..')
      throw new RunError(`refusing to write \`${file.name}\`: not a plain file name`);
    written.push(await writeWhole(join(target.path, file.name), file.text));
  }
  return written;
}

async function writeWhole(path: string, text: string): Promise<string> {
  const full = resolve(path);
  const partial = `${full}.${randomBytes(6).toString('hex')}.partial`;
  try {
    // A device or a pipe is written to, never replaced by a file: `--output /dev/stdout`.
    const there = await stat(full).catch(() => undefined);
    if (there && !there.isFile() && !there.isDirectory()) {
      await writeFile(full, text, 'utf8');
      return path;
    }
    await makeFolder(dirname(full));
    const handle = await open(partial, 'wx');
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, full);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    writingFailed(path)(error);
  }
  return path;
}

/** Throws what a file system's error on `path` means as a RunError. */
export const writingFailed =
  (path: string) =>
  (error: unknown): never => {
    throw new RunError(`cannot write \`${path}\`: ${whyNot(error)}`);
  };

/** Node answers ENOENT for whatever a read-only or full disk says to a path of several steps: asked step by step it tells. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const parent = dirname(path);
    if (parent !== path && !(await stat(parent).catch(() => undefined))) await makeFolder(parent);
    await mkdir(path);
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'the file is larger than the system allows'],
  ['EIO', 'the disk reports an error'],
  ['EISDIR', 'a folder of that name exists'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EEXIST', 'a part of the path is a file'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENOENT', 'a part of the path does not exist'],
]);

/** Why the disk refused, in words. */
export function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS.get(code) ?? (code === '' ? String(error) : code);
}
