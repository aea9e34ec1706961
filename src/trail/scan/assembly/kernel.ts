// AssemblyScript. The module's entry.
export { hashInput, rows, setSeed } from './rows';
export { begin, position, walk } from './walk';
