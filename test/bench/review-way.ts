/**
 * One run over a folder of trail objects, in a process of its own: `scan` reads all principals into the ledger and asks
 * it for each, as every review must; `review` is the command with an account of as many principals. Prints the cost.
 * A fourth argument: `none` writes no pages, `left` leaves what is written to whoever made TMPDIR.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import type { Io } from '../../src/commands/command.ts';
import { collect } from '../../src/commands/evidence.ts';
import { main } from '../../src/commands/main.ts';
import { requestMembersRead } from '../../src/permissions/needed.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { openDirectory } from '../../src/trail/directory.ts';
import { accountOf } from './review-account.ts';

const [way = '', trail = '', principals = '500', keep] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'gen-policy-bench-review-'));
const out = join(work, 'out');
let told = '';
const io: Io = {
  out: (text) => {
    told = text.split('\n')[0] ?? '';
  },
  err: (text) => void process.stderr.write(text),
  stdin: Readable.from([]),
  env: {},
  tty: false,
  colour: false,
  width: 100,
  signal: new AbortController().signal,
  now: () => Date.UTC(2023, 11, 1),
};
const window = { from: Date.UTC(2023, 8, 1), to: Date.UTC(2023, 11, 1) };
const account = join(work, 'account.json');
writeFileSync(account, JSON.stringify(accountOf(Number(principals))));

async function scan(): Promise<void> {
  const catalogue = await loadCatalogue();
  const { resolve } = createResolver(catalogue);
  const reads = (service: string, event: string) => requestMembersRead(catalogue, service, event);
  const { ledger } = await collect(await openDirectory(trail), { window, resolve, reads, quiet: true }, io);
  let seen = 0;
  for (const one of ledger.principals()) seen += ledger.usage(one).entries.length;
  told = `${seen} permissions`;
}

const days = String((window.to - window.from) / 86_400_000);
const review = (): Promise<number> =>
  main(
    [
      ...['review', '--logs', trail, '--account', account, '--end', '2023-11-30', '--days', days],
      ...['--quiet', '--allow-incomplete', ...(keep === 'none' ? [] : ['--out', out])],
    ],
    io,
  );

const [cpu, wall] = [process.cpuUsage(), performance.now()];
if (way === 'scan') await scan();
else if ((await review()) !== 0) throw new Error('the review failed');
const { user, system } = process.cpuUsage(cpu);
const files = way === 'scan' || keep === 'none' ? 0 : readdirSync(out, { recursive: true }).length;
process.stdout.write(
  `${JSON.stringify({
    cpu: (user + system) / 1e6,
    wall: (performance.now() - wall) / 1000,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
    files,
    told,
  })}\n`,
);
if (keep !== 'left') rmSync(work, { recursive: true });
