/**
 * The whole S3 source (list, read, scan, keep) over trails of many small objects: CPU and memory must grow with nothing
 * but the number of objects, and a second run must cost a fraction. `npm run bench:s3`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openS3Source } from '../../src/trail/s3/source.ts';
import { isolateAws } from '../faults/s3-run.ts';

const COUNTS = (process.env.BENCH_COUNTS ?? '1000,10000,50000').split(',').map(Number);
const RECORDS = Number(process.env.BENCH_RECORDS ?? 10);
const WINDOW = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-04-01T00:00:00Z') };
const PRINCIPALS = [{ kind: 'role', name: 'deploy', accountId: '111122223333' }] as const;

isolateAws();
process.stdout.write(
  '| objects | run | ms CPU an object | wall s | objects/s | events | peak MB |\n|---|---|---|---|---|---|---|\n',
);
for (const count of COUNTS) {
  const server = spawn(process.execPath, ['test/bench/s3-trail.mjs', String(count), String(RECORDS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const endpointUrl = `http://127.0.0.1:${line.toString().split(' ')[0]}`;
  const folder = mkdtempSync(join(tmpdir(), 'gen-policy-bench-'));
  const store = { directory: join(folder, 'store'), knowledge: 'bench' };
  for (const run of ['no store', 'store, first', 'store, second']) {
    globalThis.gc?.();
    const cpu = process.cpuUsage();
    const start = performance.now();
    let [peak, events, objects] = [0, 0, 0];
    const source = openS3Source({
      aws: { region: 'us-east-1', endpointUrl },
      bucket: 'logs',
      ...(run !== 'no store' && { store }),
    });
    for await (const batch of source.read({ window: WINDOW, principals: PRINCIPALS })) {
      objects += 1;
      events += batch.events.length;
      if (batch.gap) throw new Error(batch.gap.detail);
      if (objects % 100 === 0) peak = Math.max(peak, process.memoryUsage().rss);
    }
    const used = process.cpuUsage(cpu);
    const wall = (performance.now() - start) / 1000;
    const each = (used.user + used.system) / 1000 / objects;
    process.stdout.write(
      `| ${objects} | ${run} | ${each.toFixed(3)} | ${wall.toFixed(1)} | ${Math.round(objects / wall)} | ${events} | ${Math.round(peak / 1e6)} |\n`,
    );
  }
  server.stdin.end();
  rmSync(folder, { recursive: true });
}
