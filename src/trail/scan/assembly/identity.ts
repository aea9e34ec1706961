// AssemblyScript. The hash of a userIdentity.
import { hash, skipSpace, slashed, stringEnd, valueEnd } from './text';

const QUOTE: i32 = 0x22;
const COMMA: i32 = 0x2c;
const COLON: i32 = 0x3a;

/** Offset after the object that membersHash read last. */
export let membersEnd: usize = 0;

/**
 * The hash of a userIdentity (level 0) without what changes with every set of credentials and is never read:
 * accessKeyId and sessionContext.attributes.creationDate. 0 where it is written in an unusual way.
 */
export function membersHash(from: usize, to: usize, start: u64, level: i32): u64 {
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
      end = valueEnd(at, first, to);
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
