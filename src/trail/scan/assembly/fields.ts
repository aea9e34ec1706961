// AssemblyScript. Versions, times and ids: read where they are written as CloudTrail writes them.
const COLON: i32 = 0x3a;

/** Versions that the decoder takes: `1` and `1.` with digits. */
export function plainVersion(at: usize, length: usize): bool {
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
export function secondsOf(at: usize): i64 {
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
export function readId(at: usize, out: usize): bool {
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
