// AssemblyScript. The elements of an array, 64 bytes at a time, and which of them hold one of the names asked for.
// The plain walk in ../split.ts is the reference; whatever is out of the ordinary is left to it (IRREGULAR).
import { mask } from './blocks';
import { COUNT_AT, NAME_SIZE, NAMES_AT, SPANS_AT } from './layout';

const QUOTE: i32 = 0x22;
const _BACKSLASH: i32 = 0x5c;
const SLASH: i32 = 0x2f;
const CLOSE_ARRAY: i32 = 0x5d;

/** Where an entry of a name holds its rarest byte, the next rare one, and how far that one is from it. */
const RARE_AT: usize = NAME_SIZE - 1;
const NEXT_AT: usize = NAME_SIZE - 2;
const APART_AT: usize = NAME_SIZE - 8;

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
  for (let n: i32 = 0; n < names; n++) {
    const name: usize = NAMES_AT + (n as usize) * NAME_SIZE;
    const first = load<u8>(name, 1) as usize;
    const second = load<u8>(name, 2) as usize;
    store<u8>(name + RARE_AT, load<u8>(name + 3 + first));
    store<u8>(name + NEXT_AT, load<u8>(name + 3 + second));
    store<i32>(name + APART_AT, (second as i32) - (first as i32));
  }
}

/** Offset of the closing bracket after END; of the first element that is not complete after MORE. */
export function position(): u32 {
  return depth > 0 ? start : end;
}

/**
 * Walks `length` bytes at `input`, which are the document's from `base`. Those before and after them are readable: what
 * follows a document are zeros.
 */
export function walk(base: u32, length: u32, input: usize): i32 {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const fold = i8x16.splat(0x20);
  const opener = i8x16.splat(0x7b);
  const closer = i8x16.splat(0x7d);
  // Brackets and the backslash are, folded, the three bytes from 0x7b: what is left above 0xfc of their sum with 0x82.
  const shift = i8x16.splat(-0x7e);
  const below = i8x16.splat(-4);
  let found: u32 = 0;
  let elements: u32 = 0;
  store<u32>(COUNT_AT, 0);
  store<u32>(COUNT_AT, 0, 4);
  const blocks = (length + 63) >>> 6;
  for (let block: u32 = 0; block < blocks; block++) {
    const at: usize = input + ((block as usize) << 6);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const qa = i8x16.eq(a, quote);
    const qb = i8x16.eq(b, quote);
    const qc = i8x16.eq(c, quote);
    const qd = i8x16.eq(d, quote);
    const fa = v128.or(a, fold);
    const fb = v128.or(b, fold);
    const fc = v128.or(c, fold);
    const fd = v128.or(d, fold);
    let hits: u64 = 0;
    for (let n: i32 = 0; n < names; n++) {
      const name: usize = NAMES_AT + (n as usize) * NAME_SIZE;
      const one = v128.load_splat<u8>(name + RARE_AT);
      const two = v128.load_splat<u8>(name + NEXT_AT);
      const other = at + (load<i32>(name + APART_AT) as isize as usize);
      const na = v128.and(i8x16.eq(fa, one), i8x16.eq(v128.or(v128.load(other), fold), two));
      const nb = v128.and(i8x16.eq(fb, one), i8x16.eq(v128.or(v128.load(other, 16), fold), two));
      const nc = v128.and(i8x16.eq(fc, one), i8x16.eq(v128.or(v128.load(other, 32), fold), two));
      const nd = v128.and(i8x16.eq(fd, one), i8x16.eq(v128.or(v128.load(other, 48), fold), two));
      if (v128.any_true(v128.or(v128.or(na, nb), v128.or(nc, nd)))) hits |= occurrences(at, name);
    }
    const sa = i8x16.sub_sat_u(i8x16.add(fa, shift), below);
    const sb = i8x16.sub_sat_u(i8x16.add(fb, shift), below);
    const sc = i8x16.sub_sat_u(i8x16.add(fc, shift), below);
    const sd = i8x16.sub_sat_u(i8x16.add(fd, shift), below);
    // Half of all blocks have neither: then only the number of quotes matters.
    if (depth > 0 && escapes === 0 && !v128.any_true(v128.or(v128.or(sa, sb), v128.or(sc, sd)))) {
      inString ^= -((popcnt(i8x16.bitmask(v128.xor(v128.xor(qa, qb), v128.xor(qc, qd)))) & 1) as u64);
      hit = hit || hits !== 0;
      continue;
    }
    let quotes = mask(qa, qb, qc, qd);
    const la = i8x16.eq(a, backslash);
    const lb = i8x16.eq(b, backslash);
    const lc = i8x16.eq(c, backslash);
    const ld = i8x16.eq(d, backslash);
    let slashes: u64 = 0;
    if (v128.any_true(v128.or(v128.or(la, lb), v128.or(lc, ld)))) slashes = mask(la, lb, lc, ld);
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

    const opens =
      mask(i8x16.eq(fa, opener), i8x16.eq(fb, opener), i8x16.eq(fc, opener), i8x16.eq(fd, opener)) & ~inside;
    const closes =
      mask(i8x16.eq(fa, closer), i8x16.eq(fb, closer), i8x16.eq(fc, closer), i8x16.eq(fd, closer)) & ~inside;

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
          if (!clean(input - base, start)) return IRREGULAR;
          // Whatever was found before this element belongs to the ones before.
          hit = false;
          hits &= ~(bit - 1);
        }
        continue;
      }
      if (depth === 0) {
        end = blockBase + (i as u32);
        if (load<u8>(at + (i as usize)) !== CLOSE_ARRAY || !clean(input - base, end)) return IRREGULAR;
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
    if (!clean(input - base, end)) return IRREGULAR;
    gapFrom = end;
  }
  return MORE;
}

/** Only white space and commas stand between the elements; `origin` is where the document would begin. */
function clean(origin: usize, to: u32): bool {
  for (let i = gapFrom; i < to; i++) {
    const byte = load<u8>(origin + i) as i32;
    if (byte !== 0x2c && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}

/**
 * Bits of the block where a name has its rarest byte: a name between a slash or quote and a slash or quote, in any
 * case. It reads the block again: vectors handed over would be spilled on every way through the walk.
 */
function occurrences(at: usize, name: usize): u64 {
  const length = load<u8>(name) as usize;
  const first = load<u8>(name, 1) as usize;
  const one = v128.load_splat<u8>(name + RARE_AT);
  const two = v128.load_splat<u8>(name + NEXT_AT);
  const other = at + (load<i32>(name + APART_AT) as isize as usize);
  const a = both(at, other, one, two);
  const b = both(at + 16, other + 16, one, two);
  const c = both(at + 32, other + 32, one, two);
  const d = both(at + 48, other + 48, one, two);
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

/** Where the byte at `at`, folded, is `one` and that at `other` is `two`. */
function both(at: usize, other: usize, one: v128, two: v128): v128 {
  const fold = i8x16.splat(0x20);
  return v128.and(
    i8x16.eq(v128.or(v128.load(at), fold), one),
    i8x16.eq(v128.or(v128.load(other), fold), two),
  );
}

function delimits(byte: u8): bool {
  return byte === QUOTE || byte === SLASH;
}
