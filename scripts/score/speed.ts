import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { createResolver } from '../../src/permissions/resolver.ts';

/** The engine still compiles in the first tens of rounds: the cost falls until about the fortieth. */
const WARM_UP = 100;
const ROUNDS = 100;

/** Median of rounds over all real records, after a warm-up; single-threaded. */
export function scoreSpeed(
  events: readonly TrailEvent[],
  catalogue: Catalogue,
  root: string,
): readonly string[] {
  const resolver = createResolver(catalogue);
  const cold = process.cpuUsage();
  for (const event of events) resolver.resolve(event);
  const first = process.cpuUsage(cold);
  const rounds: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    // Processor time, not the clock's: a busy machine must not look like a slow map.
    const before = process.cpuUsage();
    for (const event of events) resolver.resolve(event);
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / events.length);
  }
  const warm = rounds.slice(WARM_UP).sort((a, b) => a - b);
  return [
    'speed',
    `  loading the catalogue and the tables: ${loading(root).toFixed(0)} ms of processor time (explain --event less --version, fastest of 7 each, by turns)`,
    `  the first pass over all records, plans built: ${((first.user + first.system) / 1000).toFixed(0)} ms of processor time`,
    `  resolving: ${warm[ROUNDS / 2]!.toFixed(2)} us of processor time an event (median of ${ROUNDS} rounds over ${events.length} records; fastest ${warm[0]!.toFixed(2)})`,
  ];
}

/** Prints the processor time of the process, in ms, to standard error when it ends. */
const METER =
  'data:text/javascript,process.on("exit",()=>{const u=process.cpuUsage();process.stderr.write(String((u.user+u.system)/1000))})';

/** What a command that needs the knowledge costs more than one that does not, in ms of processor time. */
function loading(root: string): number {
  const cost = (...args: string[]): number => {
    const { stderr } = spawnSync(process.execPath, ['--import', METER, join(root, 'dist/cli.js'), ...args], {
      encoding: 'utf8',
    });
    return Number(stderr);
  };
  const [without, having]: [number[], number[]] = [[], []];
  // By turns: a minute in which the machine is slow must not fall on one of the two alone.
  for (let turn = 0; turn < 7; turn += 1) {
    without.push(cost('--version'));
    having.push(cost('explain', '--event', 's3:ListObjects'));
  }
  return Math.min(...having) - Math.min(...without);
}
