// AssemblyScript. Makes bytes of one CRC-32 (RFC 1952) short, without its tables and faster than with them.
//
// x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the polynomial of the CRC. Squared seven times over the field of two
// elements it is the same with x^128 for x, and still a multiple. So the CRC stays the same where 128 bits are added to
// those 145, 183, 211 and 300 places later, and are zero then.
import { CHECKSUM_AT } from './layout';

const BLOCK: usize = 16;
/** Blocks that are left, and the exponents, as places from the block that takes up all. */
const LEFT: usize = 300 * BLOCK;
const A: usize = 155 * BLOCK;
const B: usize = 117 * BLOCK;
const C: usize = 89 * BLOCK;
/** So many more are worked on until what is left is moved to the front. */
const ROUND: usize = 1024 * BLOCK;
const SHORT: usize = CHECKSUM_AT + LEFT + ROUND;

/** The bytes at `at` with what those before add to them, which are in order from `before` on. */
function summed(at: usize, before: usize): v128 {
  const near = v128.xor(v128.load(before, A), v128.load(before, B));
  const far = v128.xor(v128.load(before, C), v128.load(before));
  return v128.xor(v128.load(at), v128.xor(near, far));
}

/**
 * Takes `length` bytes, a multiple of 64 and more than 4,800. Returns where 4,800 are that give, with a start of zero
 * instead of all ones, the CRC of those.
 */
export function shorten(from: usize, length: usize): usize {
  memory.fill(CHECKSUM_AT, 0, LEFT);
  // The start of all ones adds to the first four bytes, which what is zero so far is added to, too.
  store<u32>(CHECKSUM_AT, 0xffff_ffff);
  const end = from + length - LEFT;
  let at = from;
  while (at < end) {
    let to = CHECKSUM_AT;
    const stop = to + min<usize>(ROUND, end - at);
    for (; to < stop; to += 4 * BLOCK) {
      v128.store(to, summed(at, to), LEFT);
      v128.store(to, summed(at + BLOCK, to + BLOCK), LEFT + BLOCK);
      v128.store(to, summed(at + 2 * BLOCK, to + 2 * BLOCK), LEFT + 2 * BLOCK);
      v128.store(to, summed(at + 3 * BLOCK, to + 3 * BLOCK), LEFT + 3 * BLOCK);
      at += 4 * BLOCK;
    }
    memory.copy(CHECKSUM_AT, to, LEFT);
  }
  // Those that are left add nothing to one another.
  memory.fill(CHECKSUM_AT + LEFT, 0, LEFT);
  for (let i: usize = 0; i < LEFT; i += BLOCK) v128.store(SHORT + i, summed(at + i, CHECKSUM_AT + i));
  return SHORT;
}
