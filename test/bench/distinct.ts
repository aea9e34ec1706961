/**
 * Memory of the ledger where a role touches very many resources: each record names another object. Prints the peak and
 * what was kept. `node --expose-gc scripts/run-ts.mjs test/bench/distinct.ts [RECORDS]`
 */
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { record } from '../support/trail-objects.ts';

const RECORDS = Number(process.argv[2] ?? process.env.BENCH_RECORDS ?? 1_000_000);
const ACCOUNT = '111122223333';
const FROM = Date.parse('2026-03-01T00:00:00Z');
const { resolve } = createResolver(await loadCatalogue());
const ledger = createLedger({ window: { from: FROM, to: FROM + 90 * 86_400_000 }, resolve });
const mb = (bytes: number): number => Math.round(bytes / 1e6);
const before = process.memoryUsage();
let peak = before.rss;
for (let at = 0; at < RECORDS; at += 1000) {
  const events = Array.from({ length: 1000 }, (_, index) => {
    const number = at + index;
    const parameters = { bucketName: `orders-${number % 7}`, key: `day=${number % 90}/part-${number}.json` };
    const raw = {
      ...record(ACCOUNT, 'us-east-1', FROM + (number % 90) * 86_400_000, 0),
      eventName: number % 2 === 0 ? 'GetObject' : 'PutObject',
      requestParameters: parameters,
      eventID: `event-${number}`,
    };
    const decoded = decode(JSON.parse(JSON.stringify(raw)));
    if (!decoded.ok) throw new Error(decoded.rejection.reason);
    return decoded.event;
  });
  ledger.add({ records: 1000, events, skippedOtherPrincipal: 0, rejections: [] });
  peak = Math.max(peak, process.memoryUsage().rss);
}
globalThis.gc?.();
const held = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
const [principal] = ledger.principals();
const { entries, accounting } = ledger.usage(principal!);
peak = Math.max(peak, process.memoryUsage().rss);
const base = before.heapUsed + before.arrayBuffers;
process.stdout.write(
  `${RECORDS} records, each of another resource: ${entries.length} entries, ${accounting.buckets.succeeded} succeeded; ` +
    `ledger ${mb(held - base)} MB, peak ${mb(peak)} MB (before: ${mb(before.rss)} MB)\n`,
);
