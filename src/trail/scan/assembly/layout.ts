// AssemblyScript. The kernel's memory; ../kernel.ts holds the same addresses.
export const COUNT_AT: usize = 0x1000;
/** Per name: length, offsets of two rare bytes, the name in lower case (bit 0x20 set in every byte). */
export const NAMES_AT: usize = 0x2000;
export const NAME_SIZE: usize = 256;
/** Input of one call is at most 128 KB. Its shortest elements (`{},`) give 8 bytes of spans for 3 bytes of input. */
export const SPANS_AT: usize = 0x4000;
/** 256 bytes before the input hold what precedes it in the document, 512 after it what follows. */
export const INPUT_AT: usize = 0x60000;
/** 16 words of 32 bits a row, at most 1,024 rows: see rows.ts. */
export const ROWS_AT: usize = 0x90000;
/** 16 bytes for each of 4,096 calls, and the names of the members that their mappings read: see request.ts. */
export const CALLS_AT: usize = 0xa0000;
export const MEMBERS_AT: usize = 0xb0000;
export const MEMBERS_END: usize = 0x1f0000;
/** What inflate.ts and codes.ts work with, and checksum.ts. The document and the compressed bytes follow: ../kernel.ts. */
export const CODES_AT: usize = 0x1f0000;
export const CHECKSUM_AT: usize = 0x1f4000;
