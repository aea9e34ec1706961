/** The evidence the scores are measured on: real records and the truth table, where the shared folder is present. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface TruthRow {
  readonly eventSource: string;
  readonly eventName: string;
  readonly actions: readonly string[];
  readonly conditionalActions?: readonly string[];
  readonly dependentActions?: readonly string[];
  readonly confidence: 'agreed' | 'single-source' | 'disputed' | 'unmapped';
  readonly nontrivial: boolean;
  readonly noPermission?: boolean;
  readonly semantics?: 'anyOf' | 'all';
}

export const sharedFolder = (root: string): string =>
  process.env.GEN_POLICY_SHARED ?? join(root, '..', 'shared');

export const hasShared = (folder: string): boolean =>
  existsSync(join(folder, 'truth')) && existsSync(join(folder, 'logs'));

export const readTruth = (folder: string): readonly TruthRow[] =>
  gunzipSync(readFileSync(join(folder, 'truth/event-actions.jsonl.gz')))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TruthRow);

/** Every record under logs/, in the order of the files' names. */
export function readRecords(folder: string): readonly unknown[] {
  const files = readdirSync(join(folder, 'logs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json.gz'))
    .sort();
  return files.flatMap(
    (file) =>
      (
        JSON.parse(gunzipSync(readFileSync(join(folder, 'logs', file))).toString('utf8')) as {
          Records: unknown[];
        }
      ).Records,
  );
}
