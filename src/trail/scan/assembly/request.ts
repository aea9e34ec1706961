// AssemblyScript. Which members of a request the mapping of a call may read, and the hash of those.
import { CALLS_AT, MEMBERS_AT, MEMBERS_END, SPANS_AT } from './layout';
import { hash, skipSpace, slashed, stringEnd, valueEnd } from './text';

const QUOTE: i32 = 0x22;
const COMMA: i32 = 0x2c;
const COLON: i32 = 0x3a;
const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
/** Slots of the table of calls: key (8 bytes), address of a table of names with flags in its low bits (4), its slots (4). */
const CALLS: usize = 4096;
/** More are not told apart: all of their requests counts. */
const MOST_CALLS: u32 = 3000;
const WHOLE: u32 = 1;
/** Members of any object in the request are read. */
const NESTED: u32 = 2;

let calls: u32 = 0;
let free: usize = MEMBERS_AT;

/** A call is known by the hash of source and name. 0: not met yet. */
function find(key: u64): usize {
  let slot = (key as usize) & (CALLS - 1);
  let at = CALLS_AT + (slot << 4);
  let known = load<u64>(at);
  while (known !== key && known !== 0) {
    slot = (slot + 1) & (CALLS - 1);
    at = CALLS_AT + (slot << 4);
    known = load<u64>(at);
  }
  return known === 0 ? 0 : at;
}

/** Whether `define` has to be called before requests of the call are read. */
export function isUnknown(key: u64): bool {
  return calls < MOST_CALLS && find(key) === 0;
}

/**
 * Says which members of a call's requests count: the `count` names at SPANS_AT, each after its length in a byte, or all.
 * Cases do not matter.
 */
export function define(low: u32, high: u32, count: u32, whole: bool, nested: bool): void {
  const key = (low as u64) | ((high as u64) << 32);
  if (!isUnknown(key)) return;
  let slots: usize = 2;
  while (slots < (count as usize) * 2) slots <<= 1;
  const fits = !whole && free + (slots << 3) <= MEMBERS_END;
  let slot = (key as usize) & (CALLS - 1);
  while (load<u64>(CALLS_AT + (slot << 4)) !== 0) slot = (slot + 1) & (CALLS - 1);
  const at = CALLS_AT + (slot << 4);
  calls++;
  store<u64>(at, key);
  store<u32>(at, fits ? (free as u32) | (nested ? NESTED : 0) : WHOLE, 8);
  store<u32>(at, slots as u32, 12);
  if (!fits) return;
  let from = SPANS_AT;
  for (let i: u32 = 0; i < count; i++) {
    const length = load<u8>(from) as usize;
    const name = nameHash(from + 1, length);
    let place = (name as usize) & (slots - 1);
    while (load<u64>(free + (place << 3)) !== 0) place = (place + 1) & (slots - 1);
    store<u64>(free + (place << 3), name);
    from += 1 + length;
  }
  free += slots << 3;
}

/** Of a name in any case, and for some names that differ otherwise, too; never 0. */
function nameHash(from: usize, length: usize): u64 {
  let value: u64 = length as u64;
  let at = from;
  const end = from + length;
  while (at + 8 <= end) {
    value = rotl((value ^ folded(load<u64>(at))) * P1, 31);
    at += 8;
  }
  if (at < end) {
    const rest = load<u64>(at) & (((1 as u64) << (((end - at) as u64) << 3)) - 1);
    value = rotl((value ^ folded(rest)) * P2, 29);
  }
  value ^= value >> 32;
  value *= P2;
  return (value ^ (value >> 29)) | 1;
}

function folded(bytes: u64): u64 {
  return bytes | 0x2020202020202020;
}

/** Whether a member of a request counts for the call at `call`; where in doubt, it does. */
export function counts(call: usize, from: usize, length: usize, first: i32): bool {
  const flags = load<u32>(call, 8);
  if ((flags & WHOLE) !== 0) return true;
  if ((flags & NESTED) !== 0 && first === 0x7b) return true;
  // The request wrapped once more: a name that ends in `Request`, `Input` or `Req`.
  if (length >= 3) {
    const tail = load<u32>(from + length - 3) & 0xffffff;
    if (tail === 0x747365 || tail === 0x747570 || tail === 0x716552) return true;
  }
  for (let i: usize = 0; i < length; i++) if (load<u8>(from + i) >= 0x80) return true;
  const table = (flags & ~(WHOLE | NESTED)) as usize;
  const slots = load<u32>(call, 12) as usize;
  const name = nameHash(from, length);
  let slot = (name as usize) & (slots - 1);
  let known = load<u64>(table + (slot << 3));
  while (known !== name && known !== 0) {
    slot = (slot + 1) & (slots - 1);
    known = load<u64>(table + (slot << 3));
  }
  return known === name;
}

/** Offset after the request that was read last. */
export let requestEnd: usize = 0;

/** The hash of what counts in the request that begins at `from`, chained; 0 where it is written in an unusual way. */
export function requestHash(key: u64, from: usize, to: usize, start: u64): u64 {
  const call = find(key);
  if (call === 0) {
    requestEnd = valueEnd(from, 0x7b, to);
    return requestEnd === 0 ? 0 : hash(from, requestEnd - from, start) | 1;
  }
  let value = start;
  let at = skipSpace(from + 1);
  if (load<u8>(at) !== 0x7d)
    for (;;) {
      if (load<u8>(at) !== QUOTE) return 0;
      const keyEnd = stringEnd(at, to);
      if (keyEnd === 0 || slashed) return 0;
      const keyAt = at + 1;
      const keyLength = keyEnd - at - 2;
      at = skipSpace(keyEnd);
      if (load<u8>(at) !== COLON) return 0;
      at = skipSpace(at + 1);
      const first = load<u8>(at) as i32;
      const end = valueEnd(at, first, to);
      if (end === 0) return 0;
      if (counts(call, keyAt, keyLength, first)) value = hash(keyAt, end - keyAt, value);
      at = skipSpace(end);
      const byte = load<u8>(at) as i32;
      if (byte === 0x7d) break;
      if (byte !== COMMA) return 0;
      at = skipSpace(at + 1);
    }
  requestEnd = at + 1;
  return hash(at, 1, value) | 1;
}

/** Copies what counts in the request that begins at `from`, read before, to `out`; returns where the copy ends. */
export function copyRequest(key: u64, from: usize, to: usize, out: usize): usize {
  const call = find(key);
  if (call === 0) {
    const length = valueEnd(from, 0x7b, to) - from;
    memory.copy(out, from, length);
    return out + length;
  }
  let next = out;
  store<u8>(next++, 0x7b);
  let at = skipSpace(from + 1);
  while (load<u8>(at) === QUOTE) {
    const keyEnd = stringEnd(at, to);
    const valueAt = skipSpace(skipSpace(keyEnd) + 1);
    const first = load<u8>(valueAt) as i32;
    const end = valueEnd(valueAt, first, to);
    if (counts(call, at + 1, keyEnd - at - 2, first)) {
      if (next > out + 1) store<u8>(next++, COMMA);
      memory.copy(next, at, end - at);
      next += end - at;
    }
    at = skipSpace(end);
    if (load<u8>(at) === COMMA) at = skipSpace(at + 1);
  }
  store<u8>(next++, 0x7d);
  return next;
}
