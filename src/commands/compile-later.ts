/** When the engine compiles a function for speed: a matter of taste for a server, of a sixth of the CPU for a review. */
import { setFlagsFromString } from 'node:v8';

/** The only engine on which it was measured; what others call it is theirs. */
const MEASURED = /^11\./;

/**
 * Node 20 compiles a function with all optimisations after it ran for some 130 kB of bytecode. A review runs much code
 * for a few hundred principals and ends: half of what it compiled so had not paid for itself. Three times as late is as
 * fast by the clock, and the threads that compile are left alone (test/bench/RESULTS-review.md).
 */
export function compileLater(): void {
  if (MEASURED.test(process.versions.v8)) setFlagsFromString('--interrupt-budget=400000');
}
