/** The example of the README's Contributing section is a real row with a real case. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

it('shows rows and cases that exist', () => {
  const section = read('README.md').split('## Contributing')[1] ?? '';
  const blocks = [...section.matchAll(/```json\n\s*(\{.*\})\n/g)].map(
    (one) => JSON.parse(one[1]!) as { row?: string },
  );
  expect(blocks).toHaveLength(3);
  const rows: unknown[] = JSON.parse(read('src/permissions/data/operations.json'));
  const cases: unknown[] = JSON.parse(read('test/cases/permissions/operations.json'));
  for (const block of blocks) expect(block.row === undefined ? rows : cases).toContainEqual(block);
});
