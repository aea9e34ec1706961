/**
 * Where the records of a document lie, found over the bytes without parsing them. Exact for every valid document in the
 * accepted shapes, because the walk knows strings and depth: nothing inside a string or inside another member can pass
 * for a record. Of a damaged document it finds the records that are complete.
 *
 * Shapes: `{"Records":[...]}`, an array, one record, one value a line (NDJSON), and any of these one after another
 * (a gzip file of several members holds the concatenation of their documents).
 */
import type { GapReason } from '../source.ts';
import * as B from './bytes.ts';

export interface Damage {
  readonly reason: GapReason;
  /** One line, safe to print. */
  readonly detail: string;
}

type State = 'start' | 'value' | 'lines' | 'object' | 'array' | 'stopped';
/** Members that tell a single record from a foreign document. */
const RECORD_KEYS = new Set([
  'eventVersion',
  'eventName',
  'eventSource',
  'eventTime',
  'eventID',
  'userIdentity',
]);
/** What a walk found: `spans` are pairs of start and end offsets (end exclusive) in the bytes handed to `feed`. */
export interface Found {
  spans: number[];
  /** All records, also those that an engine saw cannot matter and gave no span for. */
  records: number;
}
/**
 * Walks the elements of an array from `position`: returns the offset of its closing bracket, or of the first element
 * that does not end before `to`. A faster engine may stand in for the one below.
 */
export type ElementWalk = (bytes: Uint8Array, position: number, to: number, found: Found) => number;

/**
 * Owns the walk's state between two pieces of one document. `feed` returns how many bytes were consumed; the caller
 * hands the rest again, followed by more, and says when there is no more.
 */
export class Splitter {
  readonly #walk: ElementWalk;
  #state: State = 'start';
  /** Values at the top level so far. */
  #values = 0;
  /** The top-level object being walked: has a `Records` array, looks like a record, records were given away already. */
  #hasRecords = false;
  #likeRecord = false;
  #given = false;
  #inObject = false;
  #foreign = false;
  /** Offset of the top-level object in the current piece, and what had been found before it. */
  #objectStart = 0;
  #mark = { spans: 0, records: 0 };
  /** Bytes of earlier pieces, for messages. */
  #before = 0;
  #damage: Damage | undefined;

  constructor(walk: ElementWalk = walkElements) {
    this.#walk = walk;
  }

  get damage(): Damage | undefined {
    return this.#damage;
  }

  feed(bytes: Uint8Array, found: Found, final: boolean): number {
    const to = bytes.length;
    let at = 0;
    this.#objectStart = 0;
    this.#mark = { spans: found.spans.length, records: found.records };
    while (at < to && this.#state !== 'stopped') {
      const next = this.#step(bytes, at, to, found, final);
      if (next < 0) break;
      at = next;
    }
    if (final) this.#end(bytes, at, found);
    // A top-level object that may yet prove to be a record must stay whole.
    const kept = this.#state === 'object' && !this.#hasRecords ? this.#objectStart : at;
    if (kept < at) this.#state = 'value';
    this.#given ||= this.#hasRecords && (this.#state === 'array' || this.#state === 'object');
    this.#before += kept;
    return kept;
  }

  /** One token at depth 0, 1 or 2; -1 where the piece ends before it does. */
  #step(bytes: Uint8Array, at: number, to: number, found: Found, final: boolean): number {
    switch (this.#state) {
      case 'start':
        return this.#start(bytes, at, to, final);
      case 'lines':
        return this.#line(bytes, at, to, found, final);
      case 'value':
        return this.#value(bytes, at, to, found);
      case 'object':
        return this.#member(bytes, at, to, found);
      case 'array':
        return this.#elements(bytes, at, to, found);
      default:
        return -1;
    }
  }

  /** Skips a byte order mark and decides between lines and values. */
  #start(bytes: Uint8Array, at: number, to: number, final: boolean): number {
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const first = B.skipSpace(bytes, at + mark, to);
    if (first === to) return final ? first : -1;
    this.#state = isLines(bytes, first, to) ? 'lines' : 'value';
    return first;
  }

  /** A broken line costs that line only: it becomes a record that does not parse, and is counted as such. */
  #line(bytes: Uint8Array, at: number, to: number, found: Found, final: boolean): number {
    const newline = bytes.indexOf(B.NEWLINE, at);
    if (newline < 0 && !final) return -1;
    const end = newline < 0 ? to : newline;
    const first = B.skipSpace(bytes, at, end);
    if (first < end) {
      const mark = { spans: found.spans.length, records: found.records };
      const line = new Splitter(this.#walk);
      line.#state = 'value';
      line.#values = 1;
      line.feed(bytes.subarray(first, end), found, true);
      for (let index = mark.spans; index < found.spans.length; index++) found.spans[index]! += first;
      if (line.damage) {
        reset(found, mark);
        add(found, first, end);
      }
    }
    this.#values++;
    return newline < 0 ? to : newline + 1;
  }

  #value(bytes: Uint8Array, at: number, to: number, found: Found): number {
    const first = B.skipSpace(bytes, at, to);
    if (first === to) return to;
    this.#objectStart = first;
    this.#mark = { spans: found.spans.length, records: found.records };
    this.#hasRecords = this.#likeRecord = this.#given = false;
    this.#inObject = bytes[first] === B.OPEN_OBJECT;
    if (this.#inObject || bytes[first] === B.OPEN_ARRAY) {
      this.#state = this.#inObject ? 'object' : 'array';
      return first + 1;
    }
    this.#stop('not-json', `no JSON document at byte ${this.#before + first}`);
    return first;
  }

  /** One member of a top-level object, or its end. */
  #member(bytes: Uint8Array, at: number, to: number, found: Found): number {
    const first = B.skipSpace(bytes, at, to);
    if (first === to) return -1;
    if (bytes[first] === B.CLOSE_OBJECT) return this.#closeObject(first + 1, found);
    if (bytes[first] === B.COMMA) return first + 1;
    if (bytes[first] !== B.QUOTE) {
      this.#stop('not-json', `no member name at byte ${this.#before + first}`);
      return first;
    }
    const keyEnd = B.skipString(bytes, first, to);
    const colon = keyEnd < 0 ? to : B.skipSpace(bytes, keyEnd, to);
    const value = colon >= to ? to : B.skipSpace(bytes, colon + 1, to);
    if (value >= to) return -1;
    if (bytes[colon] !== B.COLON) {
      this.#stop('not-json', `no value after the member name at byte ${this.#before + first}`);
      return first;
    }
    const key = readKey(bytes, first, keyEnd);
    if (key === 'Records') {
      // JSON.parse keeps the last of two members of one name, and so does this where the first was not given away.
      if (this.#given) this.#stop('not-json', `a second \`Records\` at byte ${this.#before + first}`);
      reset(found, this.#mark);
      this.#hasRecords = bytes[value] === B.OPEN_ARRAY;
      if (this.#given) return first;
      if (this.#hasRecords) {
        this.#state = 'array';
        return value + 1;
      }
    } else if (key !== undefined && RECORD_KEYS.has(key)) this.#likeRecord = true;
    return B.skipValue(bytes, value, to);
  }

  #closeObject(end: number, found: Found): number {
    this.#foreign = !this.#hasRecords && !this.#likeRecord;
    if (!this.#hasRecords) add(found, this.#objectStart, end);
    this.#values++;
    this.#state = 'value';
    return end;
  }

  #elements(bytes: Uint8Array, at: number, to: number, found: Found): number {
    const next = this.#walk(bytes, at, to, found);
    if (next < to && bytes[next] === B.CLOSE_ARRAY) {
      if (this.#inObject) this.#state = 'object';
      else {
        this.#values++;
        this.#foreign = false;
        this.#state = 'value';
      }
      return next + 1;
    }
    return next === at ? -1 : next;
  }

  #stop(reason: GapReason, detail: string): void {
    this.#damage = { reason, detail };
    this.#state = 'stopped';
  }

  #end(bytes: Uint8Array, at: number, found: Found): void {
    const length = this.#before + bytes.length;
    if (this.#state === 'start') this.#stop('not-json', 'the document is empty');
    else if (this.#state === 'object' || this.#state === 'array')
      this.#stop('truncated', `the document ends inside a value, at byte ${length}`);
    else if (
      this.#state === 'value' &&
      this.#values === 1 &&
      this.#foreign &&
      B.skipSpace(bytes, at, bytes.length) === bytes.length
    ) {
      reset(found, { spans: 0, records: 0 });
      this.#stop('no-records-key', 'the document has no `Records` array and is no record');
    }
  }
}

/** One value a line: the first line is closed like a document, and another line follows. */
function isLines(bytes: Uint8Array, start: number, to: number): boolean {
  if (bytes[start] !== B.OPEN_OBJECT) return false;
  const newline = bytes.indexOf(B.NEWLINE, start);
  if (newline < 0) return false;
  let last = newline - 1;
  while (last > start && B.isSpace(bytes[last])) last--;
  return last > start && bytes[last] === B.CLOSE_OBJECT && B.skipSpace(bytes, newline, to) < to;
}

/** The member name as JSON.parse reads it; undefined where it is none. */
function readKey(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()) as string;
  } catch {
    return undefined;
  }
}

function add(found: Found, start: number, end: number): void {
  found.spans.push(start, end);
  found.records++;
}

function reset(found: Found, to: { readonly spans: number; readonly records: number }): void {
  found.spans.length = to.spans;
  found.records = to.records;
}

/** The reference. Anything between two commas is an element, so that rubbish is counted and not dropped. */
export const walkElements: ElementWalk = (bytes, position, to, found) => {
  let at = position;
  for (;;) {
    at = B.skipSpace(bytes, at, to);
    if (at >= to || bytes[at] === B.CLOSE_ARRAY) return at;
    if (bytes[at] === B.COMMA) {
      at++;
      continue;
    }
    const end = B.skipValue(bytes, at, to);
    if (end < 0) return at;
    add(found, at, end);
    at = end;
  }
};
