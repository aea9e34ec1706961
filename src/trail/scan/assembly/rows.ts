// AssemblyScript. What an aggregate needs of one record, without parsing it: hashes of the members that make records
// alike, the time and the id. A record that is written in any unusual way is left to the exact path.
//
// A row: key (2 words), volatile members (2), identity (2), identity of the record for de-duplication (2), event id (4),
// seconds since 1970 (1), start and end in the document (2), status (1).
import { plainVersion, readId, secondsOf } from './fields';
import { membersEnd, membersHash } from './identity';
import { COUNT_AT, ROWS_AT, SPANS_AT } from './layout';
import * as M from './members';
import { copyRequest, isUnknown, requestEnd, requestHash } from './request';
import { hash, skipSpace, slashed, stringEnd, valueEnd } from './text';

const QUOTE: i32 = 0x22;
const COMMA: i32 = 0x2c;
const COLON: i32 = 0x3a;

/** Statuses of a row. */
const STEADY: u32 = 0;
const EXACT: u32 = 1;
/** Something is in a volatile member. */
const UNSTEADY: u32 = 2;
/** The record's call was not met yet: `define` it and read again. */
const UNDEFINED: u32 = 3;

let seed: u64 = 0;

export function setSeed(low: u32, high: u32): void {
  seed = (low as u64) | ((high as u64) << 32);
}

/** For the exact path: chains the hash of the bytes at SPANS_AT to the one at COUNT_AT; `first` begins a chain. */
export function hashInput(length: u32, first: bool): void {
  store<u64>(COUNT_AT, hash(SPANS_AT, length as usize, first ? seed : load<u64>(COUNT_AT)));
}

/** Reads one record at an address into a row; returns its status. */
function read(from: usize, to: usize, row: usize): u32 {
  let status = STEADY;
  let key = seed;
  let unstable = seed;
  let identity: u64 = 0;
  let idAt: usize = 0;
  let timeAt: usize = 0;
  let sourceAt: usize = 0;
  let sourceLength: usize = 0;
  let nameAt: usize = 0;
  let nameLength: usize = 0;
  let errorAt: usize = 0;
  let errorLength: usize = 0;
  let met: u32 = 0;
  let at = skipSpace(from + 1);
  for (;;) {
    if (load<u8>(at) !== QUOTE) return EXACT;
    const keyEnd = stringEnd(at, to);
    if (keyEnd === 0 || slashed) return EXACT;
    const keyAt = at + 1;
    const keyLength = keyEnd - at - 2;
    at = skipSpace(keyEnd);
    if (load<u8>(at) !== COLON) return EXACT;
    at = skipSpace(at + 1);
    const first = load<u8>(at) as i32;
    const kind = M.kindOf(keyAt, keyLength);
    if (kind >= M.TIME) {
      // JSON.parse takes the last of two members of one name.
      const bit = (1 as u32) << kind;
      if ((met & bit) !== 0) return EXACT;
      met |= bit;
    }
    let end: usize = 0;
    if (kind === M.IDENTITY) {
      if (first !== 0x7b) return EXACT;
      identity = membersHash(at, to, seed, 0);
      if (identity === 0) return EXACT;
      end = membersEnd;
    } else if (kind === M.REQUEST && first === 0x7b && sourceAt !== 0 && nameAt !== 0) {
      const call = hash(nameAt, nameLength, hash(sourceAt, sourceLength, seed));
      if (isUnknown(call)) return UNDEFINED;
      key = requestHash(call, at, to, hash(keyAt, keyLength, key));
      if (key === 0) return EXACT;
      end = requestEnd;
      // Whoever reads the response may look for what it holds in any part of the request.
      unstable = hash(at, end - at, unstable);
    } else {
      end = valueEnd(at, first, to);
      if (end === 0) return EXACT;
      const length = end - at;
      if (kind === M.OTHER || kind === M.REQUEST)
        // Name and value in one piece: what stands between them is the same in all records of one writer.
        key = hash(keyAt, end - keyAt, key);
      else if (kind === M.VOLATILE) {
        unstable = hash(keyAt, end - keyAt, unstable);
        if (first !== 0x6e) status = UNSTEADY;
      } else if (kind === M.EXACT) return EXACT;
      else if (kind !== M.IGNORED) {
        if (first !== QUOTE || slashed || length === 2) return EXACT;
        if (kind === M.ID) {
          if (length !== 38) return EXACT;
          idAt = at + 1;
        } else if (kind === M.TIME) {
          if (length !== 22) return EXACT;
          timeAt = at + 1;
        } else {
          if (kind === M.SOURCE) {
            sourceAt = at + 1;
            sourceLength = length - 2;
          } else if (kind === M.NAME) {
            nameAt = at + 1;
            nameLength = length - 2;
          } else if (kind === M.ERROR) {
            errorAt = at + 1;
            errorLength = length - 2;
          } else if (!plainVersion(at + 1, length - 2)) return EXACT;
          if (kind !== M.VERSION) key = hash(keyAt, end - keyAt, key);
        }
      }
    }
    at = skipSpace(end);
    const byte = load<u8>(at) as i32;
    if (byte === 0x7d && at + 1 === to) break;
    if (byte !== COMMA) return EXACT;
    at = skipSpace(at + 1);
  }
  if (identity === 0 || idAt === 0 || timeAt === 0 || sourceAt === 0 || nameAt === 0) return EXACT;
  const seconds = secondsOf(timeAt);
  if (seconds < 0 || !readId(idAt, row + 32)) return EXACT;
  let record = hash(idAt, 36, seed);
  record = hash(timeAt, 20, record);
  record = hash(sourceAt, sourceLength, record);
  record = hash(nameAt, nameLength, record);
  record = hash(errorAt, errorLength, record);
  store<u64>(row, key);
  store<u64>(row, unstable, 8);
  store<u64>(row, identity, 16);
  store<u64>(row, record, 24);
  store<u32>(row, seconds as u32, 48);
  return status;
}

/**
 * Writes at SPANS_AT what has to be kept of a record that was read before, at `from`: its members without the identity, the id, the
 * time and what is never read; with `unstable` the whole request. Returns the length.
 */
export function compact(from: usize, length: u32, unstable: bool): u32 {
  const to = from + (length as usize);
  let out: usize = SPANS_AT;
  let source: u64 = 0;
  let call: u64 = 0;
  store<u8>(out++, 0x7b);
  let at = skipSpace(from + 1);
  while (load<u8>(at) === QUOTE) {
    const keyEnd = stringEnd(at, to);
    const valueAt = skipSpace(skipSpace(keyEnd) + 1);
    const first = load<u8>(valueAt) as i32;
    const end = valueEnd(valueAt, first, to);
    const kind = M.kindOf(at + 1, keyEnd - at - 2);
    if (kind === M.SOURCE) source = hash(valueAt + 1, end - valueAt - 2, seed);
    else if (kind === M.NAME && source !== 0) call = hash(valueAt + 1, end - valueAt - 2, source);
    const dropped = kind === M.IDENTITY || kind === M.ID || kind === M.TIME || kind === M.IGNORED;
    if (!dropped && (unstable || kind !== M.VOLATILE)) {
      if (out > SPANS_AT + 1) store<u8>(out++, COMMA);
      if (kind === M.REQUEST && first === 0x7b && call !== 0 && !unstable) {
        memory.copy(out, at, valueAt - at);
        out = copyRequest(call, valueAt, to, out + (valueAt - at));
      } else {
        memory.copy(out, at, end - at);
        out += end - at;
      }
    }
    at = skipSpace(end);
    if (load<u8>(at) === COMMA) at = skipSpace(at + 1);
  }
  store<u8>(out++, 0x7d);
  return (out - SPANS_AT) as u32;
}

/** One row for each of the `count` records at SPANS_AT, offsets in a document that begins, or would, at `origin`. */
export function rows(count: u32, origin: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = ROWS_AT + ((i as usize) << 6);
    const span = SPANS_AT + ((i as usize) << 3);
    store<u32>(row, load<u32>(span), 52);
    store<u32>(row, load<u32>(span, 4), 56);
    readRow(i, origin);
  }
}

/** Reads the record of a row, again where its call was not defined. */
export function readRow(index: u32, origin: usize): void {
  const row = ROWS_AT + ((index as usize) << 6);
  const start = load<u32>(row, 52);
  const from = origin + start;
  const to = from + ((load<u32>(row, 56) - start) as usize);
  store<u32>(row, load<u8>(from) === 0x7b ? read(from, to, row) : EXACT, 60);
}
