/** Damage to the bytes of one log file: never a record too few without a word, never a hang. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { faultSweep, faultTests } from './suite.ts';
import {
  cleanPlan,
  DAYS,
  documentOf,
  judge,
  OBJECTS,
  openWorld,
  recordsOf,
  VICTIM,
  type World,
} from './world.ts';

const WHOLE = OBJECTS.get(VICTIM)!;
const TEXT = gunzipSync(WHOLE);
let world: World;
let clean: Plan;
beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
});
afterAll(() => world.close());

const tried = async (body: Uint8Array | string | undefined): Promise<Plan | undefined> =>
  judge(await world.with(body), clean);
const upTo = (length: number): readonly number[] => Array.from({ length }, (_, at) => at);
const changed = (at: number, mask: number): Buffer => {
  const bytes = Buffer.from(WHOLE);
  bytes[at]! ^= mask;
  return bytes;
};

describe('one file', () => {
  it('matters: the clean policy has its action', () => {
    expect(JSON.stringify(clean.after.policies)).toContain('PurgeQueue');
    expect(clean.evidence.complete).toBe(true);
  });
  faultSweep(
    'bytes',
    'cut off at byte',
    upTo(WHOLE.length),
    async (at) => void (await tried(WHOLE.subarray(0, at))),
  );
  faultSweep(
    'bytes',
    'one bit flipped in byte',
    upTo(WHOLE.length),
    async (at) => void (await tried(changed(at, 1 << (at % 8)))),
  );
  faultSweep(
    'bytes',
    'plain JSON cut off at byte',
    upTo(TEXT.length).filter((at) => at % 16 === 0),
    async (at) => void (await tried(TEXT.subarray(0, at))),
  );
  faultSweep(
    'bytes',
    'a byte lost at',
    upTo(WHOLE.length).filter((at) => at % 8 === 0),
    async (at) => void (await tried(Buffer.concat([WHOLE.subarray(0, at), WHOLE.subarray(at + 1)]))),
  );
  const other = gzipSync(documentOf(recordsOf(DAYS[0])));
  faultTests(
    'bytes',
    [
      { name: 'a wrong checksum', body: changed(WHOLE.length - 6, 0xff) },
      { name: 'a wrong size', body: changed(WHOLE.length - 2, 0xff) },
      {
        name: 'two members, one document',
        body: Buffer.concat([gzipSync(TEXT.subarray(0, 99)), gzipSync(TEXT.subarray(99))]),
      },
      { name: 'two members, two documents', body: Buffer.concat([WHOLE, other]) },
      { name: 'a member and half of another', body: Buffer.concat([WHOLE, other.subarray(0, 60)]) },
      { name: 'trailing zeros', body: Buffer.concat([WHOLE, Buffer.alloc(512)]) },
      { name: 'trailing garbage', body: Buffer.concat([WHOLE, Buffer.from('garbage')]) },
      { name: 'trailing gzip magic', body: Buffer.concat([WHOLE, Buffer.from([0x1f, 0x8b])]) },
      { name: 'zipped twice', body: gzipSync(WHOLE) },
      { name: 'not zipped', body: TEXT },
      { name: 'empty', body: '' },
      { name: 'gzip of nothing', body: gzipSync('') },
      { name: 'one byte', body: '\u001f' },
      { name: 'plain text', body: 'this is no log\n' },
      { name: 'a web page', body: '<!DOCTYPE html><html><body>Sign in</body></html>' },
      { name: 'an XML error', body: '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>' },
      { name: 'UTF-16', body: Buffer.from(TEXT.toString(), 'utf16le') },
      { name: 'zeros', body: Buffer.alloc(4096) },
      { name: 'a zip archive', body: Buffer.concat([Buffer.from('PK\u0003\u0004'), WHOLE]) },
      { name: 'a byte order mark', body: gzipSync(`\ufeff${TEXT}`) },
      {
        name: 'Windows line ends',
        body: gzipSync(JSON.stringify(JSON.parse(String(TEXT)), null, 1).replaceAll('\n', '\r\n')),
      },
      { name: 'missing', body: undefined },
    ],
    async ({ body }) => void (await tried(body)),
  );

  faultTests('bytes', [{ name: 'a bomb of 1000:1', megabytes: 200 }], async ({ megabytes }) => {
    const blank = Buffer.alloc(megabytes << 20, ' ');
    const bomb = gzipSync(Buffer.concat([TEXT, blank]), { level: 9 });
    expect(blank.length / bomb.length).toBeGreaterThan(900);
    const before = process.memoryUsage().rss;
    await tried(bomb);
    expect((process.memoryUsage().rss - before) / (megabytes << 20)).toBeLessThan(2);
  });
});
