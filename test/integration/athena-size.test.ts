/**
 * How much smaller the results are than the logs they come from: our queries on a real Trino over 90 days of the trail that
 * `npm run bench` makes. Small here; `GEN_POLICY_BENCH_MB=1000` repeats the measurement of test/bench/RESULTS-athena.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { readQuery } from '../../src/commands/queries.ts';
import { neededParameters } from '../../src/permissions/needed.ts';
import { openAthenaSource } from '../../src/trail/athena/source.ts';
import { tableName } from '../../src/trail/athena/sql.ts';
import type { PrincipalFilter } from '../../src/trail/source.ts';
import { documents, TARGET } from '../bench/trails.ts';
import { type AthenaServer, startAthena } from '../support/athena.ts';
import { startTrino, type Trino } from './support/trino.ts';
import { type Delivered, loadTrail } from './support/trino-load.ts';

const MB = Number(process.env.GEN_POLICY_BENCH_MB ?? '20');
const DDL = readFileSync(join(import.meta.dirname, '../../queries/create-table.sql'), 'utf8');
/** The generator steps a twentieth of an hour a document; so many records a document make 90 days of `MB`. */
const RECORDS_A_DOCUMENT = (MB * 1e6) / (90 * 24 * 20) / 1_506 / 1.79;
const WINDOW = { from: Date.UTC(2023, 8, 1), to: Date.UTC(2023, 10, 30) };

const size = { plain: 0, packed: 0, records: 0, objects: 0 };
function* delivered(): Generator<Delivered> {
  for (const { text } of documents(1, MB * 1e6, RECORDS_A_DOCUMENT)) {
    size.plain += text.length;
    size.packed += gzipSync(text).length;
    size.objects++;
    for (const record of (JSON.parse(text) as { Records: Record<string, string>[] }).Records) {
      size.records++;
      yield {
        record,
        accountId: record.recipientAccountId!,
        region: record.awsRegion!,
        day: record.eventTime!.slice(0, 10),
      };
    }
  }
}

let trino: Trino | undefined;
let athena: AthenaServer;
beforeAll(async () => {
  trino = await startTrino({ heap: MB > 200 ? '10g' : '4g', tables: '4GB' });
  if (!trino) return;
  athena = await startAthena(trino);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  await loadTrail(trino, 'bench', DDL, delivered());
}, 3_600_000);
afterAll(async () => {
  await athena?.stop();
  await trino?.stop();
}, 60_000);

async function ask(principals?: readonly PrincipalFilter[]) {
  const before = athena.results().length;
  const begun = performance.now();
  const catalogue = await loadCatalogue();
  const [coverage, one, all] = await Promise.all(
    ['coverage', 'usage-by-principal', 'usage-all-principals'].map(readQuery),
  );
  const source = openAthenaSource({
    aws: { endpointUrl: athena.url, region: 'us-east-1' },
    table: tableName('table', 'bench'),
    location: 'bench',
    queries: { coverage: coverage!, one: one!, all: all! },
    needed: (event, action) => neededParameters(catalogue, event, action),
  });
  let [calls, records] = [0, 0];
  for await (const batch of source.read({ window: WINDOW, ...(principals && { principals }) })) {
    calls += batch.events.reduce((sum, event) => sum + event.count, 0);
    records += batch.records;
  }
  const results = athena.results().slice(before);
  const bytes = results.reduce((sum, csv) => sum + csv.length, 0);
  const mb = (count: number): string => (count / 1e6).toFixed(2);
  console.log(
    `${principals?.[0]?.name ?? 'all principals'}: ${size.records} records, ${size.objects} objects, ${mb(size.plain)} MB of JSON, ` +
      `${mb(size.packed)} MB gzipped; ${calls} calls; results ${results
        .map((csv) => `${mb(csv.length)} MB in ${csv.split('\n').length - 2} rows`)
        .join(' + ')}: ${(size.plain / bytes).toFixed(1)} x smaller than the JSON, ` +
      `${(size.packed / bytes).toFixed(1)} x than gzipped; ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
  return { records, calls, ratio: size.plain / bytes };
}

describe('the result is small', () => {
  it('for one principal', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    const { records, calls, ratio } = await ask([{ kind: 'role', name: TARGET, accountId: '123456789012' }]);
    expect(records).toBe(size.records);
    expect(calls).toBeGreaterThan(size.records / 100);
    expect(ratio).toBeGreaterThan(100);
  }, 3_600_000);

  it('for all principals', async () => {
    if (!trino) return console.warn('SKIPPED: trino cannot be had here');
    const { records, calls } = await ask();
    expect(records).toBe(size.records);
    expect(calls).toBe(size.records);
  }, 3_600_000);
});
