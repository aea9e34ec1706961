/** Reads a file of queries/, from a checkout or an installed package. */
import { readFile } from 'node:fs/promises';
import { RunError } from '../errors.ts';

/** The bundle lies in dist/ or dist/chunks/, the sources in src/commands/. */
export async function readQuery(name: string): Promise<string> {
  for (const place of ['../queries/', '../../queries/'])
    try {
      return await readFile(new URL(`${place}${name}.sql`, import.meta.url), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  throw new RunError(`the query \`${name}.sql\` is missing: install the package again`);
}
