// AssemblyScript. Tables that decode Huffman codes (RFC 1951, 3.2.2): a code of up to `bits` bits is looked up once, a
// longer one twice.
import { CODES_AT } from './layout';

/** What a table decodes. */
export const PLAIN: i32 = 0;
export const LENGTHS: i32 = 1;
export const DISTANCES: i32 = 2;

/**
 * An entry: bits to drop, extra bits included (6 bits), those of the code alone (4), a value (from VALUE on), and one of
 * these, of which a literal is the sign.
 */
export const LITERAL: u32 = 0x8000_0000;
/** Nothing to copy: the end of a block, one of the two below. */
export const SPECIAL: u32 = 0x4000_0000;
/** The value is where another table begins, and the code's bits are those that choose in it. */
export const LONGER: u32 = 0x2000_0000;
export const INVALID: u32 = 0x1000_0000;
export const DROPPED: u32 = 63;
export const CODE: u32 = 6;
export const CODE_BITS: u32 = 15;
export const VALUE: u32 = 10;
export const VALUE_BITS: u32 = 0x7fff;

const MAX_BITS: u32 = 15;
const END_OF_BLOCK: u32 = 256;
const LAST_LENGTH: u32 = 285;
const LAST_DISTANCE: u32 = 29;
/** How many codes are of each length, where those of a length are in the list, the list of symbols by length. */
const COUNTS: usize = CODES_AT;
const OFFSETS: usize = CODES_AT + 0x40;
const SORTED: usize = CODES_AT + 0x80;

const LENGTH_BASES = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]);
const LENGTH_EXTRAS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASES = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
]);
const DISTANCE_EXTRAS = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);

/** What a symbol stands for, with its extra bits, without those of its code. */
function meaning(kind: i32, symbol: u32): u32 {
  if (kind === PLAIN) return symbol << VALUE;
  if (kind === DISTANCES) {
    if (symbol > LAST_DISTANCE) return SPECIAL | INVALID;
    return ((load<u16>(DISTANCE_BASES + (symbol << 1)) as u32) << VALUE) | load<u8>(DISTANCE_EXTRAS + symbol);
  }
  if (symbol < END_OF_BLOCK) return LITERAL | (symbol << VALUE);
  if (symbol === END_OF_BLOCK) return SPECIAL;
  if (symbol > LAST_LENGTH) return SPECIAL | INVALID;
  const length = symbol - END_OF_BLOCK - 1;
  return ((load<u16>(LENGTH_BASES + (length << 1)) as u32) << VALUE) | load<u8>(LENGTH_EXTRAS + length);
}

/**
 * Builds the table of the code whose `count` symbols have the lengths at `lengths`. False where that is no code; one that
 * leaves something undefined is none, but for one distance of one bit, or none.
 */
export function build(table: usize, bits: u32, lengths: usize, count: u32, kind: i32): bool {
  const left = sort(lengths, count);
  if (left < 0) return false;
  const size: u32 = 1 << bits;
  if (left > 0) {
    const codes = load<u16>(OFFSETS + (MAX_BITS << 1)) as u32;
    if (kind !== DISTANCES || codes > 1 || (load<u16>(COUNTS + 2) as u32) !== codes) return false;
    for (let i: u32 = 0; i < size; i++) store<u32>(table + (i << 2), SPECIAL | INVALID);
  }
  let index: u32 = 0;
  /** Its bits as they come, the first one lowest. */
  let code: u32 = 0;
  let free = size;
  let prefix: u32 = size;
  let start: u32 = 0;
  let choosing: u32 = 0;
  for (let length: u32 = 1; length <= MAX_BITS; length++)
    for (let rest = load<u16>(COUNTS + (length << 1)) as u32; rest > 0; rest--) {
      const means = meaning(kind, load<u16>(SORTED + (index++ << 1)));
      if (length <= bits) fill(table, code, size, length, means);
      else {
        if ((code & (size - 1)) !== prefix) {
          prefix = code & (size - 1);
          choosing = longest(length, length - bits, rest);
          start = free;
          free += 1 << choosing;
          store<u32>(table + (prefix << 2), SPECIAL | LONGER | (start << VALUE) | (choosing << CODE));
        }
        fill(table + (start << 2), code >> bits, 1 << choosing, length - bits, means);
      }
      let carry: u32 = 1 << (length - 1);
      while ((code & carry) !== 0) {
        code ^= carry;
        carry >>= 1;
      }
      code |= carry;
    }
  return true;
}

/** Sorts the symbols by length; returns what is left of the codes, in those of 15 bits: less than 0 for too many. */
function sort(lengths: usize, count: u32): i32 {
  memory.fill(COUNTS, 0, OFFSETS - COUNTS);
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const at = COUNTS + ((load<u8>(lengths + symbol) as usize) << 1);
    store<u16>(at, load<u16>(at) + 1);
  }
  store<u16>(COUNTS, 0);
  let left: i32 = 1;
  let offset: u32 = 0;
  for (let length: u32 = 1; length <= MAX_BITS; length++) {
    const codes = load<u16>(COUNTS + (length << 1)) as u32;
    left = (left << 1) - codes;
    if (left < 0) return left;
    store<u16>(OFFSETS + (length << 1), offset as u16);
    offset += codes;
  }
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const length = load<u8>(lengths + symbol) as usize;
    if (length === 0) continue;
    const at = OFFSETS + (length << 1);
    const place = load<u16>(at) as usize;
    store<u16>(at, (place + 1) as u16);
    store<u16>(SORTED + (place << 1), symbol as u16);
  }
  return left;
}

/** Bits that choose among the codes that begin alike, of which `rest` of one length and any longer ones are left. */
function longest(length: u32, beyond: u32, rest: u32): u32 {
  let choosing = beyond;
  let codes = rest;
  for (let next = length + 1; next <= MAX_BITS && codes < (1 as u32) << choosing; next++) {
    codes = (codes << 1) + load<u16>(COUNTS + (next << 1));
    choosing++;
  }
  return choosing;
}

/** Every entry of `size` whose lowest `length` bits are the code. */
function fill(table: usize, code: u32, size: u32, length: u32, means: u32): void {
  const entry = means + length + (length << CODE);
  for (let i = code; i < size; i += (1 as u32) << length) store<u32>(table + (i << 2), entry);
}
