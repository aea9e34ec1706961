/** Names for findings that stay the same from run to run: FNV-1a over the parts that make a finding what it is. */

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/** 12 hex digits; two of 10,000 findings collide with a probability below 1e-6. Hashes UTF-16 code units. */
export function stableId(parts: readonly string[]): string {
  let hash = OFFSET;
  const text = JSON.stringify(parts);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    hash = ((hash ^ BigInt(unit & 0xff)) * PRIME) & MASK;
    hash = ((hash ^ BigInt(unit >> 8)) * PRIME) & MASK;
  }
  return (hash >> 16n).toString(16).padStart(12, '0');
}
