/** Walking JSON as bytes: strings and depth, nothing else. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const NEWLINE = 0x0a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
const BACKSLASH = 0x5c;

export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** First offset at or after `position` that is no white space; `to` if there is none. */
export function skipSpace(bytes: Uint8Array, position: number, to: number): number {
  let at = position;
  while (at < to && isSpace(bytes[at])) at++;
  return at;
}

/** Offset after the string whose opening quote is at `position`; -1 if it does not end before `to`. */
export function skipString(bytes: Uint8Array, position: number, to: number): number {
  let at = position + 1;
  while (at < to) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return -1;
}

/**
 * Offset after the value that begins at `position`; -1 if it does not end before `to`. Brackets are counted, not
 * matched by kind: that is exact for valid JSON, and a value that is none fails when it is parsed.
 */
export function skipValue(bytes: Uint8Array, position: number, to: number): number {
  const first = bytes[position];
  if (first === QUOTE) return skipString(bytes, position, to);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return skipScalar(bytes, position, to);
  let depth = 0;
  let at = position;
  while (at < to) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = skipString(bytes, at, to);
      if (at < 0) return -1;
      continue;
    }
    at++;
    // { and [ differ from } and ] by their low bits; everything else is passed over.
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at;
  }
  return -1;
}

/** Numbers, literals and rubbish: up to the next structural byte or white space, at least one byte. */
function skipScalar(bytes: Uint8Array, position: number, to: number): number {
  let at = position + 1;
  while (at < to) {
    const byte = bytes[at]!;
    const structural =
      byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte === QUOTE || byte === COLON;
    if (structural || isSpace(byte) || byte === OPEN_OBJECT || byte === OPEN_ARRAY) return at;
    at++;
  }
  return -1;
}
