// AssemblyScript. Strings and values of JSON, and the hash of some bytes.
import { mask } from './blocks';

const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;
const COMMA: i32 = 0x2c;
const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;

/** A 64-bit hash of some bytes, chained by its start value. Reads up to 7 bytes beyond the end, ignoring them. */
export function hash(from: usize, length: usize, start: u64): u64 {
  let a = start ^ ((length as u64) * P3);
  let b = rotl(start, 29) + P2;
  let at = from;
  const end = from + length;
  while (at + 16 <= end) {
    a = rotl((a ^ load<u64>(at)) * P1, 31);
    b = rotl((b ^ load<u64>(at, 8)) * P2, 29);
    at += 16;
  }
  if (at + 8 <= end) {
    a = rotl((a ^ load<u64>(at)) * P1, 31);
    at += 8;
  }
  if (at < end) {
    const rest = load<u64>(at) & (((1 as u64) << (((end - at) as u64) << 3)) - 1);
    b = rotl((b ^ rest) * P2, 29);
  }
  a ^= b * P3;
  a ^= a >> 32;
  a *= P2;
  a ^= a >> 29;
  a *= P1;
  return a ^ (a >> 32);
}

/** Offset after the string that begins at `at`; 0 where it does not end. Sets `slashed` if it holds a backslash. */
export let slashed: bool = false;
export function stringEnd(start: usize, to: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  slashed = false;
  let at = start + 1;
  while (at < to) {
    const block = v128.load(at);
    const stops = i8x16.bitmask(v128.or(i8x16.eq(block, quote), i8x16.eq(block, backslash)));
    if (stops === 0) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    if (at >= to) return 0;
    if (load<u8>(at) === QUOTE) return at + 1;
    slashed = true;
    at += 2;
  }
  return 0;
}

/** Offset after the object or array that begins at `start`; 0 where it does not end. 64 bytes at a time, as in walk.ts. */
export function containerEnd(start: usize, to: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const fold = i8x16.splat(0x20);
  const opener = i8x16.splat(0x7b);
  const closer = i8x16.splat(0x7d);
  let depth = 0;
  let inString: u64 = 0;
  let escapes: u64 = 0;
  for (let at = start; at < to; at += 64) {
    let a = v128.load(at);
    let b = v128.load(at, 16);
    let c = v128.load(at, 32);
    let d = v128.load(at, 48);
    let quotes = mask(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote));
    const sa = i8x16.eq(a, backslash);
    const sb = i8x16.eq(b, backslash);
    const sc = i8x16.eq(c, backslash);
    const sd = i8x16.eq(d, backslash);
    if (escapes !== 0 || v128.any_true(v128.or(v128.or(sa, sb), v128.or(sc, sd)))) {
      let escaped = escapes;
      let rest = mask(sa, sb, sc, sd) & ~escapes;
      escapes = 0;
      while (rest !== 0) {
        const i = ctz(rest);
        if (i === 63) escapes = 1;
        else escaped |= (1 as u64) << (i + 1);
        rest &= ~((3 as u64) << i);
      }
      quotes &= ~escaped;
    }
    let inside = quotes;
    inside ^= inside << 1;
    inside ^= inside << 2;
    inside ^= inside << 4;
    inside ^= inside << 8;
    inside ^= inside << 16;
    inside ^= inside << 32;
    inside ^= inString;
    inString = ((inside as i64) >> 63) as u64;
    a = v128.or(a, fold);
    b = v128.or(b, fold);
    c = v128.or(c, fold);
    d = v128.or(d, fold);
    const opens =
      mask(i8x16.eq(a, opener), i8x16.eq(b, opener), i8x16.eq(c, opener), i8x16.eq(d, opener)) & ~inside;
    const closes =
      mask(i8x16.eq(a, closer), i8x16.eq(b, closer), i8x16.eq(c, closer), i8x16.eq(d, closer)) & ~inside;
    const closing = popcnt(closes) as i32;
    if (closing < depth) {
      depth += (popcnt(opens) as i32) - closing;
      continue;
    }
    let structure = opens | closes;
    while (structure !== 0) {
      const i = ctz(structure);
      structure &= structure - 1;
      if (((opens >> i) & 1) !== 0) depth++;
      else if (--depth === 0) {
        const end = at + (i as usize) + 1;
        return end <= to ? end : 0;
      }
    }
  }
  return 0;
}

export function skipSpace(start: usize): usize {
  let at = start;
  while (isSpace(load<u8>(at))) at++;
  return at;
}

function isSpace(byte: u8): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function scalarEnd(start: usize, to: usize): usize {
  let at = start;
  while (at < to) {
    const byte = load<u8>(at) as i32;
    if (byte === COMMA || byte === 0x7d || byte <= 0x20) return at;
    if (byte === QUOTE || byte === BACKSLASH || byte === 0x7b || byte === 0x5b || byte === 0x5d) return 0;
    at++;
  }
  return 0;
}

/** Offset after the value that begins at `at` with the byte `first`; 0 where it does not end. */
export function valueEnd(at: usize, first: i32, to: usize): usize {
  if (first === QUOTE) return stringEnd(at, to);
  return first === 0x7b || first === 0x5b ? containerEnd(at, to) : scalarEnd(at, to);
}
