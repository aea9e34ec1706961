/** Containment in worlds small enough to try every request: the verdict must be the truth, and never `not-proven`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains } from '../../src/policy/contain.ts';
import type { Policy } from '../../src/policy/document.ts';
import { evaluate, type Request } from '../../src/policy/evaluate.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { plainlyInside } from '../../src/policy/plain-inside.ts';
import { SMALL_CATALOGUE } from '../policy/attack.ts';

const policyOf = (statements: readonly object[]): Policy => {
  const result = parsePolicy({ Version: '2012-10-17', Statement: statements });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
};
const allWords = (letters: string, most: number): string[] => {
  const words: string[] = [];
  for (let length = 0, layer = ['']; length <= most; length += 1) {
    words.push(...layer);
    layer = layer.flatMap((word) => [...letters].map((letter) => word + letter));
  }
  return words;
};
const truth = (old: Policy, fresh: Policy, requests: readonly Request[]): string =>
  requests.some(
    (request) =>
      evaluate({ identity: [fresh] }, request).decision === 'allowed' &&
      evaluate({ identity: [old] }, request).decision !== 'allowed',
  )
    ? 'violated'
    : 'proven';
const check = (old: readonly object[], fresh: readonly object[], requests: readonly Request[]): void => {
  const [a, b] = [policyOf(old), policyOf(fresh)];
  const { verdict } = contains([a], [b], SMALL_CATALOGUE);
  expect({ old, fresh, verdict }).toEqual({ old, fresh, verdict: truth(a, b, requests) });
  // The quick test may miss what is contained, and never takes for contained what is not.
  if (plainlyInside([a], [b])) expect({ old, fresh, verdict }).toEqual({ old, fresh, verdict: 'proven' });
};
const text = (parts: readonly string[], most: number) =>
  fc.array(fc.constantFrom(...parts), { maxLength: most }).map((list) => list.join(''));

describe('containment', () => {
  it('is exact for unions, Deny and NotResource over short names', () => {
    const none = new Map<string, string[]>();
    // `c` stands for all letters the patterns do not name.
    const requests = [
      { action: 's3:GetObject', resource: '*', context: none },
      ...allWords('abc', 6).map((word) => ({
        action: 's3:GetObject',
        resource: `arn:::::${word}`,
        context: none,
      })),
    ];
    const resource = text(['a', 'b', '*', '?'], 4).map((glob) => `arn:::::${glob}`);
    const statement = fc.record({
      effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
      not: fc.boolean(),
      resources: fc.array(resource, { minLength: 1, maxLength: 2 }),
    });
    const policy = fc.array(
      statement.map(({ effect, not, resources }) => ({
        Effect: effect,
        Action: 's3:*',
        [not && resources.length > 1 ? 'NotResource' : 'Resource']: resources,
      })),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(policy, policy, (old, fresh) => check(old, fresh, requests)),
      { numRuns: 300 },
    );
  });

  it('is seen at once only where it holds, whatever shares the actions and the resources', () => {
    const actions = ['s3:GetObject', 's3:getobject', 's3:PutObject', 's3:Get*', 's3:*', '*'];
    const resources = [
      '*',
      'arn:::::a',
      'arn:::::b',
      'arn:::::a*',
      'arn:::::*',
      'arn:::::${*}',
      'arn:::::a?',
    ];
    const some = (values: readonly string[]) =>
      fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
    const policy = fc.array(
      fc
        .record({
          effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
          actions: some(actions),
          resources: some(resources),
          not: fc.constantFrom('', '', '', 'Action', 'Resource'),
          condition: fc.constantFrom(undefined, undefined, { StringEquals: { 'k:one': 'x' } }),
        })
        .map(({ effect, actions, resources, not, condition }) => ({
          Effect: effect,
          [not === 'Action' ? 'NotAction' : 'Action']: actions,
          [not === 'Resource' ? 'NotResource' : 'Resource']: resources,
          ...(condition ? { Condition: condition } : {}),
        })),
      { minLength: 1, maxLength: 3 },
    );
    const requests = ['s3:GetObject', 's3:PutObject', 's3:GetBucketAcl', 'ec2:StartInstances'].flatMap(
      (action) =>
        ['*', ...['', 'a', 'b', 'ab', 'abc', '*', 'c'].map((name) => `arn:::::${name}`)].flatMap((resource) =>
          [[], ['x'], ['y']].map(
            (values): Request => ({
              action,
              resource,
              context: new Map(values.length === 0 ? [] : [['k:one', values]]),
            }),
          ),
        ),
    );
    let seen = 0;
    fc.assert(
      fc.property(policy, policy, (old, fresh) => {
        const [a, b] = [policyOf(old), policyOf(fresh)];
        if (!plainlyInside([a], [b])) return;
        seen += 1;
        expect({ old, fresh, verdict: truth(a, b, requests) }).toEqual({ old, fresh, verdict: 'proven' });
      }),
      { numRuns: 3_000 },
    );
    expect(seen).toBeGreaterThan(100);
  });

  const conditioned = (operators: readonly string[], value: fc.Arbitrary<string>) =>
    fc.array(
      fc
        .record({
          effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
          operator: fc.constantFrom(...operators, 'Null'),
          key: fc.constantFrom('k:one', 'K:One', 'k:two'),
          values: fc.array(value, { minLength: 1, maxLength: 2 }),
          absent: fc.constantFrom('true', 'false'),
        })
        .map(({ effect, operator, key, values, absent }) => ({
          Effect: effect,
          Action: 's3:*',
          Resource: '*',
          Condition: { [operator]: { [key]: operator === 'Null' ? absent : values } },
        })),
      { minLength: 1, maxLength: 3 },
    );
  const worlds = (sets: readonly (readonly string[])[]): Request[] =>
    sets.flatMap((one) =>
      sets.map((two) => ({
        action: 's3:GetObject',
        resource: '*',
        context: new Map([
          ...(one.length ? [['k:one', one] as const] : []),
          ...(two.length ? [['k:two', two] as const] : []),
        ]),
      })),
    );
  const withSuffix = (operators: readonly string[]) => operators.flatMap((one) => [one, `${one}IfExists`]);

  it('is exact for string conditions on keys with one value', () => {
    const operators = [
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'StringEqualsIgnoreCase',
    ];
    const policy = conditioned(withSuffix(operators), text(['a', '*', '?'], 2));
    const requests = worlds([
      [],
      ...allWords('acAC', 3).map((word) => [word]),
      ['*'],
      ['?'],
      ['a*'],
      ['*a'],
      ['a?'],
      ['**'],
      ['*?'],
      ['?a'],
      ['??'],
      ['?*'],
    ]);
    fc.assert(
      fc.property(policy, policy, (old, fresh) => check(old, fresh, requests)),
      { numRuns: 60 },
    );
  });

  it('is exact for set operators on keys with several values', () => {
    const operators = ['StringEquals', 'StringNotEquals', 'StringLike'].flatMap((one) => [
      `ForAllValues:${one}`,
      `ForAnyValue:${one}`,
      `ForAnyValue:${one}IfExists`,
    ]);
    // Both keys are used with set operators in every policy, so that both may have several values.
    const both = ['k:one', 'k:two'].map((key) => ({
      Effect: 'Deny',
      Action: 's3:PutObject',
      Resource: '*',
      Condition: { 'ForAnyValue:StringEquals': { [key]: 'x' } },
    }));
    const policy = conditioned(operators, fc.constantFrom('a', 'b', '*', 'a*'));
    const values = ['a', 'b', 'ab', 'c', '*', 'a*'];
    const pairs = values.flatMap((one, at) => values.slice(at + 1).map((two) => [one, two]));
    const threes = pairs.flatMap(([one, two]) =>
      values.filter((three) => three > two!).map((three) => [one!, two!, three]),
    );
    const requests = worlds([[], ...values.map((one) => [one]), ...pairs, ...threes]);
    fc.assert(
      fc.property(policy, policy, (old, fresh) => check([...old, ...both], [...fresh, ...both], requests)),
      { numRuns: 60 },
    );
  });

  it('is exact for numbers, dates and addresses', () => {
    const numbers = conditioned(
      [
        'NumericEquals',
        'NumericNotEquals',
        'NumericLessThan',
        'NumericLessThanEquals',
        'NumericGreaterThanIfExists',
      ],
      fc.constantFrom('1', '2', '3'),
    );
    const reals = ['0', '1', '1.5', '2', '2.5', '3', '4', 'none'].map((one) => [one]);
    const dates = conditioned(
      ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateGreaterThanEquals'],
      fc.constantFrom('2024-01-01', '2024-01-01T00:00:00Z', '2025-01-01'),
    );
    const days = ['2023', '2024-01-01', '2024-06-01', '2025-01-01', '2026', 'never'].map((one) => [one]);
    const ranges = conditioned(
      ['IpAddress', 'NotIpAddress', 'IpAddressIfExists'],
      fc.constantFrom('10.0.0.0/31', '10.0.0.0/30', '10.0.0.2', '::/127', '0.0.0.0/0'),
    );
    const hosts = [
      '9.255.255.255',
      '10.0.0.0',
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
      '::',
      '::1',
      '::2',
      'no',
    ].map((one) => [one]);
    for (const [policy, sets] of [
      [numbers, reals],
      [dates, days],
      [ranges, hosts],
    ] as const)
      fc.assert(
        fc.property(policy, policy, (old, fresh) => check(old, fresh, worlds([[], ...sets]))),
        { numRuns: 80 },
      );
  });
});
