/** Every regular expression in the source against texts made to make one slow: each answers within a bound. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = new URL('../../src', import.meta.url).pathname;
const LENGTH = 4_000;
/** CPU milliseconds for one text of 4,000 characters: what is linear takes less than one. */
const BOUND = 500;
/** Begins and repetitions that expressions over ARNs, times, names, paths and reports could trip over. */
const PIECES = [
  'a',
  ' ',
  '0',
  '1:',
  'a/',
  ':',
  '-',
  '.',
  '*',
  '${',
  '"',
  '\\',
  '`',
  '%7B',
  '\n',
  '[x](',
  'aA',
  '_-',
  'é',
  ', ',
];
const BEGINS = [
  '',
  'arn:aws:iam::123456789012:role/',
  '2026-05-01T00:00:00.',
  '%7b',
  's3://',
  '${',
  'AWSLogs/',
  '"',
];
const TEXTS = BEGINS.flatMap((begin) =>
  PIECES.map((piece) => `${begin}${piece.repeat(Math.ceil(LENGTH / piece.length))}\u0000`),
);

/** Literals as the source writes them; those that hold a line's comment or a division are no expressions and do not compile. */
function expressions(): readonly (readonly [where: string, source: string, flags: string])[] {
  const out: [string, string, string][] = [];
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.ts') || name.includes('.generated.') || name.includes('assembly/')) continue;
    for (const [number, line] of readFileSync(join(SOURCE, name), 'utf8').split('\n').entries())
      for (const [, source, flags] of line.matchAll(
        /(?:^|[=(,:[!&|?\s])\/((?![*/\s])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?=[.,;)\]\s:?]|$)/g,
      ))
        try {
          new RegExp(source!, flags);
          out.push([`${name}:${number + 1}`, source!, flags!]);
        } catch {
          // No expression after all.
        }
  }
  return out;
}

describe('regular expressions', () => {
  const all = expressions();
  it('are found', () => expect(all.length).toBeGreaterThan(80));

  it('answer hostile texts within a bound', { timeout: 300_000 }, () => {
    const slow: string[] = [];
    for (const [where, source, flags] of all) {
      const expression = new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
      for (const text of TEXTS) {
        const began = process.cpuUsage();
        text.replace(expression, '');
        const { user, system } = process.cpuUsage(began);
        if ((user + system) / 1000 <= BOUND) continue;
        slow.push(
          `${where} /${source}/ ${Math.round(user / 1000)} ms on ${JSON.stringify(text.slice(0, 40))}`,
        );
        break;
      }
    }
    expect(slow).toEqual([]);
  });
});
