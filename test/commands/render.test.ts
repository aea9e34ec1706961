import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Args, Io } from '../../src/commands/command.ts';
import { FORMAT_WORDS } from '../../src/commands/output-flags.ts';
import { command } from '../../src/commands/render.ts';
import { GateError, UsageError } from '../../src/errors.ts';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { renderJson } from '../../src/report/json.ts';
import { samplePlan } from '../support/plan-fixture.ts';

const world = (stdin = ''): Io & { readonly said: string[] } => {
  const said: string[] = [];
  return {
    said,
    out: (text) => said.push(text),
    err: () => undefined,
    stdin: Readable.from([Buffer.from(stdin)]),
    env: {},
    tty: false,
    colour: false,
    width: 100,
    signal: new AbortController().signal,
    now: () => 0,
  };
};
const args = (given: Record<string, unknown>): Args => ({ _: [], $0: 'gen-policy', ...given });
const json = renderJson(samplePlan());

async function saved(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'gen-policy-render-')), 'result.json');
  await writeFile(path, text);
  return path;
}

describe('gen-policy render', () => {
  it('names every format in its help', () => expect(FORMAT_WORDS.split(', ')).toEqual(FORMAT_NAMES));

  it.each(FORMAT_NAMES)('reads result.json from stdin and prints %s', async (format) => {
    const io = world(json);
    expect(await command.run(args({ result: '-', format }), io)).toBe(0);
    expect(io.said.join('').length).toBeGreaterThan(50);
  });

  it('gives the same bytes for result.json as it read', async () => {
    const io = world();
    await command.run(args({ result: await saved(json), format: 'json' }), io);
    expect(io.said.join('')).toBe(json);
  });

  it('adds formats to the folder and prints the summary', async () => {
    const path = await saved(json);
    const out = join(path, '..', 'out');
    const io = world();
    await command.run(args({ result: path, out, format: 'html,csv' }), io);
    const names = await readdir(out);
    expect(names).toContain('report.html');
    expect(names).toContain('findings.csv');
    expect(names).toContain('report.md');
    expect(io.said.join('')).toContain('orders-api');
  });

  it('writes one format to one file', async () => {
    const path = await saved(json);
    const output = join(path, '..', 'x.sarif');
    const io = world();
    await command.run(args({ result: path, output, format: 'sarif' }), io);
    expect(io.said).toEqual([]);
    expect(JSON.parse(await readFile(output, 'utf8')).version).toBe('2.1.0');
  });

  it('trips a gate only after it has printed', async () => {
    const io = world(json);
    await expect(command.run(args({ result: '-', 'fail-on': 'unused' }), io)).rejects.toThrow(GateError);
    expect(io.said.join('')).toContain('Removed or narrowed');
  });

  it.each([
    ['not JSON', 'nope', {}, 'is not JSON'],
    ['a list', '[]', {}, 'is no result of gen-policy'],
    ['another version', '{"schemaVersion":"9.0"}', {}, 'has schema version `9.0`'],
    ['a missing part', '{"schemaVersion":"1.0"}', {}, 'is no result of gen-policy'],
    [
      'a wrong word',
      json.replace('"severity": "critical"', '"severity": "huge"'),
      {},
      '`/findings/0/severity` must be equal to one of the allowed values',
    ],
    ['an unknown format', json, { format: 'pdf' }, '`--format pdf` is not known'],
    ['an inherited name', json, { format: 'constructor' }, '`--format constructor` is not known'],
    ['two formats for stdout', json, { format: 'csv,html' }, 'name a folder with --out'],
    ['a file and a folder', json, { output: 'a', out: 'b' }, 'give one of them'],
    ['a misspelt gate', json, { 'fail-on': 'unsued' }, '`--fail-on unsued` is not known'],
  ])('refuses %s', async (_name, stdin, given, message) => {
    const run = (): Promise<unknown> => command.run(args({ result: '-', ...given }), world(stdin));
    await expect(run()).rejects.toThrow(UsageError);
    await expect(run()).rejects.toThrow(message);
  });

  it('says which file is missing', async () => {
    await expect(command.run(args({ result: '/nowhere/result.json' }), world())).rejects.toThrow(
      '`/nowhere/result.json` does not exist',
    );
  });
});
