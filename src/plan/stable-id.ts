/** Names for findings that stay the same from run to run: FNV-1a over the parts that make a finding what it is. */

import { createMemo } from '../policy/memo.ts';

/** The 64-bit offset basis in quarters, the lowest first. */
const OFFSET = [0x2325, 0x8422, 0x9ce4, 0xcbf2] as [number, number, number, number];
/** The prime is 2^40 + this. */
const PRIME_LOW = 0x1b3;

/** 12 hex digits; two of 10,000 findings collide with a probability below 1e-6. Hashes UTF-16 code units. */
export function stableId(parts: readonly string[]): string {
  const text = JSON.stringify(parts);
  return known(text, () => hashOf(text));
}

/** Hundreds of principals have the same policies, and findings of them. In characters. */
const known = createMemo<string>(2_000_000, (_, text) => text.length);

function hashOf(text: string): string {
  let [a, b, c, d]: [number, number, number, number] = OFFSET;
  for (let at = 0; at < text.length * 2; at += 1) {
    const unit = text.charCodeAt(at >> 1);
    a = a ^ ((at & 1) === 0 ? unit & 0xff : unit >> 8);
    // Quarters of 16 bits times the prime stay small whole numbers; 2^40 moves a quarter up by two and 8 bits.
    const second = b * PRIME_LOW + ((a * PRIME_LOW) >>> 16);
    const third = c * PRIME_LOW + (a << 8) + (second >>> 16);
    d = (d * PRIME_LOW + (b << 8) + (third >>> 16)) & 0xffff;
    a = (a * PRIME_LOW) & 0xffff;
    b = second & 0xffff;
    c = third & 0xffff;
  }
  return [d, c, b].map((one) => one.toString(16).padStart(4, '0')).join('');
}
