// Runs a TypeScript script of this folder: `node scripts/run.mjs score [arguments]`. Bundled beside the built program,
// so that it finds the compiled tables.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const name = process.argv[2];
const outfile = `${root}dist/script-${name}-${process.pid}.mjs`;
await mkdir(`${root}dist`, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: [`scripts/${name}/main.ts`],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
});
try {
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(3), root);
} finally {
  await rm(outfile, { force: true });
}
