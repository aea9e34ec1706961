/** One way of reading a folder of trail objects, in a process of its own; prints what it cost as one line of JSON. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { compileLater } from '../../src/commands/compile-later.ts';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { requestMembersRead } from '../../src/permissions/needed.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { loadKernel } from '../../src/trail/scan/kernel.ts';
import { groupFiles, scanFiles } from '../../src/trail/scan/pool.ts';
import { createScanner } from '../../src/trail/scan/scan.ts';
import { isWanted, type PrincipalFilter } from '../../src/trail/source.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { RARE, TARGET } from './trails.ts';

const [way = '', folder = '', aside] = process.argv.slice(2);
const files = readdirSync(folder)
  .sort()
  .map((name) => join(folder, name));
const filter = (name: string): readonly PrincipalFilter[] => [{ kind: 'role', name }];

const kernel = loadKernel() ?? null;
if (!kernel) throw new Error('the kernel is not built: npm run build');
const catalogue = await loadCatalogue();
const resolver = createResolver(catalogue);
const reads = (source: string, name: string) => requestMembersRead(catalogue, source, name);
const resolve = (event: TrailEvent) => resolver.resolve(event);
const window = { from: 0, to: Date.UTC(2100) };

interface Told {
  records: number;
  events: number;
  /** A number that differs when the result does. */
  check: number;
}

/** What the product does: scan, map, enter into the ledger. `aside` leaves the mapping and the ledger out. */
function product(principals: readonly PrincipalFilter[] | undefined, plain = false): Told {
  const scanner = createScanner({
    kernel: plain ? null : kernel,
    ...(principals ? { principals } : { aggregate: { resolve, reads } }),
  });
  const ledger = createLedger({ window, resolve, ...(principals ? { wanted: principals } : {}) });
  const told: Told = { records: 0, events: 0, check: 0 };
  const add = (batch: ReturnType<typeof scanner.scan>): void => {
    told.records += batch.records;
    told.events += batch.events.length;
    if (aside === undefined) ledger.add(batch);
  };
  for (const file of files) {
    if (scanner.full()) for (const batch of scanner.drain()) add(batch);
    add(scanner.scan(readFileSync(file), { name: file, bytes: 0 }));
  }
  for (const batch of scanner.drain()) add(batch);
  for (const one of ledger.principals()) told.check += ledger.usage(one).accounting.buckets.succeeded;
  return told;
}

/** As `product`, with threads that scan while this one decodes, maps and keeps the ledger. */
async function threads(principals: readonly PrincipalFilter[] | undefined, workers: number): Promise<Told> {
  const ledger = createLedger({ window, resolve, ...(principals ? { wanted: principals } : {}) });
  const told: Told = { records: 0, events: 0, check: 0 };
  const list = files.map((path) => ({ path, object: { name: path, bytes: 0 } }));
  const scanned = principals
    ? scanFiles(list, principals, workers)
    : groupFiles(list, { resolve, reads }, workers);
  for await (const { batch } of scanned) {
    if (!batch) continue;
    told.records += batch.records;
    told.events += batch.events.length;
    ledger.add(batch);
  }
  for (const one of ledger.principals()) told.check += ledger.usage(one).accounting.buckets.succeeded;
  return told;
}

/** What a straightforward program does: JSON.parse of every document, then the same decoding, mapping and ledger. */
function parseAll(principals: readonly PrincipalFilter[] | undefined): Told {
  const ledger = createLedger({ window, resolve, ...(principals ? { wanted: principals } : {}) });
  const told: Told = { records: 0, events: 0, check: 0 };
  for (const file of files) {
    const { Records } = JSON.parse(gunzip(readFileSync(file)).toString()) as { Records: unknown[] };
    const events = Records.map(decode)
      .flatMap((one) => (one.ok ? [one.event] : []))
      .filter((event) => !principals || isWanted(event.principal, principals));
    told.records += Records.length;
    told.events += events.length;
    ledger.add({ records: Records.length, events, skippedOtherPrincipal: 0, rejections: [] });
  }
  for (const one of ledger.principals()) told.check += ledger.usage(one).accounting.buckets.succeeded;
  return told;
}

/** Output chunk sized by the trailer: the fastest gunzip that Node offers. */
const gunzip = (bytes: Buffer): Buffer =>
  gunzipSync(bytes, { chunkSize: Math.max(64, bytes.readUInt32LE(bytes.length - 4) + 1) });
function inflateOnly(): Told {
  let check = 0;
  for (const file of files) check += gunzip(readFileSync(file)).length;
  return { records: 0, events: 0, check };
}

/** A review is what reads all principals, and this is what it sets first. */
const asReview = <T>(read: () => T): T => {
  compileLater();
  return read();
};

const WAYS: Readonly<Record<string, () => Told | Promise<Told>>> = {
  gunzip: inflateOnly,
  one: () => product(filter(TARGET)),
  'one-2-threads': () => threads(filter(TARGET), 2),
  'all-2-threads': () => asReview(() => threads(undefined, 2)),
  rare: () => product(filter(RARE)),
  'one-plain': () => product(filter(TARGET), true),
  all: () => asReview(() => product(undefined)),
  'parse-one': () => parseAll(filter(TARGET)),
  'parse-all': () => parseAll(undefined),
};
const run = WAYS[way];
if (!run) throw new Error(`no way called ${way}`);
const idle = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0);
const [cpu, start, idleBefore] = [process.cpuUsage(), process.hrtime.bigint(), idle()];
const told = await run();
const used = process.cpuUsage(cpu);
const wall = Number(process.hrtime.bigint() - start) / 1e6;
const spent = (used.user + used.system) / 1000;
process.stdout.write(
  `${JSON.stringify({
    cpu: spent,
    wall,
    // What was neither idle nor ours: other processes, and on a virtual machine its neighbours.
    taken: Math.max(0, 1 - (spent + idle() - idleBefore) / (wall * cpus().length)),
    peak: process.resourceUsage().maxRSS / 1024,
    ...told,
  })}\n`,
);
