// AssemblyScript. The module's entry.
export { compact, hashInput, rows, setSeed } from './rows';
export { begin, position, walk } from './walk';
