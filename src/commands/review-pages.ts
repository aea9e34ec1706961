/**
 * The files of a review: each appears whole under its name, and the index comes last, when all the others are on the
 * disk. A folder without index.json is a review that did not finish.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { OutputFile } from '../report/output-file.ts';
import { INDEX_FORMATS } from '../report/review/formats.ts';
import { writeOutputs, writingFailed } from './output.ts';

export interface Pages {
  /** A principal's files into its folder. */
  write(folder: string, files: readonly OutputFile[]): Promise<void>;
  /** Files written so far. */
  written(): number;
  /** Syncs everything written, then writes the index; the paths of its files. */
  finish(index: readonly OutputFile[]): Promise<readonly string[]>;
}

const AT_ONCE = 16;

/** @throws RunError where the disk refuses. */
export function createPages(out: string): Pages {
  const paths: string[] = [];
  let begun = false;
  /** An index of an earlier run would speak of pages that this run is about to replace. */
  const begin = async (): Promise<void> => {
    begun = true;
    for (const format of Object.values(INDEX_FORMATS))
      await rm(join(out, format.file), { force: true }).catch(writingFailed(join(out, format.file)));
  };
  // Synchronously: for small files half the time is otherwise spent on handing them to another thread and back.
  const put = (path: string, text: string): void => {
    const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
    try {
      writeFileSync(partial, text, { flag: 'wx' });
      renameSync(partial, path);
    } catch (error) {
      rmSync(partial, { force: true });
      writingFailed(path)(error);
    }
    paths.push(path);
  };
  return {
    write: async (folder, files) => {
      if (!begun) await begin();
      const directory = join(out, folder);
      try {
        mkdirSync(directory, { recursive: true });
      } catch (error) {
        writingFailed(directory)(error);
      }
      for (const file of files) put(join(directory, file.name), file.text);
    },
    written: () => paths.length,
    finish: async (index) => {
      const limit = pLimit(AT_ONCE);
      await Promise.all(paths.map((path) => limit(() => sync(path))));
      return writeOutputs(index, { kind: 'directory', path: out });
    },
  };
}

async function sync(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    writingFailed(path)(error);
  }
}
