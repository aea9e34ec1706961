// AssemblyScript. What an aggregate needs of one record, without parsing it: hashes of the members that make records
// alike, the time and the id. A record that is written in any unusual way is left to the exact path (status 1).
//
// A row: key (2 words), volatile members (2), identity (2), identity of the record for de-duplication (2), event id (4),
// seconds since 1970 (1), start and end in the document (2), status (1): 0, 2 with
// something in a volatile member, or 1.
import { mask } from './blocks';
import { COUNT_AT, INPUT_AT, ROWS_AT, SPANS_AT } from './layout';

const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;
const COMMA: i32 = 0x2c;
const COLON: i32 = 0x3a;
const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;

/** The record read last holds something in a volatile member. */
let unsteady: bool = false;
let seed: u64 = 0;

export function setSeed(low: u32, high: u32): void {
  seed = (low as u64) | ((high as u64) << 32);
}

/** A 64-bit hash of some bytes, chained by its start value. Reads up to 7 bytes beyond the end, ignoring them. */
function hash(from: usize, length: usize, start: u64): u64 {
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

/** For the exact path: chains the hash of the bytes at SPANS_AT to the one at COUNT_AT; `first` begins a chain. */
export function hashInput(length: u32, first: bool): void {
  store<u64>(COUNT_AT, hash(SPANS_AT, length as usize, first ? seed : load<u64>(COUNT_AT)));
}

/** Offset after the string that begins at `at`; 0 where it does not end. Sets `slashed` if it holds a backslash. */
let slashed: bool = false;
function stringEnd(start: usize, to: usize): usize {
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
function containerEnd(start: usize, to: usize): usize {
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

function skipSpace(start: usize): usize {
  let at = start;
  while (isSpace(load<u8>(at))) at++;
  return at;
}

function isSpace(byte: u8): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function scalarEnd(start: usize, to: usize): usize {
  let at = start;
  while (at < to) {
    const byte = load<u8>(at) as i32;
    if (byte === COMMA || byte === 0x7d || byte <= 0x20) return at;
    if (byte === QUOTE || byte === BACKSLASH || byte === 0x7b || byte === 0x5b || byte === 0x5d) return 0;
    at++;
  }
  return 0;
}

const OTHER: i32 = 0;
const IGNORED: i32 = 1;
const TIME: i32 = 2;
const ID: i32 = 3;
const IDENTITY: i32 = 4;
const VOLATILE: i32 = 5;
const SOURCE: i32 = 6;
const NAME: i32 = 7;
const ERROR: i32 = 8;
const EXACT: i32 = 9;
const VERSION: i32 = 10;

/** The member's part in the row, by its name. The constants are the names' first eight bytes, little endian. */
function kindOf(key: usize, length: usize): i32 {
  const head = load<u64>(key);
  if (length === 7) return (head & 0x00ffffffffffffff) === 0x0044_4974_6e65_7665 ? ID : OTHER; // eventID
  if (length === 8) return head === 0x6d75_646e_6564_6461 ? EXACT : OTHER; // addendum
  const tail = load<u64>(key + length - 8);
  if (length === 9) {
    if (head === 0x6d69_5474_6e65_7665 && load<u8>(key, 8) === 0x65) return TIME; // eventTime
    if (head === 0x6d61_4e74_6e65_7665 && load<u8>(key, 8) === 0x65) return NAME; // eventName
    if (head === 0x646f_4372_6f72_7265 && load<u8>(key, 8) === 0x65) return ERROR; // errorCode
    if (head === 0x4974_7365_7571_6572 && load<u8>(key, 8) === 0x44) return IGNORED; // requestID
    return OTHER;
  }
  if (length === 10)
    return head === 0x6961_7465_4473_6c74 && tail === 0x736c_6961_7465_4473 ? IGNORED : OTHER; // tlsDetails
  if (length === 11) return head === 0x756f_5374_6e65_7665 && tail === 0x6563_7275_6f53_746e ? SOURCE : OTHER; // eventSource
  if (length === 12) {
    if (head === 0x6e65_6449_7265_7375 && tail === 0x7974_6974_6e65_6449) return IDENTITY; // userIdentity
    if (head === 0x7265_5674_6e65_7665 && tail === 0x6e6f_6973_7265_5674) return VERSION; // eventVersion
    return OTHER;
  }
  if (length === 13) return head === 0x7645_6465_7261_6873 && tail === 0x4449_746e_6576_4564 ? EXACT : OTHER; // sharedEventID
  if (length === 16)
    return head === 0x6573_6e6f_7073_6572 && tail === 0x7374_6e65_6d65_6c45 ? VOLATILE : OTHER; // responseElements
  if (length === 19)
    return head === 0x6e6f_6974_6964_6461 && tail === 0x6174_6144_746e_6576 ? VOLATILE : OTHER; // additionalEventData
  return OTHER;
}

/** Reads one record at an address into a row; false where it must be parsed. */
function read(from: usize, to: usize, row: usize): bool {
  unsteady = false;
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
  let at = skipSpace(from + 1);
  let open = true;
  while (open) {
    if (load<u8>(at) !== QUOTE) return false;
    const keyEnd = stringEnd(at, to);
    if (keyEnd === 0 || slashed) return false;
    const keyAt = at + 1;
    const keyLength = keyEnd - at - 2;
    at = skipSpace(keyEnd);
    if (load<u8>(at) !== COLON) return false;
    at = skipSpace(at + 1);
    const first = load<u8>(at) as i32;
    const text = first === QUOTE;
    let end: usize = 0;
    slashed = false;
    const kind = kindOf(keyAt, keyLength);
    if (kind === IDENTITY) {
      if (first !== 0x7b) return false;
      identity = membersHash(at, to, seed, 0);
      if (identity === 0) return false;
      end = membersEnd;
    } else if (text) end = stringEnd(at, to);
    else if (first === 0x7b || first === 0x5b) end = containerEnd(at, to);
    else end = scalarEnd(at, to);
    if (end === 0) return false;
    const length = end - at;
    // Name and value in one piece: what stands between them is the same in all records of one writer.
    if (kind === OTHER) key = hash(keyAt, end - keyAt, key);
    else if (kind === VOLATILE) {
      unstable = hash(keyAt, end - keyAt, unstable);
      if (first !== 0x6e) unsteady = true;
    } else if (kind === EXACT) return false;
    else if (kind !== IGNORED && kind !== IDENTITY) {
      if (!text || slashed || length === 2) return false;
      if (kind === ID) {
        if (length !== 38) return false;
        idAt = at + 1;
      } else if (kind === TIME) {
        if (length !== 22) return false;
        timeAt = at + 1;
      } else {
        if (kind === SOURCE) {
          sourceAt = at + 1;
          sourceLength = length - 2;
        } else if (kind === NAME) {
          nameAt = at + 1;
          nameLength = length - 2;
        } else if (kind === ERROR) {
          errorAt = at + 1;
          errorLength = length - 2;
        } else if (!plainVersion(at + 1, length - 2)) return false;
        key = hash(keyAt, end - keyAt, key);
      }
    }
    at = skipSpace(end);
    const byte = load<u8>(at) as i32;
    if (byte === COMMA) {
      at = skipSpace(at + 1);
      continue;
    }
    if (byte !== 0x7d || at + 1 !== to) return false;
    open = false;
  }
  if (identity === 0 || idAt === 0 || timeAt === 0 || sourceAt === 0 || nameAt === 0) return false;
  const seconds = secondsOf(timeAt);
  if (seconds < 0 || !readId(idAt, row + 32)) return false;
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
  return true;
}

/** Offset after the object that membersHash read last. */
let membersEnd: usize = 0;

/**
 * The hash of a userIdentity (level 0) without what changes with every set of credentials and is never read:
 * accessKeyId and sessionContext.attributes.creationDate. 0 where it is written in an unusual way.
 */
function membersHash(from: usize, to: usize, start: u64, level: i32): u64 {
  let value = start;
  let at = skipSpace(from + 1);
  if (load<u8>(at) === 0x7d) {
    membersEnd = at + 1;
    return hash(from, 1, value);
  }
  let open = true;
  while (open) {
    if (load<u8>(at) !== QUOTE) return 0;
    const keyEnd = stringEnd(at, to);
    if (keyEnd === 0 || slashed) return 0;
    const keyAt = at + 1;
    const keyLength = keyEnd - at - 2;
    at = skipSpace(keyEnd);
    if (load<u8>(at) !== COLON) return 0;
    at = skipSpace(at + 1);
    const first = load<u8>(at) as i32;
    const head = load<u64>(keyAt);
    const inner =
      first === 0x7b &&
      ((level === 0 && keyLength === 14 && head === 0x436e_6f69_7373_6573) || // sessionContext
        (level === 1 && keyLength === 10 && head === 0x7475_6269_7274_7461)); // attributes
    let end: usize = 0;
    if (inner) {
      value = membersHash(at, to, hash(keyAt, keyLength, value), level + 1);
      if (value === 0) return 0;
      end = membersEnd;
    } else {
      if (first === QUOTE) end = stringEnd(at, to);
      else if (first === 0x7b || first === 0x5b) end = containerEnd(at, to);
      else end = scalarEnd(at, to);
      if (end === 0) return 0;
      const ignored =
        first === QUOTE &&
        ((level === 0 && keyLength === 11 && head === 0x654b_7373_6563_6361) || // accessKeyId
          (level === 2 && keyLength === 12 && head === 0x6e6f_6974_6165_7263)); // creationDate
      if (!ignored) value = hash(keyAt, end - keyAt, value);
    }
    at = skipSpace(end);
    const byte = load<u8>(at) as i32;
    if (byte === COMMA) at = skipSpace(at + 1);
    else if (byte === 0x7d) open = false;
    else return 0;
  }
  membersEnd = at + 1;
  // Never 0, which means unusual.
  return hash(at, 1, value) | 1;
}

/**
 * Writes at SPANS_AT what has to be kept of the record at `from`, read before: its members without the identity, the
 * id, the time and what is never read. Returns the length; 0 where it does not fit.
 */
export function compact(offset: u32, length: u32, unstable: bool): u32 {
  const from = INPUT_AT + (offset as usize);
  const to = from + (length as usize);
  let out: usize = SPANS_AT;
  store<u8>(out++, 0x7b);
  let at = skipSpace(from + 1);
  while (load<u8>(at) === QUOTE) {
    const keyEnd = stringEnd(at, to);
    const valueAt = skipSpace(skipSpace(keyEnd) + 1);
    const first = load<u8>(valueAt) as i32;
    let end: usize = 0;
    if (first === QUOTE) end = stringEnd(valueAt, to);
    else if (first === 0x7b || first === 0x5b) end = containerEnd(valueAt, to);
    else end = scalarEnd(valueAt, to);
    const kind = kindOf(at + 1, keyEnd - at - 2);
    const dropped = kind === IDENTITY || kind === ID || kind === TIME || kind === IGNORED;
    if (!dropped && (unstable || kind !== VOLATILE)) {
      if (out > SPANS_AT + 1) store<u8>(out++, 0x2c);
      memory.copy(out, at, end - at);
      out += end - at;
    }
    at = skipSpace(end);
    if (load<u8>(at) === COMMA) at = skipSpace(at + 1);
  }
  store<u8>(out++, 0x7d);
  return (out - SPANS_AT) as u32;
}

/** Versions that the decoder takes: `1` and `1.` with digits. */
function plainVersion(at: usize, length: usize): bool {
  if (load<u8>(at) !== 0x31) return false;
  if (length === 1) return true;
  if (length < 3 || load<u8>(at, 1) !== 0x2e) return false;
  for (let i: usize = 2; i < length; i++) if (digit(at + i) < 0) return false;
  return true;
}

function digit(at: usize): i32 {
  const value = (load<u8>(at) as i32) - 0x30;
  return value >= 0 && value <= 9 ? value : -1;
}

function two(at: usize): i32 {
  const high = digit(at);
  const low = digit(at + 1);
  return high < 0 || low < 0 ? -1 : high * 10 + low;
}

/** Seconds since 1970 of `YYYY-MM-DDTHH:MM:SSZ`; -1 for anything else and for years before 1970. */
function secondsOf(at: usize): i64 {
  const century = two(at);
  const years = two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  const hour = two(at + 11);
  const minute = two(at + 14);
  const second = two(at + 17);
  if (century < 19 || years < 0 || month < 1 || month > 12 || hour < 0 || hour > 23) return -1;
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  if (load<u8>(at, 4) !== 0x2d || load<u8>(at, 7) !== 0x2d || load<u8>(at, 10) !== 0x54) return -1;
  if (load<u8>(at, 13) !== COLON || load<u8>(at, 16) !== COLON || load<u8>(at, 19) !== 0x5a) return -1;
  const year = century * 100 + years;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last =
    month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  if (year < 1970 || year > 2100 || day < 1 || day > last) return -1;
  // Days from civil, with March as the first month.
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  const days = era * 146097 + dayOfEra - 719468;
  return (days as i64) * 86400 + hour * 3600 + minute * 60 + second;
}

function hexDigit(byte: i32): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
}

/** A UUID in lower case as 16 bytes. */
function readId(at: usize, out: usize): bool {
  let from = at;
  for (let i: usize = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) {
      if (load<u8>(from) !== 0x2d) return false;
      from++;
    }
    const high = hexDigit(load<u8>(from) as i32);
    const low = hexDigit(load<u8>(from, 1) as i32);
    if (high < 0 || low < 0) return false;
    store<u8>(out + i, ((high << 4) | low) as u8);
    from += 2;
  }
  return true;
}

/** One row for each of the `count` records at SPANS_AT, offsets in a document whose byte `base` is at INPUT_AT. */
export function rows(count: u32, base: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = ROWS_AT + ((i as usize) << 6);
    const span = SPANS_AT + ((i as usize) << 3);
    const start = load<u32>(span);
    const end = load<u32>(span, 4);
    const from = INPUT_AT + (start as usize) - (base as usize);
    const whole = load<u8>(from) === 0x7b && read(from, from + ((end - start) as usize), row);
    store<u32>(row, start, 52);
    store<u32>(row, end, 56);
    store<u32>(row, whole ? (unsteady ? 2 : 0) : 1, 60);
  }
}
