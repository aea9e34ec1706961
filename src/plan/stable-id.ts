/** Names for findings that stay the same from run to run: FNV-1a over the parts that make a finding what it is. */

/** The 64-bit offset basis in halves. */
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
/** The prime is 2^40 + this: halves of 32 bits times it stay exact in a double. */
const PRIME_LOW = 0x1b3;
const WORD = 2 ** 32;

/** 12 hex digits; two of 10,000 findings collide with a probability below 1e-6. Hashes UTF-16 code units. */
export function stableId(parts: readonly string[]): string {
  let [high, low] = [OFFSET_HIGH, OFFSET_LOW];
  const text = JSON.stringify(parts);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    for (let byte = 0; byte < 2; byte += 1) {
      low = (low ^ (byte === 0 ? unit & 0xff : unit >> 8)) >>> 0;
      const product = low * PRIME_LOW;
      high = (high * PRIME_LOW + Math.floor(product / WORD) + (low & 0xff_ffff) * 256) >>> 0;
      low = product >>> 0;
    }
  }
  return high.toString(16).padStart(8, '0') + (low >>> 16).toString(16).padStart(4, '0');
}
