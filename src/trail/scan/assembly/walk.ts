// AssemblyScript. The elements of an array, 64 bytes at a time, and which of them hold one of the names asked for.
// The plain walk in ../split.ts is the reference; whatever is out of the ordinary is left to it (IRREGULAR).
import { mask } from './blocks';
import { COUNT_AT, INPUT_AT, NAME_SIZE, NAMES_AT, SPANS_AT } from './layout';

const QUOTE: i32 = 0x22;
const _BACKSLASH: i32 = 0x5c;
const SLASH: i32 = 0x2f;
const CLOSE_ARRAY: i32 = 0x5d;

const MORE: i32 = 0;
const END: i32 = 1;
const IRREGULAR: i32 = 2;

/** Depth below the array; 0 between its elements. */
let depth: i32 = 0;
/** All ones inside a string that began in an earlier block. */
let inString: u64 = 0;
/** 1 when the last byte of the block before escapes the first of this one. */
let escapes: u64 = 0;
/** The open element holds a name or an escape that could hide one. */
let hit: bool = false;
let start: u32 = 0;
/** Where the last element, or what has been checked after it, ends. */
let gapFrom: u32 = 0;
let end: u32 = 0;
let names: i32 = 0;

/** Begins an array whose first byte after the bracket is at `from`. No names: every element is wanted. */
export function begin(from: u32, nameCount: i32): void {
  depth = 0;
  inString = 0;
  escapes = 0;
  hit = false;
  start = from;
  gapFrom = from;
  names = nameCount;
}

/** Offset of the closing bracket after END; of the first element that is not complete after MORE. */
export function position(): u32 {
  return depth > 0 ? start : end;
}

/** Walks `length` bytes at INPUT_AT, which are the document's from `base`; at least 256 bytes after them are readable. */
export function walk(base: u32, length: u32): i32 {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const fold = i8x16.splat(0x20);
  const opener = i8x16.splat(0x7b);
  const closer = i8x16.splat(0x7d);
  let found: u32 = 0;
  let elements: u32 = 0;
  store<u32>(COUNT_AT, 0);
  store<u32>(COUNT_AT, 0, 4);
  const blocks = (length + 63) >>> 6;
  for (let block: u32 = 0; block < blocks; block++) {
    const at: usize = INPUT_AT + ((block as usize) << 6);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    let quotes = mask(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote));
    const sa = i8x16.eq(a, backslash);
    const sb = i8x16.eq(b, backslash);
    const sc = i8x16.eq(c, backslash);
    const sd = i8x16.eq(d, backslash);
    let slashes: u64 = 0;
    if (v128.any_true(v128.or(v128.or(sa, sb), v128.or(sc, sd)))) slashes = mask(sa, sb, sc, sd);
    const fa = v128.or(a, fold);
    const fb = v128.or(b, fold);
    const fc = v128.or(c, fold);
    const fd = v128.or(d, fold);
    const ca = i8x16.eq(fa, closer);
    const cb = i8x16.eq(fb, closer);
    const cc = i8x16.eq(fc, closer);
    const cd = i8x16.eq(fd, closer);
    const oa = i8x16.eq(fa, opener);
    const ob = i8x16.eq(fb, opener);
    const oc = i8x16.eq(fc, opener);
    const od = i8x16.eq(fd, opener);
    let hits: u64 = 0;
    for (let n: i32 = 0; n < names; n++)
      hits |= occurrences(at, NAMES_AT + (n as usize) * NAME_SIZE, fa, fb, fc, fd);
    const brackets = v128.or(
      v128.or(v128.or(oa, ob), v128.or(oc, od)),
      v128.or(v128.or(ca, cb), v128.or(cc, cd)),
    );
    // Half of all blocks have neither: then only the number of quotes matters.
    if (depth > 0 && (slashes | escapes) === 0 && !v128.any_true(brackets)) {
      inString ^= -(popcnt(quotes) & 1);
      hit = hit || hits !== 0;
      continue;
    }
    const before = escapes;
    if ((slashes | escapes) !== 0) {
      let escaped = escapes;
      let rest = slashes & ~escapes;
      escapes = 0;
      while (rest !== 0) {
        const i = ctz(rest);
        if (i === 63) escapes = 1;
        else escaped |= (1 as u64) << (i + 1);
        const next = load<u8>(at + (i as usize) + 1) as i32;
        if (next === SLASH || (next === 0x75 && load<u16>(at + (i as usize) + 2) === 0x3030))
          hits |= (1 as u64) << i;
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
    // A backslash outside a string, or one that escapes across a string's end, is no JSON.
    if (((slashes | before) & ~inside) !== 0) return IRREGULAR;

    const opens = mask(oa, ob, oc, od) & ~inside;
    const closes = mask(ca, cb, cc, cd) & ~inside;

    const closing = popcnt(closes) as i32;
    if (closing < depth) {
      depth += (popcnt(opens) as i32) - closing;
      hit = hit || hits !== 0;
      continue;
    }
    let structure = opens | closes;
    const blockBase = base + (block << 6);
    while (structure !== 0) {
      const i = ctz(structure);
      const bit = (1 as u64) << i;
      structure ^= bit;
      if ((opens & bit) !== 0) {
        if (depth++ === 0) {
          start = blockBase + (i as u32);
          if (!clean(base, start)) return IRREGULAR;
          // Whatever was found before this element belongs to the ones before.
          hit = false;
          hits &= ~(bit - 1);
        }
        continue;
      }
      if (depth === 0) {
        end = blockBase + (i as u32);
        if (load<u8>(at + (i as usize)) !== CLOSE_ARRAY || !clean(base, end)) return IRREGULAR;
        store<u32>(COUNT_AT, found);
        store<u32>(COUNT_AT, elements, 4);
        return END;
      }
      if (--depth === 0) {
        gapFrom = blockBase + (i as u32) + 1;
        elements++;
        if (names === 0 || hit || (hits & (bit - 1)) !== 0) {
          const out: usize = SPANS_AT + ((found as usize) << 3);
          store<u32>(out, start);
          store<u32>(out, gapFrom, 4);
          found++;
        }
        hit = false;
        hits &= ~(bit - 1);
      }
    }
    hit = depth > 0 && (hit || hits !== 0);
  }
  store<u32>(COUNT_AT, found);
  store<u32>(COUNT_AT, elements, 4);
  if (depth === 0) {
    end = base + length;
    if (!clean(base, end)) return IRREGULAR;
    gapFrom = end;
  }
  return MORE;
}

/** Only white space and commas stand between the elements. */
function clean(base: u32, to: u32): bool {
  for (let i = gapFrom; i < to; i++) {
    const byte = load<u8>(INPUT_AT + (i as usize) - (base as usize)) as i32;
    if (byte !== 0x2c && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}

/**
 * Bits of the block where a name has its rarest byte: a name between a slash or quote and a slash or quote, in any
 * case. The block comes folded to lower case.
 */
function occurrences(at: usize, name: usize, fa: v128, fb: v128, fc: v128, fd: v128): u64 {
  const one = i8x16.splat(load<i8>(name + 3 + (load<u8>(name, 1) as usize)));
  let a = i8x16.eq(fa, one);
  let b = i8x16.eq(fb, one);
  let c = i8x16.eq(fc, one);
  let d = i8x16.eq(fd, one);
  if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return 0;
  const length = load<u8>(name) as usize;
  const first = load<u8>(name, 1) as usize;
  const second = load<u8>(name, 2) as usize;
  const two = i8x16.splat(load<i8>(name + 3 + second));
  const fold = i8x16.splat(0x20);
  const other = at + second - first;
  a = v128.and(a, i8x16.eq(v128.or(v128.load(other), fold), two));
  b = v128.and(b, i8x16.eq(v128.or(v128.load(other, 16), fold), two));
  c = v128.and(c, i8x16.eq(v128.or(v128.load(other, 32), fold), two));
  d = v128.and(d, i8x16.eq(v128.or(v128.load(other, 48), fold), two));
  if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return 0;
  let bits = mask(a, b, c, d);
  let verified: u64 = 0;
  while (bits !== 0) {
    const i = ctz(bits);
    bits &= bits - 1;
    const from = at + (i as usize) - first;
    if (!delimits(load<u8>(from - 1)) || !delimits(load<u8>(from + length))) continue;
    let equal: usize = 0;
    while (equal < length && (load<u8>(from + equal) | 0x20) === load<u8>(name + 3 + equal)) equal++;
    if (equal === length) verified |= (1 as u64) << i;
  }
  return verified;
}

function delimits(byte: u8): bool {
  return byte === QUOTE || byte === SLASH;
}
