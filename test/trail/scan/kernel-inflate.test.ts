/** The kernel's inflate against zlib: the same document, or no answer. */
import { constants, crc32, deflateRawSync, gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernel, loadKernel } from '../../../src/trail/scan/kernel.ts';
import { kernelInflate } from '../../../src/trail/scan/kernel-inflate.ts';

const module = loadKernel();
if (!module) throw new Error('the kernel is not built: npm run build');
const kernel = createKernel(module);
const quick = kernelInflate(kernel);
const MOST = 64 << 20;
const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('latin1');

/** Bytes with runs, repeats near and far, and noise, as deflate has a way to say each. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 2000 })).map(([byte, times]) => Buffer.alloc(times, byte)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 100 }))
    .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes))),
  fc.string({ maxLength: 200 }).map((value) => Buffer.from(JSON.stringify({ value }))),
);
const content = fc
  .tuple(fc.array(piece, { maxLength: 12 }), fc.boolean(), fc.integer({ min: 0, max: 40_000 }))
  .map(([pieces, again, gap]) => {
    const once = Buffer.concat(pieces);
    return again ? Buffer.concat([once, Buffer.alloc(gap, 'gap'), once]) : once;
  });
const options: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

describe('kernelInflate', () => {
  it('gives what was packed, however it was', () => {
    fc.assert(
      fc.property(content, options, (bytes, how) => {
        expect(text(quick(gzipSync(bytes, how), MOST))).toBe(text(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('gives documents larger than any before', () => {
    for (const size of [1, 5e6, 100, 2e7]) {
      const bytes = Buffer.alloc(size, 'every record of a trail ');
      expect(quick(gzipSync(bytes), MOST)?.length).toBe(size);
      expect(bytes.equals(quick(gzipSync(bytes), MOST)!)).toBe(true);
    }
  });

  it('knows the checksum of any length', () => {
    const noise = Buffer.from(
      Uint32Array.from({ length: 20_000 }, (_, i) => Math.imul(i, 0x9e3779b1) ^ i).buffer,
    );
    const edges = [0, 63, 4800, 4864, 4800 + 16_384, 4864 + 16_384, 4800 + 2 * 16_384, 80_000];
    for (const edge of edges)
      for (const size of [edge - 1, edge, edge + 1, edge + 63, edge + 64]) {
        if (size < 0 || size > noise.length) continue;
        expect(text(quick(gzipSync(noise.subarray(0, size)), MOST))).toBe(text(noise.subarray(0, size)));
        expect(kernel.checksum()).toBe(crc32(noise.subarray(0, size)));
      }
  });

  it('passes over a name in the header', () => {
    const packed = gzipSync('{}');
    const named = Buffer.concat([packed.subarray(0, 10), Buffer.from('trail.json\0'), packed.subarray(10)]);
    named[3] = 8;
    expect(text(quick(named, MOST))).toBe('{}');
    expect(quick(named.subarray(0, 15), MOST)).toBeUndefined();
  });

  it('leaves several members, padding, other headers and what is too large to others', () => {
    const packed = gzipSync('one');
    const headed = Buffer.from(packed);
    headed[3] = 2;
    for (const odd of [
      Buffer.concat([packed, gzipSync('two')]),
      Buffer.concat([packed, Buffer.alloc(20)]),
      headed,
      Buffer.from([0x1f, 0x8b]),
      Buffer.alloc(0),
    ])
      expect(quick(odd, MOST)).toBeUndefined();
    expect(quick(packed, 2)).toBeUndefined();
  });

  it('gives nothing for damaged bytes that zlib does not give', () => {
    const native = (bytes: Uint8Array): string | undefined => {
      try {
        return text(gunzipSync(bytes));
      } catch {
        return undefined;
      }
    };
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(content, options, damage, fc.nat(), (bytes, how, changes, cut) => {
        const packed = gzipSync(bytes, how);
        // Whether it is gzip at all is asked before.
        for (const [at, value] of changes) packed[2 + (at % (packed.length - 2))] = value;
        for (const one of [packed, packed.subarray(0, cut % packed.length)]) {
          const own = text(quick(one, MOST));
          if (own !== undefined) expect(own).toBe(native(one));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('holds no stream for one that zlib refuses, checksums aside', () => {
    const streams = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.tuple(content, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
        const packed = deflateRawSync(bytes);
        packed[at % packed.length] = value;
        return packed;
      }),
    );
    fc.assert(
      fc.property(streams, fc.nat(2000), (stream, size) => {
        const own = text(kernel.inflate(stream, size));
        if (own === undefined) return;
        const crc = Buffer.alloc(8);
        crc.writeUInt32LE(crc32(Buffer.from(own, 'latin1')), 0);
        crc.writeUInt32LE(size, 4);
        const member = Buffer.concat([gzipSync('').subarray(0, 10), stream, crc]);
        expect(text(gunzipSync(member))).toBe(own);
      }),
      { numRuns: 2000 },
    );
  });
});
