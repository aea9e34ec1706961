// Bundles the HTML report's style and script into src/report/html/assets.generated.ts, with the hashes its CSP names.
// Run after a change of style.css or client/: node scripts/build-report-assets.mjs
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../src/report/html/', import.meta.url));

/** The text of assets.generated.ts. */
export async function reportAssets() {
  const bundle = async (entry) => {
    const result = await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      bundle: true,
      minify: true,
      write: false,
      charset: 'ascii',
      format: 'iife',
      target: ['chrome110', 'firefox110', 'safari16'],
      legalComments: 'none',
    });
    return result.outputFiles[0].text.trim();
  };
  const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const style = await bundle('style.css');
  const script = await bundle('client/main.ts');
  const index = await bundle('client/review.ts');
  return `/** Written by scripts/build-report-assets.mjs; a test holds it to its sources. */
export const STYLE = ${JSON.stringify(style)};
export const STYLE_HASH = '${hash(style)}';
export const SCRIPT = ${JSON.stringify(script)};
export const SCRIPT_HASH = '${hash(script)}';
export const INDEX_SCRIPT = ${JSON.stringify(index)};
export const INDEX_SCRIPT_HASH = '${hash(index)}';
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await writeFile(`${folder}assets.generated.ts`, await reportAssets());
