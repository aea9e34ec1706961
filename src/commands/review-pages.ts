/**
 * The files of a review: a principal's appear together and whole, and the index comes last. A folder without index.json
 * is a review that did not finish. The pages are handed to the system, not forced onto the disk one by one as the files
 * of a single run are: for 500 principals that took longer than making them (test/bench/RESULTS-review.md). After a
 * power cut in the same minute a review is to be made again.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OutputFile } from '../report/output-file.ts';
import { INDEX_FORMATS } from '../report/review/formats.ts';
import { writeOutputs, writingFailed } from './output.ts';

export interface Pages {
  /** A principal's files into its folder. */
  write(folder: string, files: readonly OutputFile[]): Promise<void>;
  /** Files written so far. */
  written(): number;
  /** Writes the index; the paths of its files. */
  finish(index: readonly OutputFile[]): Promise<readonly string[]>;
}

/** @throws RunError where the disk refuses. */
export function createPages(out: string): Pages {
  let written = 0;
  const suffix = `.${randomBytes(6).toString('hex')}.partial`;
  const parents = new Set<string>();
  let begun = false;
  /** An index of an earlier run would speak of pages that this run is about to replace. */
  const begin = async (): Promise<void> => {
    begun = true;
    for (const format of Object.values(INDEX_FORMATS))
      await rm(join(out, format.file), { force: true }).catch(writingFailed(join(out, format.file)));
  };
  return {
    write: async (folder, files) => {
      if (!begun) await begin();
      const directory = join(out, folder);
      const parent = dirname(directory);
      if (!parents.has(parent)) {
        at(parent, () => mkdirSync(parent, { recursive: true }));
        parents.add(parent);
      }
      const partial = directory + suffix;
      try {
        at(directory, () => mkdirSync(partial));
        // Synchronously: for small files half the time is otherwise spent on handing them to another thread and back.
        for (const { name, text } of files) at(join(directory, name), () => put(join(partial, name), text));
        appear(partial, directory, files);
      } catch (error) {
        rmSync(partial, { force: true, recursive: true });
        throw error;
      }
      written += files.length;
    },
    written: () => written,
    finish: (index) => writeOutputs(index, { kind: 'directory', path: out }),
  };
}

/** One for all pages: memory of its own for each would be half of what a page costs to write. */
const page = Buffer.allocUnsafeSlow(1 << 20);
/** Bytes that a UTF-16 unit takes at most. */
const WIDEST = 3;

function put(path: string, text: string): void {
  if (text.length * WIDEST > page.length) {
    writeFileSync(path, text, { flag: 'wx' });
    return;
  }
  const size = page.write(text);
  const handle = openSync(path, 'wx');
  try {
    for (let done = 0; done < size; ) done += writeSync(handle, page, done, size - done);
  } finally {
    closeSync(handle);
  }
}

function at(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    writingFailed(path)(error);
  }
}

/** A new folder appears with all its files. In one of an earlier run, whose other files stay, each replaces its own. */
function appear(partial: string, directory: string, files: readonly OutputFile[]): void {
  try {
    renameSync(partial, directory);
    return;
  } catch {
    // What is wrong, if it is not that the folder exists, shows below.
  }
  at(directory, () => mkdirSync(directory, { recursive: true }));
  for (const { name } of files)
    at(join(directory, name), () => renameSync(join(partial, name), join(directory, name)));
  rmdirSync(partial);
}
