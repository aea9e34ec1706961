// Bundles one TypeScript file of the tests and runs it: benchmarks and child processes of tests on Node 20, which runs no .ts.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) throw new Error('usage: run-ts.mjs FILE.ts [argument…]');
const folder = await mkdtemp(join(tmpdir(), 'gen-policy-run-'));
const outfile = join(folder, 'main.mjs');
await build({
  absWorkingDir: root,
  entryPoints: [resolve(entry)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
});
await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
const child = spawn(process.execPath, ['--expose-gc', outfile, ...args], { stdio: 'inherit' });
child.on('exit', async (code, signal) => {
  await rm(folder, { recursive: true, force: true });
  process.exitCode = signal ? 1 : (code ?? 1);
});
