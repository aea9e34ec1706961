/** `npm run fuzz -- --minutes N [--seed S] [--target NAME]`: mutates real records and policies until the time is up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readCorpus } from './corpus.ts';
import { createRandom } from './random.ts';
import { createTargets, type Target } from './targets.ts';

/** One input that takes more of a processor is a finding as well; what the machine does besides does not count. */
const SLOW_MS = 3000;
/** Findings of one target after which looking for more helps nobody. */
const ENOUGH = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const seed = Number(values.seed);
const corpus = readCorpus();
const targets = (await createTargets(corpus)).filter(({ name }) => !values.target || name === values.target);
if (targets.length === 0 || !(Number(values.minutes) > 0))
  throw new Error('usage: --minutes N --target decode|scan|policy|explain');
process.stdout.write(
  `${corpus.records.length} records and ${corpus.policies.length} policies to start from\n`,
);
let found = 0;
for (const target of targets) found += fuzz(target, Number(values.minutes) * 60_000);
process.exitCode = found > 0 ? 1 : 0;

function fuzz(target: Target, duration: number): number {
  const start = Date.now();
  const findings = new Map<string, string>();
  let inputs = 0;
  let slowest = 0;
  for (; Date.now() - start < duration && findings.size < ENOUGH; inputs++) {
    const input = target.make(createRandom(Math.imul(seed, 0x9e3779b1) + inputs));
    const began = process.cpuUsage();
    let wrong: string | undefined;
    try {
      target.check(input);
      if (Object.keys(Object.prototype).length > 0) wrong = 'does not hold: Object.prototype is as it was';
    } catch (error) {
      wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const spent = process.cpuUsage(began);
    const took = (spent.user + spent.system) / 1000;
    slowest = Math.max(slowest, took);
    if (took > SLOW_MS)
      wrong ??= `does not hold: an input takes at most ${SLOW_MS} ms (${Math.round(took)} ms)`;
    if (wrong === undefined) continue;
    const kind = (wrong.split('\n')[0] ?? '').slice(0, 80);
    if (findings.has(kind)) continue;
    findings.set(kind, wrong);
    mkdirSync('test/fuzz/found', { recursive: true });
    const name = `test/fuzz/found/${target.name}-${seed}-${inputs}`;
    writeFileSync(name, input);
    process.stdout.write(`${target.name}: ${name}\n${wrong.slice(0, 1500)}\n`);
  }
  const seconds = Math.round((Date.now() - start) / 1000);
  process.stdout.write(
    `${target.name}: ${inputs.toLocaleString('en-US')} inputs in ${seconds} s, seed ${seed}, slowest ${Math.round(slowest)} ms, ${findings.size} findings\n`,
  );
  return findings.size;
}
