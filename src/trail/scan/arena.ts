/** Byte strings one after another in large blocks, told by number. */
const BLOCK = 4 << 20;

export interface Arena {
  /** Bytes held. */
  readonly bytes: number;
  /** Copies; returns the number to read it by. */
  add(value: Uint8Array): number;
  read(number: number): Buffer;
  clear(): void;
}

export function createArena(): Arena {
  let blocks: Buffer[] = [];
  let used = BLOCK;
  let bytes = 0;
  /** Block, offset and length of each. */
  let places: number[] = [];
  return {
    get bytes() {
      return bytes;
    },
    add: (value) => {
      if (used + value.length > BLOCK) {
        blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK, value.length)));
        used = 0;
      }
      blocks.at(-1)!.set(value, used);
      places.push(blocks.length - 1, used, value.length);
      used += value.length;
      bytes += value.length;
      return places.length / 3 - 1;
    },
    read: (number) => {
      const [block, offset, length] = [places[number * 3]!, places[number * 3 + 1]!, places[number * 3 + 2]!];
      return blocks[block]!.subarray(offset, offset + length);
    },
    clear: () => {
      blocks = [];
      places = [];
      used = BLOCK;
      bytes = 0;
    },
  };
}
