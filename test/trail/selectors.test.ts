import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSelectors, type SelectorFacts, type SelectorsAnswer } from '../../src/trail/selectors.ts';

interface Case {
  readonly name: string;
  readonly answer: SelectorsAnswer;
  readonly expect: SelectorFacts;
}
const cases = JSON.parse(
  readFileSync(new URL('../cases/trail/selectors.json', import.meta.url), 'utf8'),
) as Case[];

describe('readSelectors', () => {
  it.each(cases)('$name', ({ answer, expect: wanted }) => {
    expect(readSelectors(answer)).toEqual(wanted);
  });
});
