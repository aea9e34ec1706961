import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeOutputs } from '../../src/commands/output.ts';
import { RunError, UsageError } from '../../src/errors.ts';

const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), 'gen-policy-output-'));
const a = { name: 'a.json', text: '{}\n' };
const b = { name: 'b.json', text: '[]\n' };

describe('writeOutputs', () => {
  it('makes the folder and leaves nothing but the files', async () => {
    const path = join(await scratch(), 'deep', 'out');
    expect(await writeOutputs([a, b], { kind: 'directory', path })).toEqual([
      join(path, 'a.json'),
      join(path, 'b.json'),
    ]);
    expect((await readdir(path)).sort()).toEqual(['a.json', 'b.json']);
    expect(await readFile(join(path, 'b.json'), 'utf8')).toBe('[]\n');
  });

  it('replaces an older file whole', async () => {
    const path = join(await scratch(), 'a.json');
    await writeFile(path, 'old and longer');
    await writeOutputs([a], { kind: 'file', path });
    expect(await readFile(path, 'utf8')).toBe('{}\n');
  });

  it('refuses several files for one name, and names that are paths', async () => {
    const path = await scratch();
    await expect(writeOutputs([a, b], { kind: 'file', path: join(path, 'x') })).rejects.toThrow(UsageError);
    await expect(writeOutputs([{ name: '../x', text: '' }], { kind: 'directory', path })).rejects.toThrow(
      RunError,
    );
    expect(await readdir(path)).toEqual([]);
  });

  it('says what the disk refused and leaves no partial file', async () => {
    const path = await scratch();
    await writeFile(join(path, 'file'), '');
    await expect(writeOutputs([a], { kind: 'directory', path: join(path, 'file') })).rejects.toThrow(
      /cannot write `.*a\.json`: a part of the path is a file/,
    );
    await expect(writeOutputs([a], { kind: 'file', path: '/dev/full/x' })).rejects.toThrow(RunError);
    await chmod(path, 0o700);
    expect(await readdir(path)).toEqual(['file']);
  });

  it('writes to stdout one after another', async () => {
    const seen: string[] = [];
    await writeOutputs([a, b], { kind: 'stdout', out: (text) => seen.push(text) });
    expect(seen).toEqual(['{}\n', '[]\n']);
  });
});
