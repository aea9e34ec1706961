/** The WebAssembly kernel as an element walk. Absent (never built) or not able, the plain walk does its work. */
import { readFileSync } from 'node:fs';
import { parseRecord } from './record.ts';
import { type ElementWalk, type Found, walkElements } from './split.ts';

/** The kernel's memory: see assembly/layout.ts. */
const COUNT_AT = 0x1000;
const NAMES_AT = 0x2000;
const NAME_SIZE = 256;
const SPANS_AT = 0x4000;
const CHUNK = 0x20000;
const INPUT_AT = 0x60000;
const ROWS_AT = 0x90000;
/** Words of 32 bits in a row, and the most rows of one call. */
export const ROW_WORDS = 16;
export const STATUS = 15;
/** Values of a row's last word. */
export const EXACT = 1;
export const UNSTEADY = 2;
const UNDEFINED = 3;
const MAX_ROWS = 1024;
const BEFORE = 256;
const AFTER = 512;
const END = 1;
const IRREGULAR = 2;
/** More names, or longer ones, cost more to look for than to sort out afterwards. */
const MAX_NAMES = 16;
const MAX_LENGTH = 128;
const MAX_MEMBER = 255;
/** Bytes from common to rare, by how many blocks of real records hold them; a name is looked for by its two rarest. */
const COMMON = 'eatnrsic,duom12p0-3vl87w9564gfy.bhkzqxj_+=@';

interface Exports {
  readonly memory: WebAssembly.Memory;
  begin(from: number, names: number): void;
  walk(base: number, length: number): number;
  position(): number;
  rows(count: number, base: number): void;
  readRow(index: number, base: number): void;
  define(low: number, high: number, count: number, whole: boolean, nested: boolean): void;
  compact(offset: number, length: number, volatile: boolean): number;
  hashInput(length: number, first: boolean): void;
  setSeed(low: number, high: number): void;
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

/**
 * An element walk that gives spans only for elements that can hold one of the names; without names, for all.
 * The returned walk owns its instance and is for one thread.
 */
export function kernelWalk(module: WebAssembly.Module, wanted: readonly string[] | undefined): ElementWalk {
  const kernel = new WebAssembly.Instance(module).exports as unknown as Exports;
  const memory = new Uint8Array(kernel.memory.buffer);
  const counts = new Uint32Array(kernel.memory.buffer, COUNT_AT, 2);
  const names = wanted && usable(wanted) ? wanted : [];
  names.forEach((name, index) => {
    memory.set(nameEntry(name), NAMES_AT + index * NAME_SIZE);
  });

  const chunk = (bytes: Uint8Array, at: number, to: number): number => {
    const length = Math.min(CHUNK, to - at);
    const before = Math.min(BEFORE, at);
    const after = Math.min(AFTER, to - at - length);
    memory.set(bytes.subarray(at - before, at + length + after), INPUT_AT - before);
    const filled = INPUT_AT + length + after;
    if (after < AFTER) memory.fill(0, filled, filled + AFTER);
    return length;
  };

  return (bytes, position, to, found) => {
    const mark = { spans: found.spans.length, records: found.records };
    kernel.begin(position, names.length);
    for (let at = position; at < to; at += CHUNK) {
      const state = kernel.walk(at, chunk(bytes, at, to));
      if (state === IRREGULAR) {
        found.spans.length = mark.spans;
        found.records = mark.records;
        return walkElements(bytes, position, to, found);
      }
      collect(kernel.memory.buffer, counts, found);
      if (state === END) break;
    }
    return position < to ? kernel.position() : position;
  };
}

function collect(buffer: ArrayBuffer, counts: Uint32Array, found: Found): void {
  const spans = new Uint32Array(buffer, SPANS_AT, counts[0]! * 2);
  for (const offset of spans) found.spans.push(offset);
  found.records += counts[1]!;
}

const usable = (names: readonly string[]): boolean =>
  names.length > 0 && names.length <= MAX_NAMES && names.every((name) => name.length <= MAX_LENGTH);

function nameEntry(name: string): Uint8Array {
  const folded = Buffer.from(name, 'latin1').map((byte) => byte | 0x20);
  const rarity = (index: number): number => {
    const rank = COMMON.indexOf(name[index]!);
    return rank < 0 ? COMMON.length : rank;
  };
  const [first, second = first] = [...name].map((_, index) => index).sort((a, b) => rarity(b) - rarity(a));
  return Uint8Array.of(name.length, first!, second!, ...folded);
}

/** Where the records of rows are. */
export interface RowRecords {
  /** The record of the row at `at`, as a whole. */
  whole(rows: Uint32Array, at: number): string;
  /** What has to be kept of it, as JSON; valid until the next call. */
  kept(rows: Uint32Array, at: number, volatile: boolean): Uint8Array;
}
/** The hash that a row holds for the same strings, in two words. During `take` it leaves the input as it is. */
export type RowHash = (parts: readonly string[]) => readonly [low: number, high: number];

/** What an aggregate needs of records: see assembly/rows.ts for the words of a row. */
export interface RowReader {
  /** Hands over rows for all spans, in groups; the words are valid during the call only. */
  read(bytes: Uint8Array, spans: readonly number[], take: (rows: Uint32Array, count: number) => void): void;
  /**
   * During `take`: the members of a row's record that an aggregate keeps, as JSON; valid until the next call. The
   * identity, the id and the time are left out, and with `volatile` false the volatile members.
   */
  compact(start: number, end: number, volatile: boolean): Uint8Array;
  readonly hash: RowHash;
}

/** Which members of a call's requests anything reads; undefined: all count. */
export type RequestReads = (
  eventSource: string,
  eventName: string,
) => { readonly names: readonly string[]; readonly nested: boolean } | undefined;

/** The seed keeps a log's author from finding two records of one hash. */
export function rowReader(
  module: WebAssembly.Module,
  seed: readonly [number, number],
  reads: RequestReads = () => undefined,
): RowReader {
  const kernel = new WebAssembly.Instance(module).exports as unknown as Exports;
  const memory = new Uint8Array(kernel.memory.buffer);
  const spanWords = new Uint32Array(kernel.memory.buffer, SPANS_AT, MAX_ROWS * 2);
  const rowWords = new Uint32Array(kernel.memory.buffer, ROWS_AT, MAX_ROWS * ROW_WORDS);
  const hashWords = new Uint32Array(kernel.memory.buffer, COUNT_AT, 2);
  kernel.setSeed(seed[0], seed[1]);
  let base = 0;
  const hash: RowHash = (parts) => {
    parts.forEach((part, index) => {
      const bytes = Buffer.from(part).subarray(0, CHUNK);
      memory.set(bytes, SPANS_AT);
      memory.fill(0, SPANS_AT + bytes.length, SPANS_AT + bytes.length + 8);
      kernel.hashInput(bytes.length, index === 0);
    });
    return [hashWords[0]!, hashWords[1]!];
  };
  /** Rows of a call that was not met before, which only a parsed record names. */
  const define = (row: number): void => {
    const at = row * ROW_WORDS;
    const start = INPUT_AT + rowWords[at + ROW_WORDS - 3]! - base;
    const end = INPUT_AT + rowWords[at + ROW_WORDS - 2]! - base;
    const { decoded } = parseRecord(Buffer.from(kernel.memory.buffer, start, end - start).toString());
    if (!decoded.ok) {
      rowWords[at + ROW_WORDS - 1] = EXACT;
      return;
    }
    const { eventSource, eventName } = decoded.event;
    const members = reads(eventSource, eventName);
    const [low, high] = hash([eventSource, eventName]);
    const names = (members?.names ?? []).map((name) => Buffer.from(name));
    const size = names.reduce((sum, name) => sum + 1 + name.length, 0);
    const whole = !members || size > CHUNK || names.some((name) => name.length > MAX_MEMBER);
    let to = SPANS_AT;
    if (!whole)
      for (const name of names) {
        memory[to] = name.length;
        memory.set(name, to + 1);
        to += 1 + name.length;
      }
    kernel.define(low, high, whole ? 0 : names.length, whole, members?.nested ?? false);
    kernel.readRow(row, base);
    if (rowWords[at + ROW_WORDS - 1] === UNDEFINED) rowWords[at + ROW_WORDS - 1] = EXACT;
  };

  return {
    read: (bytes, spans, take) => {
      let index = 0;
      while (index < spans.length) {
        base = spans[index]!;
        let count = 0;
        let end = base;
        for (
          let at = index;
          at < spans.length && count < MAX_ROWS && spans[at + 1]! - base <= CHUNK;
          at += 2
        ) {
          spanWords[count * 2] = spans[at]!;
          end = spanWords[count * 2 + 1] = spans[at + 1]!;
          count++;
        }
        if (count === 0) {
          // Larger than a piece of the kernel's memory: the exact path.
          rowWords.set([base, spans[index + 1]!, EXACT], ROW_WORDS - 3);
          count = 1;
        } else {
          memory.set(bytes.subarray(base, end), INPUT_AT);
          memory.fill(0, INPUT_AT + end - base, INPUT_AT + end - base + 64);
          kernel.rows(count, base);
          for (let row = 0; row < count; row++)
            if (rowWords[(row + 1) * ROW_WORDS - 1] === UNDEFINED) define(row);
        }
        take(rowWords, count);
        index += count * 2;
      }
    },
    compact: (start, end, volatile) => {
      const length = kernel.compact(start - base, end - start, volatile);
      return memory.subarray(SPANS_AT, SPANS_AT + length);
    },
    hash,
  };
}
