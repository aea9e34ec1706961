/** What mutation starts from: the samples' records, real logs where they are at hand, and the policies of samples and cases. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const SHARED = process.env.GEN_POLICY_SHARED ?? join('..', '..', 'shared');
/** Enough of one file: later records of a trail are much like the earlier. */
const PER_FILE = 40;

export interface Corpus {
  readonly records: readonly unknown[];
  readonly policies: readonly unknown[];
}

/** Read from the working folder, which is the repository's. Sorted, so that a seed means the same input again. */
export function readCorpus(): Corpus {
  const logs = [...filesIn('samples/trail'), ...filesIn(join(SHARED, 'logs')), ...filesIn('../shared/logs')];
  const records = logs.flatMap((path) => recordsOf(path).slice(0, PER_FILE));
  const policies = [
    ...policiesIn(JSON.parse(readFileSync('samples/account.json', 'utf8'))),
    ...filesIn('test/cases/policy').flatMap((path) => policiesIn(JSON.parse(readFileSync(path, 'utf8')))),
    ...filesIn('policies').flatMap((path) => policiesIn(JSON.parse(readFileSync(path, 'utf8')))),
  ];
  return { records, policies };
}

const filesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.json(\.gz)?$/.test(name) && !name.endsWith('MANIFEST.json'))
        .sort()
        .map((name) => join(folder, name))
    : [];

function recordsOf(path: string): readonly unknown[] {
  try {
    const bytes = readFileSync(path);
    const parsed = JSON.parse(String(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes)) as unknown;
    if (Array.isArray(parsed)) return parsed;
    const { Records } = parsed as { Records?: unknown };
    return Array.isArray(Records) ? Records : [];
  } catch {
    return [];
  }
}

/** Every object in a value that has a `Statement`; percent-encoded texts of one as well. */
function policiesIn(value: unknown): unknown[] {
  if (typeof value === 'string' && value.startsWith('%7B')) {
    return policiesIn(JSON.parse(decodeURIComponent(value)));
  }
  if (value === null || typeof value !== 'object') return [];
  const inside = Object.values(value).flatMap(policiesIn);
  return Object.hasOwn(value, 'Statement') ? [value, ...inside] : inside;
}
