/** The kernel as an element walk. */
import { AFTER, CHUNK, COUNT_AT, INPUT_AT, type Kernel, SPANS_AT } from './kernel.ts';
import { type ElementWalk, type Found, walkElements } from './split.ts';

/** Names in the kernel's memory: see assembly/layout.ts. */
const NAMES_AT = 0x2000;
const NAME_SIZE = 256;
/** What is looked at before a piece; after it, `AFTER`. */
const BEFORE = 256;
const END = 1;
const IRREGULAR = 2;
/** More names, or longer ones, cost more to look for than to sort out afterwards. */
const MAX_NAMES = 16;
const MAX_LENGTH = 128;
/** Bytes from common to rare, by how many blocks of real records hold them; a name is looked for by its two rarest. */
const COMMON = 'eatnrsic,duom12p0-3vl87w9564gfy.bhkzqxj_+=@';

/** An element walk that gives spans only for elements that can hold one of the names; without names, for all. */
export function kernelWalk(kernel: Kernel, wanted: readonly string[] | undefined): ElementWalk {
  const { begin, walk, position } = kernel.exports;
  const names = wanted && usable(wanted) ? wanted : [];
  names.forEach((name, index) => {
    kernel.bytes.set(nameEntry(name), NAMES_AT + index * NAME_SIZE);
  });

  /** Copies a piece with what is around it; returns where it is. */
  const copied = (bytes: Uint8Array, at: number, to: number, length: number): number => {
    const before = Math.min(BEFORE, at);
    const after = Math.min(AFTER, to - at - length);
    kernel.bytes.set(bytes.subarray(at - before, at + length + after), INPUT_AT - before);
    const filled = INPUT_AT + length + after;
    if (after < AFTER) kernel.bytes.fill(0, filled, filled + AFTER);
    return INPUT_AT;
  };

  return (bytes, start, to, found) => {
    const mark = { spans: found.spans.length, records: found.records };
    const home = to === bytes.length ? kernel.addressOf(bytes) : undefined;
    begin(start, names.length);
    for (let at = start; at < to; at += CHUNK) {
      const length = Math.min(CHUNK, to - at);
      const state = walk(at, length, home === undefined ? copied(bytes, at, to, length) : home + at);
      if (state === IRREGULAR) {
        found.spans.length = mark.spans;
        found.records = mark.records;
        return walkElements(bytes, start, to, found);
      }
      collect(kernel.words, found);
      if (state === END) break;
    }
    return start < to ? position() : start;
  };
}

function collect(words: Uint32Array, found: Found): void {
  const end = SPANS_AT / 4 + words[COUNT_AT / 4]! * 2;
  for (let at = SPANS_AT / 4; at < end; at++) found.spans.push(words[at]!);
  found.records += words[COUNT_AT / 4 + 1]!;
}

const usable = (names: readonly string[]): boolean =>
  names.length > 0 && names.length <= MAX_NAMES && names.every((name) => name.length <= MAX_LENGTH);

function nameEntry(name: string): Uint8Array {
  const folded = Buffer.from(name, 'latin1').map((byte) => byte | 0x20);
  const rarity = (index: number): number => {
    const rank = COMMON.indexOf(name[index]!);
    return rank < 0 ? COMMON.length : rank;
  };
  const [first, second = first] = [...name].map((_, index) => index).sort((a, b) => rarity(b) - rarity(a));
  return Uint8Array.of(name.length, first!, second!, ...folded);
}
