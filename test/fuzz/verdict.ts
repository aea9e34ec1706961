/** Assertions without a test framework: the fuzzer runs for minutes in a plain process. */
import { isDeepStrictEqual } from 'node:util';

export function demand(held: boolean, what: string): asserts held {
  if (!held) throw new Error(`does not hold: ${what}`);
}

export function same(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`does not hold: ${what}\n  ${clip(actual)}\n  ${clip(expected)}`);
}

const clip = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 600);
