/** The WebAssembly kernel and its memory, which hold a document where its bytes are walked and hashed. */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Where input is copied that is not in the kernel's memory yet, and the most of it at a time: see assembly/layout.ts. */
export const INPUT_AT = 0x60000;
export const CHUNK = 0x20000;
/** What the kernel finds, counts and takes, besides. */
export const COUNT_AT = 0x1000;
export const SPANS_AT = 0x4000;
const DOCUMENT_AT = 0x200000;
/** What may be read after a document or a piece of one: zeros where nothing follows. */
export const AFTER = 512;
/** What the checksum takes at a time, and what it leaves: see assembly/checksum.ts. */
const UNIT = 64;
const SHORT = 4800;
/** What zlib begins with when it is told that this came before is 0. */
const FROM_ZERO = 0xffff_ffff;
const PAGE = 0x10000;
/** Memory grows by this much, so that it does not at every document a little larger than all before. */
const GROWTH = 64 * PAGE;

interface Exports {
  readonly memory: WebAssembly.Memory;
  begin(from: number, names: number): void;
  walk(base: number, length: number, input: number): number;
  position(): number;
  rows(count: number, origin: number): void;
  readRow(index: number, origin: number): void;
  define(low: number, high: number, count: number, whole: boolean, nested: boolean): void;
  compact(from: number, length: number, volatile: boolean): number;
  hashInput(length: number, first: boolean): void;
  setSeed(low: number, high: number): void;
  inflate(from: number, end: number, to: number, size: number): number;
  shorten(from: number, length: number): number;
}

/** One instance, for one thread. Views of its memory are good until the next document is inflated. */
export interface Kernel {
  readonly exports: Exports;
  /** All of its memory, as bytes and as words of 32 bits. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  /** Inflates a deflate stream that gives `size` bytes; undefined where it is not known to be one. */
  inflate(stream: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined;
  /** The CRC-32 of the document inflated last. */
  checksum(): number;
  /** Where bytes lie that reach to the end of the document inflated last; undefined for any others. */
  addressOf(bytes: Uint8Array): number | undefined;
}

/** The compiled module beside the bundle or in a built checkout; undefined where there is none. */
export function loadKernel(): WebAssembly.Module | undefined {
  for (const place of ['./kernel.wasm', '../kernel.wasm', '../../../dist/kernel.wasm']) {
    try {
      return new WebAssembly.Module(readFileSync(new URL(place, import.meta.url)));
    } catch {
      // Not there, or a machine without SIMD: the plain walk gives the same result.
    }
  }
  return undefined;
}

export function createKernel(module: WebAssembly.Module): Kernel {
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory } = exports;
  let bytes = new Uint8Array(memory.buffer);
  let words = new Uint32Array(memory.buffer);
  let documentEnd = 0;
  /** False where the machine has no more memory to give. */
  const reaches = (end: number): boolean => {
    if (end <= bytes.length) return true;
    try {
      memory.grow((Math.ceil((end - bytes.length) / GROWTH) * GROWTH) / PAGE);
    } catch {
      return false;
    }
    bytes = new Uint8Array(memory.buffer);
    words = new Uint32Array(memory.buffer);
    return true;
  };
  return {
    exports,
    get bytes() {
      return bytes;
    },
    get words() {
      return words;
    },
    inflate: (stream, size) => {
      documentEnd = 0;
      const end = DOCUMENT_AT + size;
      const from = end + AFTER;
      const to = from + stream.length;
      if (!reaches(to + AFTER)) return undefined;
      bytes.set(stream, from);
      if (!exports.inflate(from, to, DOCUMENT_AT, size)) return undefined;
      bytes.fill(0, end, from);
      documentEnd = end;
      return bytes.subarray(DOCUMENT_AT, end);
    },
    checksum: () => {
      const length = Math.floor((documentEnd - DOCUMENT_AT) / UNIT) * UNIT;
      if (length <= SHORT) return crc32(bytes.subarray(DOCUMENT_AT, documentEnd));
      const at = exports.shorten(DOCUMENT_AT, length);
      const most = crc32(bytes.subarray(at, at + SHORT), FROM_ZERO);
      return crc32(bytes.subarray(DOCUMENT_AT + length, documentEnd), most);
    },
    addressOf: (some) =>
      some.buffer === memory.buffer && some.byteOffset + some.length === documentEnd
        ? some.byteOffset
        : undefined,
  };
}
