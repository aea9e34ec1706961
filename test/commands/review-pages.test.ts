import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPages } from '../../src/commands/review-pages.ts';

let out = '';
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'gen-policy-pages-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const tree = async (): Promise<readonly string[]> =>
  (await readdir(out, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(out.length + 1))
    .sort();
const files = (text: string) => ['a.html', 'b.json'].map((name) => ({ name, text }));

it('puts the files of each principal into a folder of its own, and the index last', async () => {
  const pages = createPages(out);
  await pages.write('111122223333/role-a', files('one'));
  await pages.write('111122223333/role-b', files('two'));
  expect(pages.written()).toBe(4);
  expect(await pages.finish([{ name: 'index.json', text: '{}' }])).toEqual([join(out, 'index.json')]);
  expect(await tree()).toEqual([
    ...['role-a/a.html', 'role-a/b.json', 'role-b/a.html', 'role-b/b.json'].map(
      (one) => `111122223333/${one}`,
    ),
    'index.json',
  ]);
});

it('replaces its own files of an earlier run and leaves what somebody put beside them', async () => {
  await createPages(out).write('1/role-a', files('old'));
  await writeFile(join(out, '1/role-a/notes.txt'), 'mine');
  await writeFile(join(out, 'index.json'), 'of the earlier run');
  await createPages(out).write('1/role-a', files('new'));
  expect(await tree()).toEqual(['1/role-a/a.html', '1/role-a/b.json', '1/role-a/notes.txt']);
  expect(await readFile(join(out, '1/role-a/a.html'), 'utf8')).toBe('new');
});

it('says which path refuses, and leaves nothing half-written', async () => {
  await createPages(out).write('1/role-a', []);
  await writeFile(join(out, '1/role-b'), 'a file in the way');
  await expect(createPages(out).write('1/role-b', files('new'))).rejects.toThrow(
    `cannot write \`${join(out, '1/role-b')}\`: a part of the path is a file`,
  );
  expect(await tree()).toEqual(['1/role-b']);
});
