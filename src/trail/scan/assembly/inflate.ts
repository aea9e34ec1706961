// AssemblyScript. Inflates one deflate stream (RFC 1951) whose size is known. Where it refuses, for whatever reason,
// another inflate has the last word; where it does not, the caller compares the checksum.
import {
  build,
  CODE,
  CODE_BITS,
  DISTANCES,
  DROPPED,
  INVALID,
  LENGTHS,
  LITERAL,
  LONGER,
  PLAIN,
  SPECIAL,
  VALUE,
  VALUE_BITS,
} from './codes';
import { CODES_AT } from './layout';

/** Bits that are looked up at once, and the tables, which are at most 2,342, 594 and 128 entries. */
const LENGTH_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 9;
const PLAIN_BITS: u32 = 7;
const SYMBOL_LENGTHS: usize = CODES_AT + 0x400;
const LENGTH_TABLE: usize = CODES_AT + 0x800;
const DISTANCE_TABLE: usize = CODES_AT + 0x3000;
const PLAIN_TABLE: usize = CODES_AT + 0x3a00;
/** The order in which the lengths of the code for lengths come. */
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const MOST_LENGTHS: u32 = 286;
const MOST_DISTANCES: u32 = 30;
/** The input is read this far beyond its end before that is noticed, with what is read at once. */
const AHEAD: usize = 8;

/** The input from the next bit on: what is in `bits`, of which `held` count, and the byte after those. */
let bits: u64 = 0;
let held: u32 = 0;
let next: usize = 0;
let inputEnd: usize = 0;
let begin: usize = 0;
let out: usize = 0;
let outEnd: usize = 0;

/** At least 56 bits. More may be there than are held, but never others. */
function refill(): void {
  bits |= load<u64>(next) << held;
  next += (63 - held) >> 3;
  held |= 56;
}

function take(count: u32): u32 {
  const value = (bits as u32) & ((1 << count) - 1);
  bits >>= count;
  held -= count;
  return value;
}

/**
 * Inflates what lies from `from` to `end` to `to`. True where that is one whole stream and gives `size` bytes. 64 bytes
 * after the input are readable, and 320 after the output are written to.
 */
export function inflate(from: usize, end: usize, to: usize, size: usize): bool {
  bits = 0;
  held = 0;
  next = from;
  inputEnd = end;
  begin = out = to;
  outEnd = to + size;
  let last: bool = false;
  while (!last) {
    if (next > inputEnd + AHEAD) return false;
    refill();
    last = take(1) === 1;
    const type = take(2);
    if (type === 0) {
      if (!stored()) return false;
    } else if (type === 3 || !(type === 1 ? fixedCodes() : dynamicCodes()) || !symbols()) return false;
  }
  return out === outEnd && next - (held >> 3) === inputEnd;
}

/** Bytes as they are, from the next whole byte on. */
function stored(): bool {
  next -= held >> 3;
  bits = 0;
  held = 0;
  if (next + 4 > inputEnd) return false;
  const length = load<u16>(next) as usize;
  if (((load<u16>(next, 2) as usize) ^ 0xffff) !== length) return false;
  next += 4;
  if (next + length > inputEnd || out + length > outEnd) return false;
  memory.copy(out, next, length);
  next += length;
  out += length;
  return true;
}

function fixedCodes(): bool {
  memory.fill(SYMBOL_LENGTHS, 8, 144);
  memory.fill(SYMBOL_LENGTHS + 144, 9, 112);
  memory.fill(SYMBOL_LENGTHS + 256, 7, 24);
  memory.fill(SYMBOL_LENGTHS + 280, 8, 8);
  memory.fill(SYMBOL_LENGTHS + 288, 5, 32);
  return (
    build(LENGTH_TABLE, LENGTH_BITS, SYMBOL_LENGTHS, 288, LENGTHS) &&
    build(DISTANCE_TABLE, DISTANCE_BITS, SYMBOL_LENGTHS + 288, 32, DISTANCES)
  );
}

function dynamicCodes(): bool {
  const lengths = take(5) + 257;
  const distances = take(5) + 1;
  const plain = take(4) + 4;
  if (lengths > MOST_LENGTHS || distances > MOST_DISTANCES) return false;
  memory.fill(SYMBOL_LENGTHS, 0, 19);
  for (let i: u32 = 0; i < plain; i++) {
    refill();
    store<u8>(SYMBOL_LENGTHS + (load<u8>(ORDER + i) as usize), take(3) as u8);
  }
  if (!build(PLAIN_TABLE, PLAIN_BITS, SYMBOL_LENGTHS, 19, PLAIN)) return false;
  const total = lengths + distances;
  let i: u32 = 0;
  while (i < total) {
    if (next > inputEnd + AHEAD) return false;
    refill();
    const entry = load<u32>(PLAIN_TABLE + (((bits as u32) & ((1 << PLAIN_BITS) - 1)) << 2));
    take(entry & DROPPED);
    const symbol = (entry >> VALUE) & VALUE_BITS;
    if (symbol < 16) {
      store<u8>(SYMBOL_LENGTHS + i++, symbol as u8);
      continue;
    }
    // 16: the last length again. 17 and 18: so many symbols without a code.
    if (symbol === 16 && i === 0) return false;
    const repeated = symbol === 16 ? load<u8>(SYMBOL_LENGTHS + i - 1) : (0 as u8);
    const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
    if (i + times > total) return false;
    memory.fill(SYMBOL_LENGTHS + i, repeated, times);
    i += times;
  }
  // Without a code for it a block could not end.
  if (load<u8>(SYMBOL_LENGTHS + 256) === 0) return false;
  return (
    build(LENGTH_TABLE, LENGTH_BITS, SYMBOL_LENGTHS, lengths, LENGTHS) &&
    build(DISTANCE_TABLE, DISTANCE_BITS, SYMBOL_LENGTHS + lengths, distances, DISTANCES)
  );
}

/** The symbols of a block. The state is in locals, which the engine keeps in registers. */
function symbols(): bool {
  let input = bits;
  let count = held;
  let from = next;
  let to = out;
  const fromEnd = inputEnd + AHEAD;
  const toEnd = outEnd;
  const start = begin;
  while (from <= fromEnd && to <= toEnd) {
    input |= load<u64>(from) << count;
    from += (63 - count) >> 3;
    count |= 56;
    let entry = load<u32>(LENGTH_TABLE + (((input as u32) & ((1 << LENGTH_BITS) - 1)) << 2));
    // Three literals and no more can be told without another refill.
    if ((entry as i32) < 0) {
      input >>= entry & DROPPED;
      count -= entry & DROPPED;
      store<u8>(to++, (entry >> VALUE) as u8);
      entry = load<u32>(LENGTH_TABLE + (((input as u32) & ((1 << LENGTH_BITS) - 1)) << 2));
      if ((entry as i32) < 0) {
        input >>= entry & DROPPED;
        count -= entry & DROPPED;
        store<u8>(to++, (entry >> VALUE) as u8);
        entry = load<u32>(LENGTH_TABLE + (((input as u32) & ((1 << LENGTH_BITS) - 1)) << 2));
        if ((entry as i32) < 0) {
          input >>= entry & DROPPED;
          count -= entry & DROPPED;
          store<u8>(to++, (entry >> VALUE) as u8);
          continue;
        }
      }
    }
    if ((entry & SPECIAL) !== 0) {
      if ((entry & LONGER) !== 0) {
        input >>= LENGTH_BITS;
        count -= LENGTH_BITS;
        const choice = (input as u32) & ((1 << ((entry >> CODE) & CODE_BITS)) - 1);
        entry = load<u32>(LENGTH_TABLE + ((((entry >> VALUE) & VALUE_BITS) + choice) << 2));
        if ((entry & LITERAL) !== 0) {
          input >>= entry & DROPPED;
          count -= entry & DROPPED;
          store<u8>(to++, (entry >> VALUE) as u8);
          continue;
        }
      }
      if ((entry & INVALID) !== 0) return false;
      if ((entry & SPECIAL) !== 0) {
        bits = input >> (entry & DROPPED);
        held = count - (entry & DROPPED);
        next = from;
        out = to;
        return true;
      }
    }
    let dropped = entry & DROPPED;
    const length =
      ((entry >> VALUE) & VALUE_BITS) +
      (((input as u32) & ((1 << dropped) - 1)) >> ((entry >> CODE) & CODE_BITS));
    input >>= dropped;
    count -= dropped;
    input |= load<u64>(from) << count;
    from += (63 - count) >> 3;
    count |= 56;
    entry = load<u32>(DISTANCE_TABLE + (((input as u32) & ((1 << DISTANCE_BITS) - 1)) << 2));
    if ((entry & SPECIAL) !== 0) {
      if ((entry & LONGER) === 0) return false;
      input >>= DISTANCE_BITS;
      count -= DISTANCE_BITS;
      const choice = (input as u32) & ((1 << ((entry >> CODE) & CODE_BITS)) - 1);
      entry = load<u32>(DISTANCE_TABLE + ((((entry >> VALUE) & VALUE_BITS) + choice) << 2));
      if ((entry & SPECIAL) !== 0) return false;
    }
    dropped = entry & DROPPED;
    const distance: usize =
      ((entry >> VALUE) & VALUE_BITS) +
      (((input as u32) & ((1 << dropped) - 1)) >> ((entry >> CODE) & CODE_BITS));
    input >>= dropped;
    count -= dropped;
    if (distance > to - start) return false;
    copy(to, distance, length);
    to += length;
  }
  return false;
}

/** Copies what was written `distance` before to `to`, and up to 31 bytes more. */
function copy(to: usize, distance: usize, length: usize): void {
  const end = to + length;
  let from = to - distance;
  if (distance >= 16) {
    v128.store(to, v128.load(from));
    if (length <= 16) return;
    v128.store(to, v128.load(from, 16), 16);
    for (to += 32; to < end; to += 16) {
      from += 16;
      v128.store(to, v128.load(from, 16));
    }
  } else if (distance === 1) {
    const all = v128.load_splat<u8>(from);
    for (; to < end; to += 16) v128.store(to, all);
  } else for (; to < end; to++) store<u8>(to, load<u8>(from++));
}
