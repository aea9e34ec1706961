/** Threads beside the S3 source: the same batches as without, whatever comes, and nothing left running. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { poolAvailable } from '../../src/trail/scan/pool.ts';
import { batchesOf, expected, isolateAws, source, WINDOW } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { record } from '../support/trail-objects.ts';

const ACCOUNT = '111122223333';
const DEPLOY = [{ kind: 'role', name: 'Deploy', accountId: ACCOUNT }] as const;
const noise = (seed: number): string =>
  [0, 1, 2, 3, 4, 5, 6, 7]
    .map((part) => createHash('sha256').update(`${seed} ${part}`).digest('hex'))
    .join('');
/** Objects of `records` records that hardly compress: 200 make 60 KB. */
function object(number: number, records: number): [string, Buffer] {
  const all = Array.from({ length: records }, (_, index) => ({
    ...record(ACCOUNT, 'us-east-1', WINDOW.from + number * 1000, index),
    requestID: noise(number * 1000 + index),
  }));
  const name = `${ACCOUNT}_CloudTrail_us-east-1_20260301T0000Z_${String(number).padStart(16, '0')}.json.gz`;
  const key = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/03/01/${name}`;
  return [key, gzipSync(JSON.stringify({ Records: all }))];
}

let server: FaultServer;
beforeEach(() => isolateAws());
afterEach(() => server.stop());

it.skipIf(!poolAvailable())(
  'small, large and damaged objects come out as on one thread',
  async () => {
    const objects = Array.from({ length: 24 }, (_, number) => object(number, number % 4 === 0 ? 5 : 200));
    const [[, first], , [, third]] = objects as [[string, Buffer], unknown, [string, Buffer]];
    objects[2]![1] = third.subarray(0, third.length - 9000);
    objects[3]![1] = Buffer.concat([objects[3]![1], first]);
    objects[5]![1] = Buffer.from(objects[5]![1]);
    objects[5]![1]![20_000]! ^= 4;
    objects[6]![1] = Buffer.from(noise(1).repeat(100));
    server = await startS3(objects);
    const threaded = await batchesOf(source(server, { threadsFrom: 0 }), DEPLOY);
    expect(threaded).toEqual(expected(objects, DEPLOY));
    expect(threaded.filter((batch) => batch.gap).map((batch) => batch.gap?.reason)).toEqual([
      'truncated',
      'unreadable',
      'not-json',
    ]);
    expect(await batchesOf(source(server), DEPLOY)).toEqual(threaded);
  },
  60_000,
);

it.skipIf(!poolAvailable())(
  'stop where the consumer does',
  async () => {
    server = await startS3(Array.from({ length: 24 }, (_, number) => object(number, 200)));
    let batches = 0;
    for await (const batch of source(server, { threadsFrom: 0 }).read({
      window: WINDOW,
      principals: DEPLOY,
    })) {
      expect(batch.records).toBe(200);
      batches += 1;
      if (batches === 3) break;
    }
    expect(batches).toBe(3);
  },
  60_000,
);
