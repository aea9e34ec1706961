/** Reads the values that condition operators compare: numbers, dates, IP addresses. Undefined: not such a value. */

/** Beyond this there may be no larger number to tell `greater than` from; no context value is near it. */
const LARGEST = 1e300;

export function parseNumber(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= LARGEST ? value : undefined;
}

const DATE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/;

/** W3C date-time in any of its precisions, or seconds since 1970; in milliseconds. https://www.w3.org/TR/NOTE-datetime */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (!match) return /^-?\d{5,12}(\.\d{1,3})?$/.test(text) ? Number(text) * 1000 : undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone] =
    match;
  if (Number(year) < 1000) return undefined;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const offset = zone && zone !== 'Z' ? zoneMinutes(zone) : 0;
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute) - offset,
    Number(second),
  );
  return time + Number(`0.${fraction || '0'}`) * 1000;
}

const zoneMinutes = (zone: string): number => {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
};

export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}
export interface IpRange {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

export function parseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { bits: 128, value };
  }
  const value = parseIpv4(text);
  return value === undefined ? undefined : { bits: 32, value };
}

/** CIDR notation; a bare address is a range of one. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address, length, ...rest] = text.split('/');
  const ip = parseIp(address!);
  if (!ip || rest.length > 0) return undefined;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? ip.bits : Number(length);
  if (prefix > ip.bits) return undefined;
  const size = 1n << BigInt(ip.bits - prefix);
  const first = ip.value - (ip.value % size);
  return { bits: ip.bits, first, last: first + size - 1n };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  let words = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail) {
    const low = parseIpv4(tail[2]!);
    if (low === undefined) return undefined;
    words = `${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const halves = words.split('::');
  if (halves.length > 2) return undefined;
  const [head, back] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head!.length - (back?.length ?? 0);
  if (back ? missing < 1 : missing !== 0) return undefined;
  const all = [...head!, ...Array.from({ length: missing }, () => '0'), ...(back ?? [])];
  if (!all.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  return all.reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n);
}
