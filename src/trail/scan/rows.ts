/** The kernel as a reader of rows: what an aggregate needs of records, without parsing them. */
import { CHUNK, COUNT_AT, INPUT_AT, type Kernel, SPANS_AT } from './kernel.ts';
import { parseRecord } from './record.ts';

/** Where the kernel puts rows: see assembly/layout.ts. */
const ROWS_AT = 0x90000;
/** Words of 32 bits in a row, and the most rows of one call. */
export const ROW_WORDS = 16;
export const STATUS = 15;
/** Values of a row's last word. */
export const EXACT = 1;
export const UNSTEADY = 2;
const UNDEFINED = 3;
const MAX_ROWS = 1024;
const MAX_MEMBER = 255;

/** Where the records of rows are. */
export interface RowRecords {
  /** The record of the row at `at`, as a whole. */
  whole(rows: Uint32Array, at: number): string;
  /** What has to be kept of it, as JSON; valid until the next call. */
  kept(rows: Uint32Array, at: number, volatile: boolean): Uint8Array;
}
/** The hash that a row holds for the same strings, in two words. During `take` it leaves the input as it is. */
export type RowHash = (parts: readonly (string | Uint8Array)[]) => readonly [low: number, high: number];

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
  kernel: Kernel,
  seed: readonly [number, number],
  reads: RequestReads = () => undefined,
): RowReader {
  const { rows, readRow, compact, hashInput, define, setSeed } = kernel.exports;
  setSeed(seed[0], seed[1]);
  /** Where the document begins, or would if all of it were there. */
  let origin = 0;
  const hash: RowHash = (parts) => {
    parts.forEach((part, index) => {
      const bytes = (typeof part === 'string' ? Buffer.from(part) : part).subarray(0, CHUNK);
      kernel.bytes.set(bytes, SPANS_AT);
      kernel.bytes.fill(0, SPANS_AT + bytes.length, SPANS_AT + bytes.length + 8);
      hashInput(bytes.length, index === 0);
    });
    return [kernel.words[COUNT_AT / 4]!, kernel.words[COUNT_AT / 4 + 1]!];
  };
  /** Copies records; returns where the document they are of would begin. */
  const copied = (bytes: Uint8Array, base: number, end: number): number => {
    kernel.bytes.set(bytes.subarray(base, end), INPUT_AT);
    kernel.bytes.fill(0, INPUT_AT + end - base, INPUT_AT + end - base + 64);
    return INPUT_AT - base;
  };
  /** Rows of a call that was not met before, which only a parsed record names. */
  const meet = (rowWords: Uint32Array, row: number): void => {
    const at = row * ROW_WORDS;
    const start = rowWords[at + ROW_WORDS - 3]!;
    const end = rowWords[at + ROW_WORDS - 2]!;
    const record = Buffer.from(kernel.bytes.buffer, origin + start, end - start);
    const { decoded } = parseRecord(record.toString());
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
        kernel.bytes[to] = name.length;
        kernel.bytes.set(name, to + 1);
        to += 1 + name.length;
      }
    define(low, high, whole ? 0 : names.length, whole, members?.nested ?? false);
    readRow(row, origin);
    if (rowWords[at + ROW_WORDS - 1] === UNDEFINED) rowWords[at + ROW_WORDS - 1] = EXACT;
  };

  return {
    read: (bytes, spans, take) => {
      const spanWords = kernel.words.subarray(SPANS_AT / 4, SPANS_AT / 4 + MAX_ROWS * 2);
      const rowWords = kernel.words.subarray(ROWS_AT / 4, ROWS_AT / 4 + MAX_ROWS * ROW_WORDS);
      const home = kernel.addressOf(bytes);
      let index = 0;
      while (index < spans.length) {
        const base = spans[index]!;
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
          origin = home ?? copied(bytes, base, end);
          rows(count, origin);
          for (let row = 0; row < count; row++)
            if (rowWords[(row + 1) * ROW_WORDS - 1] === UNDEFINED) meet(rowWords, row);
        }
        take(rowWords, count);
        index += count * 2;
      }
    },
    compact: (start, end, volatile) => {
      const length = compact(origin + start, end - start, volatile);
      return kernel.bytes.subarray(SPANS_AT, SPANS_AT + length);
    },
    hash,
  };
}
