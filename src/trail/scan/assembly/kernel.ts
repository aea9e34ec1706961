// AssemblyScript. The module's entry.
export { shorten } from './checksum';
export { inflate } from './inflate';
export { define } from './request';
export { compact, hashInput, readRow, rows, setSeed } from './rows';
export { begin, position, walk } from './walk';
