/** Every way of scanning gives the same events: plain or kernel, filtered or not, whole or in pieces, intact or damaged. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel } from '../../scripts/kernel.mjs';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import { createKernel } from '../../src/trail/scan/kernel.ts';
import { kernelWalk } from '../../src/trail/scan/kernel-walk.ts';
import { eachPiece } from '../../src/trail/scan/pieces.ts';
import { createScanner, type Scanner } from '../../src/trail/scan/scan.ts';
import { Splitter } from '../../src/trail/scan/split.ts';
import { type Batch, isWanted, type PrincipalFilter } from '../../src/trail/source.ts';
import { anyDocument, oracle, TRICKY } from '../trail/scan/documents.ts';

const object = { name: 'x', bytes: 0 };
const FILTERS: readonly (readonly PrincipalFilter[])[] = [
  [{ kind: 'role', name: 'app' }],
  [{ kind: 'role', name: 'APP', accountId: '123456789012' }],
  [{ kind: 'role', name: 'app', accountId: '999999999999' }],
  [{ kind: 'user', name: 'app' }],
  [
    { kind: 'role', name: 'key' },
    { kind: 'role', name: 'application' },
    { kind: 'role', name: 'pp' },
    { kind: 'role', name: 'my-app' },
  ],
  [{ kind: 'role', name: 'a"pp' }],
  [],
];
let module: WebAssembly.Module;
let scanners: { plain: Scanner; kernel: Scanner };
let filtered: { filter: readonly PrincipalFilter[]; ways: Scanner[] }[];

beforeAll(async () => {
  module = new WebAssembly.Module(await compileKernel());
  scanners = {
    plain: createScanner({ kernel: null }),
    kernel: createScanner({ kernel: module }),
  };
  filtered = FILTERS.map((principals) => ({
    filter: principals,
    ways: [createScanner({ principals, kernel: null }), createScanner({ principals, kernel: module })],
  }));
}, 60_000);

/** Holds every way of scanning one document against the others; gives the plain one's batch. */
function agree(bytes: Buffer, shallow = false) {
  const plain = scanners.plain.scan(bytes, object);
  const equal = (batch: Batch, events: readonly TrailEvent[]): void =>
    shallow
      ? expect(batch.events.map((event) => event.dedupeKey)).toEqual(events.map((event) => event.dedupeKey))
      : expect(batch.events).toEqual(events);
  equal(scanners.kernel.scan(bytes, object), plain.events);
  for (const { filter, ways } of filtered) {
    const wanted = plain.events.filter((event) => isWanted(event.principal, filter));
    for (const way of ways) {
      const batch = way.scan(bytes, object);
      equal(batch, wanted);
      expect(batch.records).toBe(plain.records);
      expect(batch.gap).toEqual(plain.gap);
      expect(batch.events.length + batch.rejections.length + batch.skippedOtherPrincipal).toBe(batch.records);
    }
  }
  return plain;
}

describe('scanning', () => {
  it.each(TRICKY)('reads %s as JSON.parse does', (name, text) => {
    // Comparing values this deep overflows the stack of the one who compares.
    const shallow = name.startsWith('depth');
    const batch = agree(Buffer.from(text), shallow);
    expect(batch.gap).toBeUndefined();
    if (shallow) expect(batch.events).toHaveLength(oracle(text)!.length);
    else expect(batch.events).toEqual(oracle(text));
  });

  it('reads arbitrary documents as JSON.parse does', () => {
    fc.assert(
      fc.property(anyDocument, (text) => {
        expect(agree(Buffer.from(text)).events).toEqual(oracle(text));
      }),
      { numRuns: 400 },
    );
  });

  it('agrees on damaged documents, whatever they then are', () => {
    fc.assert(
      fc.property(
        anyDocument,
        fc.nat(),
        fc.constantFrom(...'"\\{}[],:\n x0'),
        fc.boolean(),
        (text, at, char, cut) => {
          const bytes = Buffer.from(text);
          const offset = at % bytes.length;
          bytes[offset] = char.charCodeAt(0);
          agree(cut ? bytes.subarray(0, offset) : bytes);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('reads a document in pieces as it does whole', () => {
    fc.assert(
      fc.property(
        anyDocument,
        fc.array(fc.nat({ max: 400 }), { minLength: 1 }),
        fc.boolean(),
        (text, sizes, kernel) => {
          const bytes = Buffer.from(text);
          const whole = scanners.plain.scan(bytes, object);
          const walk = kernel ? kernelWalk(createKernel(module), undefined) : undefined;
          const ids: string[] = [];
          const splitter = new Splitter(walk);
          const read = eachPiece(
            splitter,
            (sink) => {
              let at = 0;
              for (let turn = 0; at < bytes.length; turn++) {
                const size = sizes[turn % sizes.length]! + 1;
                sink(bytes.subarray(at, at + size), at + size >= bytes.length);
                at += size;
              }
              return undefined;
            },
            { wholeBytes: 1 << 20 },
            (piece, found) => {
              for (let index = 0; index < found.spans.length; index += 2) {
                const decoded = decode(
                  JSON.parse(piece.toString('utf8', found.spans[index], found.spans[index + 1])),
                );
                if (decoded.ok) ids.push(decoded.event.dedupeKey);
              }
            },
          );
          expect(read.damage).toEqual(whole.gap);
          expect(ids).toEqual(whole.events.map((event) => event.dedupeKey));
        },
      ),
      { numRuns: 300 },
    );
  });
});
