// `npm run bench [-- --mb 1500 --rounds 3 --records 300]`: generates a trail, reads it in every way, one after the other
// and round after round, each in a process of its own, and prints medians against gunzip alone right before and after.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    records: { type: 'string', default: '300' },
    ways: {
      type: 'string',
      default: 'one,one-2-threads,rare,one-plain,all,all-2-threads,parse-one,parse-all',
    },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'gen-policy-bench-'));
// Beside the kernel and the catalogue, where the product's own bundle lies.
const bundles = join(root, 'dist', 'bench');
const trail = join(work, 'trail');

const node = (script, ...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(bundles, script), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${script} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
};
/** Wall and CPU of a shell pipeline; undefined where a tool is missing. */
const shell = (needs, command) => {
  if (spawnSync('sh', ['-c', `command -v ${needs}`]).status !== 0) return undefined;
  const timed = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time (${command}) >/dev/null`], {
    encoding: 'utf8',
  });
  const [wall, user, system] = timed.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return timed.status === 0 ? { cpu: (user + system) * 1000, wall: wall * 1000 } : undefined;
};
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/bench/way.ts', 'test/bench/make.ts'],
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  const made = node('make.mjs', trail, String(Number(values.mb) * 1e6), values.records);
  console.log(
    `${process.version}, ${cpus().length} x ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}: ` +
      `${made.objects} objects, ${made.records} records of ${(made.plain / made.records).toFixed(0)} B, ` +
      `${(made.plain / 1e6).toFixed(0)} MB, gzip ${(made.plain / made.packed).toFixed(1)}x`,
  );
  const ways = values.ways.split(',');
  const runs = new Map(ways.map((way) => [way, []]));
  // The machine's speed changes within seconds: each way is held against gunzip right before and right after it.
  const alone = [node('way.mjs', 'gunzip', trail)];
  for (let round = 0; round < Number(values.rounds); round++)
    for (const way of ways) {
      const run = node('way.mjs', way, trail);
      const [before, after] = [alone.at(-1), node('way.mjs', 'gunzip', trail)];
      alone.push(after);
      const against = (what) => (run[what] * 2) / (before[what] + after[what]);
      runs.get(way).push({ ...run, ratio: against('cpu'), wallRatio: against('wall') });
    }

  const base = median(alone.map((run) => run.cpu));
  const baseWall = median(alone.map((run) => run.wall));
  console.log('way             CPU/B  wall/B  records/s (CPU)  peak MB  events  check');
  for (const [way, all] of runs) {
    const ratio = median(all.map((run) => run.ratio));
    const wall = median(all.map((run) => run.wallRatio));
    const speed = (made.records / median(all.map((run) => run.cpu))) * 1000;
    const { events, check } = all[0];
    console.log(
      `${way.padEnd(15)} ${ratio.toFixed(2).padStart(5)}  ${wall.toFixed(2).padStart(6)}  ${speed.toFixed(0).padStart(15)}  ` +
        `${Math.max(...all.map((run) => run.peak))
          .toFixed(0)
          .padStart(7)}  ${events}  ${check}`,
    );
  }
  // Wall time tells of threads only where the machine had its cores for them: what others took is told beside it.
  const percent = (run) => `${(run.taken * 100).toFixed(0)} %`;
  for (const way of ways) {
    const [one, two] = [runs.get(way), runs.get(`${way}-2-threads`)];
    if (!two) continue;
    const rounds = one.map((run, round) => ({ run, two: two[round], ratio: two[round].wall / run.wall }));
    const each = rounds.map(
      (round) =>
        `${round.ratio.toFixed(2)} (others took ${percent(round.run)} and ${percent(round.two)} of the cores)`,
    );
    console.log(
      `${way}: two threads take ${median(rounds.map((round) => round.ratio)).toFixed(2)} of the wall time of one; by round ${each.join(', ')}`,
    );
  }
  const jq = `find ${trail} -name '*.gz' | sort | xargs zcat | jq -c '.Records[] | select(.userIdentity.arn | test("orders-api")) | [.eventSource,.eventName]' | sort | uniq -c`;
  const sql = `select r.eventSource, r.eventName, count(*) from (select unnest(Records) r from read_json('${trail}/*.gz', maximum_object_size=200000000)) where r.userIdentity.arn like '%/orders-api/%' group by all`;
  for (const [name, run] of [
    ['zcat | jq', shell('jq', jq)],
    ['DuckDB', shell('duckdb', `duckdb -c "${sql}"`)],
  ])
    console.log(
      run
        ? `${name.padEnd(15)} ${(run.cpu / base).toFixed(2).padStart(5)}  ${(run.wall / baseWall).toFixed(2).padStart(6)}`
        : `${name}: SKIPPED, not installed`,
    );
} finally {
  rmSync(work, { recursive: true, force: true });
  rmSync(bundles, { recursive: true, force: true });
}
