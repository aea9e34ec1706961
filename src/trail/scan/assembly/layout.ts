// AssemblyScript. The kernel's memory; ../kernel.ts reads the addresses from the exports.
export const COUNT_AT: usize = 0x1000;
/** Per name: length, offsets of two rare bytes, the name in lower case (bit 0x20 set in every byte). */
export const NAMES_AT: usize = 0x2000;
export const NAME_SIZE: usize = 256;
export const SPANS_AT: usize = 0x4000;
/** The longest input of one call. Its shortest elements (`{},`) give 8 bytes of spans for 3 bytes of input. */
export const CHUNK: usize = 0x20000;
/** 256 bytes before the input hold what precedes it in the document, 512 after it what follows. */
export const INPUT_AT: usize = 0x60000;
