import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ObjectKey, parseObjectKey } from '../../src/trail/layout.ts';

interface Case {
  readonly name: string;
  readonly key: string;
  readonly expect: ObjectKey;
}
const cases = JSON.parse(
  readFileSync(new URL('../cases/trail/layout.json', import.meta.url), 'utf8'),
) as Case[];

describe('parseObjectKey', () => {
  it.each(cases)('$name', ({ key, expect: wanted }) => {
    expect(parseObjectKey(key)).toEqual(wanted);
  });
});
