/** Whatever a file holds: the readers give an account or a UsageError of one line, and nothing they cannot know is empty. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { parseCredentialReport } from '../../src/account/credential-report.ts';
import { parseCsv } from '../../src/account/csv.ts';
import { decodeDocument } from '../../src/account/document.ts';
import { parseLastAccessed } from '../../src/account/last-accessed.ts';
import { UsageError } from '../../src/errors.ts';
import { details, type Loose } from '../account/fixture.ts';

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

function outcome<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).not.toMatch(UNPRINTABLE);
    expect((error as Error).message).not.toMatch(/\.$/);
    return undefined;
  }
}

/** Every place in a JSON value, as a path of keys. */
function paths(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, one]) => paths(one, [...at, key]))];
}
const PLACES = paths(details).filter((path) => path.length > 0);
const odd = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.jsonValue(),
  fc.string(),
  fc.constantFrom(
    '%7B%7D',
    'a\u001b[2Jb',
    'a\nb',
    'arn:aws:iam::111122223333:role/a\u2028b',
    '{}',
    '[]',
    '__proto__',
    'arn:aws:iam::111122223333:role/x',
    {},
    [],
    [[]],
    0,
    true,
  ),
);

/** The fixture with one to four places replaced by something else. */
const broken = fc
  .array(fc.tuple(fc.constantFrom(...PLACES), odd), { minLength: 1, maxLength: 4 })
  .map((edits) => {
    const copy: Loose = structuredClone(details);
    for (const [path, value] of edits) {
      let parent = copy;
      for (const key of path.slice(0, -1))
        parent = typeof parent === 'object' && parent !== null ? parent[key] : undefined;
      if (typeof parent === 'object' && parent !== null) parent[path.at(-1)!] = value;
    }
    return copy as unknown;
  });

describe('account readers', () => {
  it('read a broken account or refuse it; a policy without document always has its problem', () => {
    fc.assert(
      fc.property(broken, (value) => {
        const account = outcome(() => parseAuthorizationDetails(value, 'account.json'));
        for (const problem of account?.problems ?? []) expect(problem).not.toMatch(UNPRINTABLE);
        for (const one of account?.principals ?? [])
          for (const policy of [...one.policies, ...(one.boundary ? [one.boundary] : [])]) {
            expect(policy.document === undefined).toBe(policy.problem !== undefined);
            if (policy.problem !== undefined) expect(one.problems).toContain(policy.problem);
          }
      }),
      { numRuns: 3_000 },
    );
  });

  it('give the same account whatever the order of the lists', () => {
    const lists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'] as const;
    const shuffled = fc
      .tuple(
        ...lists.map((key) =>
          fc.shuffledSubarray([...(details[key] as unknown[])], {
            minLength: (details[key] as unknown[]).length,
          }),
        ),
      )
      .map((all) => Object.fromEntries(lists.map((key, index) => [key, all[index]])));
    const expected = parseAuthorizationDetails(details, 'x');
    fc.assert(
      fc.property(shuffled, (value) => {
        expect(parseAuthorizationDetails(value, 'x')).toEqual(expected);
      }),
    );
  });

  it('read any JSON or refuse it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        outcome(() => parseAuthorizationDetails(value, 'x'));
        outcome(() => parseLastAccessed(value, 'x'));
        outcome(() =>
          parseLastAccessed(
            { JobStatus: 'COMPLETED', JobCreationDate: '2024-01-01', ServicesLastAccessed: value },
            'x',
          ),
        );
        outcome(() => parseCredentialReport(text, 'x'));
      }),
      { numRuns: 1_000 },
    );
  });

  it('decode a document that was percent-encoded to what it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        const text = JSON.stringify(document);
        const parsed: unknown = JSON.parse(text);
        expect(decodeDocument(encodeURIComponent(text))).toEqual({ document: parsed });
        expect(decodeDocument(text)).toEqual({ document: parsed });
      }),
    );
  });

  it('read back any CSV that was written with quotes', () => {
    const row = fc.array(fc.string(), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const text = rows
          .map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        expect(parseCsv(text)).toEqual(rows);
      }),
    );
  });
});
