/** What the store holds, for people, and getting rid of it. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readIndex } from './segment.ts';
import { SCOPE_FILE, SEGMENT } from './store.ts';

export interface ScopeStats {
  readonly bucket: string;
  readonly knowledge: string;
  /** `role/name`; undefined: all principals. */
  readonly principals?: readonly string[];
  readonly objects: number;
  readonly bytes: number;
  /** Epoch ms at which something was added last; 0 where nothing was. */
  readonly usedAt: number;
}

const SCOPE_FOLDER = /^[0-9a-f]{32}$/;

/** One row a scope (bucket, filter, knowledge version), largest first. A folder that does not exist holds nothing. */
export function storeStats(directory: string): readonly ScopeStats[] {
  const rows = scopeFolders(directory).map((folder) => {
    const objects = new Set<string>();
    let [bytes, usedAt] = [0, 0];
    for (const name of readdirSync(folder).filter((one) => one.endsWith(SEGMENT))) {
      const path = join(folder, name);
      const info = statSync(path);
      bytes += info.size;
      usedAt = Math.max(usedAt, info.mtimeMs);
      for (const [key] of readIndex(path)) objects.add(key);
    }
    return { ...describedIn(folder), objects: objects.size, bytes, usedAt };
  });
  return rows.sort((a, b) => b.bytes - a.bytes || (a.bucket < b.bucket ? -1 : 1));
}

/** Deletes every scope and gives their number. Touches nothing that the store did not make. */
export function clearStore(directory: string): number {
  const folders = scopeFolders(directory);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return folders.length;
}

const scopeFolders = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && SCOPE_FOLDER.test(entry.name))
        .map((entry) => join(directory, entry.name))
        .filter((folder) => existsSync(join(folder, SCOPE_FILE)))
    : [];

type Described = Pick<ScopeStats, 'bucket' | 'knowledge' | 'principals'>;

function describedIn(folder: string): Described {
  try {
    const { bucket, knowledge, principals } = JSON.parse(
      readFileSync(join(folder, SCOPE_FILE), 'utf8'),
    ) as Described;
    return { bucket, knowledge, ...(principals && { principals }) };
  } catch {
    return { bucket: 'unknown', knowledge: 'unknown' };
  }
}
