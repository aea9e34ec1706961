import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate, LIMITS } from '../../../src/trail/scan/inflate.ts';
import { createScanner } from '../../../src/trail/scan/scan.ts';
import { record } from './documents.ts';

const object = { name: 'x.json.gz', bytes: 0 };
const document = (count: number, tag = 'r'): string =>
  JSON.stringify({
    Records: Array.from({ length: count }, (_, i) => record(`${tag}${i}`, 'app', { x: i ** 3 })),
  });
const scanner = createScanner();
const outcome = (bytes: Uint8Array, limits = LIMITS) => {
  const batch = createScanner({ limits }).scan(bytes, object);
  return { records: batch.records, gap: batch.gap && [batch.gap.reason, batch.gap.partial] };
};
const whole = (records: number) => ({ records, gap: undefined });
const two = [document(300, 'a'), document(200, 'b')] as const;
const members = Buffer.concat(two.map((text) => gzipSync(text)));

/** The document's bytes as handed over, and the damage. */
function unpack(bytes: Uint8Array, limits = LIMITS) {
  const parts: Buffer[] = [];
  const damage = inflate(bytes, (piece) => parts.push(Buffer.from(piece)), limits);
  return { text: Buffer.concat(parts).toString(), damage };
}

describe('inflate', () => {
  it('reads one member, several, and zero padding', () => {
    expect(unpack(gzipSync('hello'))).toEqual({ text: 'hello', damage: undefined });
    expect(unpack(members)).toEqual({ text: two.join(''), damage: undefined });
    expect(unpack(Buffer.concat([members, Buffer.alloc(700)]))).toEqual({
      text: two.join(''),
      damage: undefined,
    });
    expect(unpack(gzipSync(''))).toEqual({ text: '', damage: undefined });
  });

  it('reads the same in pieces as whole', () => {
    const limits = { wholeBytes: 1000, maxBytes: 1e9 };
    expect(unpack(members, limits)).toEqual({ text: two.join(''), damage: undefined });
    expect(scanner.scan(members, object)).toEqual(
      createScanner({ limits: { ...limits, wholeBytes: 1e5 } }).scan(members, object),
    );
  });

  it('does not believe the size in the trailer', () => {
    for (const size of [0, 1, 0xffffffff, 64 << 20]) {
      const bytes = Buffer.from(members);
      bytes.writeUInt32LE(size, bytes.length - 4);
      // zlib holds the trailer against the length, so the second member counts as damaged and the first is kept.
      expect(outcome(bytes)).toEqual({ records: 300, gap: ['unreadable', true] });
    }
  });

  it('salvages the records before the cut, at every length', () => {
    const bytes = gzipSync(document(40));
    let last = 0;
    for (let length = 2; length < bytes.length; length++) {
      const { records, gap } = outcome(bytes.subarray(0, length));
      expect(gap).toEqual(['truncated', records > 0]);
      expect(records).toBeGreaterThanOrEqual(last);
      last = records;
    }
    expect(last).toBe(40);
    expect(outcome(bytes)).toEqual(whole(40));
  });

  it('never counts a record of a member with a flipped bit as intact', () => {
    const bytes = gzipSync(document(60));
    const intact = new Set(scanner.scan(bytes, object).events.map((event) => JSON.stringify(event)));
    let [reported, spoiled] = [0, 0];
    for (let bit = 80; bit < bytes.length * 8; bit += 7) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const batch = scanner.scan(damaged, object);
      expect(batch.gap?.reason).toMatch(/unreadable|truncated/);
      reported++;
      spoiled += batch.events.filter((event) => !intact.has(JSON.stringify(event))).length;
    }
    expect(reported).toBeGreaterThan(100);
    // Between the flipped bit and where the inflate notices, single records can be spoiled: the gap says so.
    expect(spoiled / reported).toBeLessThan(1);
  });

  it('drops everything where the checksum of a large member fails after its records were taken', () => {
    const bytes = gzipSync(document(300));
    bytes.writeUInt32LE(1, bytes.length - 8);
    expect(outcome(bytes)).toEqual({ records: 0, gap: ['unreadable', false] });
    expect(outcome(bytes, { wholeBytes: 10_000, maxBytes: 1e9 })).toEqual({
      records: 0,
      gap: ['unreadable', false],
    });
  });

  it('refuses what is beyond its limits', () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000, ' '));
    expect(bomb.length).toBeLessThan(40_000);
    expect(outcome(bomb, { wholeBytes: 1 << 20, maxBytes: 10_000_000 }).gap).toEqual(['too-large', false]);
    const text = `${document(50).slice(0, -2)},${' '.repeat(30_000_000)}]}`;
    expect(outcome(gzipSync(text), { wholeBytes: 1 << 20, maxBytes: 10_000_000 })).toEqual({
      records: 50,
      gap: ['too-large', true],
    });
    const huge = gzipSync(`{"Records":[${JSON.stringify(record('a', 'app'))},"${'x'.repeat(5_000_000)}"]}`);
    expect(outcome(huge, { wholeBytes: 1 << 20, maxBytes: 1e9 })).toEqual({
      records: 1,
      gap: ['too-large', true],
    });
  });

  it.each([
    [
      'rubbish after the member',
      Buffer.concat([gzipSync(document(3)), Buffer.from('hello')]),
      3,
      'unreadable',
    ],
    ['a magic only', Buffer.from([0x1f, 0x8b]), 0, 'truncated'],
    ['another method', Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 0, 'unreadable'],
    ['a gzip in a gzip', gzipSync(gzipSync(document(3))), 0, 'not-json'],
    ['zeros', Buffer.alloc(100), 0, 'not-json'],
  ])('reports %s', (_, bytes, records, reason) => {
    expect(outcome(bytes)).toEqual({ records, gap: [reason, records > 0] });
  });
});
