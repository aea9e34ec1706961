/** Reads the JSON case files of a room: a row is a test, and a new case needs no code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CASES = new URL('../cases', import.meta.url).pathname;

export interface CaseFile<T> {
  readonly file: string;
  readonly cases: readonly T[];
}

/** Every `*.json` in test/cases/<folder>, sorted; throws when there is none, for an empty test proves nothing. */
export function readCases<T>(folder: string): readonly CaseFile<T>[] {
  const files = readdirSync(join(CASES, folder))
    .filter((file) => file.endsWith('.json'))
    .sort();
  if (files.length === 0) throw new Error(`no case files in ${folder}`);
  return files.map((file) => ({
    file,
    cases: JSON.parse(readFileSync(join(CASES, folder, file), 'utf8')) as T[],
  }));
}
