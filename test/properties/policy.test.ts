import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressActions } from '../../src/policy/compress.ts';
import { contains } from '../../src/policy/contain.ts';
import { inCurrentVersion } from '../../src/policy/current-version.ts';
import { type JsonPolicy, type Policy, policyToJson } from '../../src/policy/document.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { compileGlob, matchGlob } from '../../src/policy/glob.ts';
import { mergeStatements, packStatements } from '../../src/policy/pack.ts';
import { parsePolicy, parsePolicyText } from '../../src/policy/parse.ts';
import {
  asPattern,
  escapeLiteral,
  intersects,
  matchesResource,
  patternCovers,
} from '../../src/policy/pattern.ts';
import { policySize } from '../../src/policy/size.ts';
import { SMALL_CATALOGUE } from '../policy/attack.ts';
import { makePolicy, makeRequest, random } from '../policy/generate.ts';

const parsed = (json: unknown): Policy => {
  const result = parsePolicy(json);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
};
const seed = fc.integer({ min: 0, max: 0x7fffffff });
const requestOf = (rng: ReturnType<typeof random>) => {
  const request = makeRequest(rng);
  return { ...request, context: new Map(Object.entries(request.context)) };
};

describe('parsing', () => {
  it('answers any JSON value without throwing, and writes back what it accepted', () => {
    const element = fc.oneof(
      fc.constantFrom(
        '__proto__',
        'constructor',
        'Statement',
        'Action',
        'Effect',
        'Resource',
        'Condition',
        'toString',
      ),
      fc.string(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('Allow', 'Deny', '*', 's3:*', '2012-10-17'),
        fc.jsonValue(),
        fc.dictionary(element, tie('value')),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        const result = parsePolicy(json);
        if (result.ok) expect(parsed(policyToJson(result.policy))).toEqual(result.policy);
        else for (const problem of result.problems) expect(problem.path.startsWith('$')).toBe(true);
        parsePolicyText(JSON.stringify(json) ?? '');
      }),
      { numRuns: 2000 },
    );
  });

  it('survives hostile text: any text, deep nesting, keys of Object.prototype', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parsePolicyText(text)));
    expect(parsePolicyText(`${'['.repeat(50_000)}${']'.repeat(50_000)}`).ok).toBe(false);
    expect(parsePolicyText(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`).ok).toBe(false);
    const text =
      '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"__proto__":"x"}}}}';
    const result = parsePolicyText(text);
    expect(result.ok && result.policy.statements[0]!.conditions[0]!.key).toBe('__proto__');
    expect(result.ok && JSON.stringify(policyToJson(result.policy))).toContain('"__proto__":"x"');
    expect(parsePolicyText('{"Statement":[],"Statement":[]}')).toEqual({
      ok: false,
      problems: [{ path: '$.Statement', message: 'the key is given twice' }],
    });
    expect(parsePolicyText(encodeURIComponent(text)).ok).toBe(true);
  });

  it('writes what was merged and packed, and then read, to the letter as it was: fitting counts on it', () => {
    fc.assert(
      fc.property(seed, fc.constantFrom('keep', 'drop'), (at, sids) => {
        const written = policyToJson(parsed(makePolicy(random(at), 6))).Statement;
        const packed = packStatements(mergeStatements(written, { sids }), 700);
        for (const document of packed.policies)
          expect(JSON.stringify(policyToJson(parsed(document)))).toBe(JSON.stringify(document));
      }),
    );
  });

  it('round-trips generated policies', () => {
    fc.assert(
      fc.property(seed, (start) => {
        const json = makePolicy(random(start));
        expect(policyToJson(parsed(json))).toEqual(json);
        expect(policySize(json)).toBe(JSON.stringify(json).replace(/\s/g, '').length + blanksInStrings(json));
      }),
    );
  });
});

describe('an old policy under the current Version', () => {
  /** `${` as plain text, where a request has the same: else hardly any would meet it. */
  const TEXTS = ['${aws:username}', '${*}', '$${?}', "${aws:username, 'eve'}", '${', '${$}{x}', 'b'];
  it('decides as before, and each holds the other', () => {
    fc.assert(
      fc.property(seed, fc.constantFrom('2008-10-17', undefined), (start, version) => {
        const rng = random(start);
        const { Statement } = makePolicy(rng);
        const text = rng.pick(TEXTS);
        const resource = `arn:aws:s3:::alpha/${text}`;
        const json = {
          ...(version === undefined ? {} : { Version: version }),
          Statement: [
            ...Statement,
            {
              Effect: rng.pick(['Allow', 'Deny'] as const),
              Action: 's3:*',
              [rng.pick(['Resource', 'NotResource'])]: [rng.pick([resource, `${resource}*`])],
              ...(rng.chance(0.5)
                ? { Condition: { [rng.pick(['StringEquals', 'StringLike'])]: { 'aws:username': text } } }
                : {}),
            },
          ],
        };
        const old = parsed(json);
        const current = inCurrentVersion(old);
        for (let i = 0; i < 20; i += 1) {
          const request = requestOf(rng);
          const asked = rng.chance(0.5)
            ? {
                action: 's3:GetObject',
                resource: rng.pick([resource, `${resource}/more`, 'arn:aws:s3:::alpha/bob']),
                context: new Map([...request.context, ['aws:username', [rng.pick([text, 'bob'])]] as const]),
              }
            : request;
          const decide = (policy: Policy) => evaluate({ identity: [policy] }, asked).decision;
          expect(decide(current)).toBe(decide(old));
        }
        expect(contains([old], [current], SMALL_CATALOGUE).verdict).toBe('proven');
        expect(contains([current], [old], SMALL_CATALOGUE).verdict).toBe('proven');
      }),
      { numRuns: 400 },
    );
  });
});

const blanksInStrings = (json: JsonPolicy): number => (JSON.stringify(json).match(/\s/g) ?? []).length;

describe('patterns', () => {
  const globOf = (maxLength: number) =>
    fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength }).map((list) => list.join(''));
  const glob = globOf(5);
  /** Two of these have a common word, or a word of one only, among `words` or not at all: 3 + 3 characters. */
  const short = globOf(3);
  const words: string[] = [];
  for (let length = 0, layer = ['']; length <= 6; length += 1) {
    words.push(...layer);
    layer = layer.flatMap((word) => [...'abc'].map((char) => word + char));
  }
  const matched = (pattern: string) => words.filter((word) => matchesResource(asPattern(pattern), word));

  it('covers and intersects exactly as the words say', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const [left, right] = [new Set(matched(a)), matched(b)];
        const covers = patternCovers(asPattern(a), asPattern(b));
        expect([a, b, covers]).toEqual([a, b, right.every((word) => left.has(word))]);
        const common = intersects(asPattern(a), asPattern(b));
        expect([a, b, common]).toEqual([a, b, right.some((word) => left.has(word))]);
      }),
      { numRuns: 1500 },
    );
  });

  it('never says of longer patterns what a word refutes', () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const [left, right] = [new Set(matched(a)), matched(b)];
        if (right.some((word) => !left.has(word)))
          expect([a, b, patternCovers(asPattern(a), asPattern(b))]).toEqual([a, b, false]);
        if (right.some((word) => left.has(word)))
          expect([a, b, intersects(asPattern(a), asPattern(b))]).toEqual([a, b, true]);
      }),
      { numRuns: 1500 },
    );
  });

  it('escapes any text so that it matches itself and nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '*', '?', '$', '{', '}', ':', '/', 'é') });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const name = `arn:aws:s3:::${one}`;
        expect(matchesResource(escapeLiteral(name), name)).toBe(true);
        if (other !== one) expect(matchesResource(escapeLiteral(name), `arn:aws:s3:::${other}`)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no more than |pattern| x |text| steps on text made to hurt', () => {
    const pattern = compileGlob(`${'*a'.repeat(50)}*b`, { variables: false, wildcards: true });
    const started = performance.now();
    expect(matchGlob(pattern, 'a'.repeat(100_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('evaluation', () => {
  it('with keys unknown never contradicts a request in which they are known', () => {
    fc.assert(
      fc.property(seed, (start) => {
        const rng = random(start);
        const sets = { identity: [parsed(makePolicy(rng))], boundary: [parsed(makePolicy(rng))] };
        for (let count = 0; count < 10; count += 1) {
          const full = requestOf(rng);
          const shown = new Map([...full.context].filter(() => rng.chance(0.5)));
          const guess = evaluate(sets, { ...full, context: shown, unknownKeys: 'all-others' });
          const fact = evaluate(sets, full);
          if (guess.decision === 'unknown') expect(guess.unknownKeys.length).toBeGreaterThan(0);
          else expect(guess.decision === 'allowed').toBe(fact.decision === 'allowed');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('containment', () => {
  it('proves every policy inside itself and inside itself with more', () => {
    fc.assert(
      fc.property(seed, (start) => {
        const rng = random(start);
        const [one, two] = [parsed(makePolicy(rng)), parsed(makePolicy(rng))];
        expect(contains([one], [one], SMALL_CATALOGUE).verdict).toBe('proven');
        const allows = {
          ...two,
          statements: two.statements.filter((statement) => statement.effect === 'Allow'),
        };
        expect(contains([one, allows], [one], SMALL_CATALOGUE).verdict).toBe('proven');
      }),
      { numRuns: 100 },
    );
  });
});

describe('packing', () => {
  it('merging and packing keep the meaning of generated policies and fit the limit', () => {
    fc.assert(
      fc.property(
        seed,
        fc.constantFrom('keep', 'drop'),
        fc.integer({ min: 300, max: 900 }),
        (start, sids, limit) => {
          const rng = random(start);
          const statements = Array.from({ length: 3 }, (_, part) =>
            makePolicy(rng, 5).Statement.map((one) =>
              one.Sid ? { ...one, Sid: `${one.Sid}p${part}` } : one,
            ),
          ).flat();
          const merged = mergeStatements(statements, { sids });
          const packing = packStatements(merged, limit);
          const before = [parsed({ Version: '2012-10-17', Statement: statements })];
          const after = packing.policies.map(parsed);
          expect(packStatements(mergeStatements(statements, { sids }), limit)).toEqual(packing);
          if (packing.status === 'does-not-fit') {
            expect(packing.tooLarge).toBeDefined();
            return;
          }
          for (const policy of packing.policies) expect(policySize(policy)).toBeLessThanOrEqual(limit);
          for (let count = 0; count < 60; count += 1) {
            const request = requestOf(rng);
            expect(evaluate({ identity: after }, request).decision).toBe(
              evaluate({ identity: before }, request).decision,
            );
          }
          expect(contains(before, after, SMALL_CATALOGUE).verdict).toBe('proven');
          expect(contains(after, before, SMALL_CATALOGUE).verdict).toBe('proven');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('exact wildcards match exactly the given actions and are never longer', () => {
    const all = SMALL_CATALOGUE.services.flatMap((one) =>
      SMALL_CATALOGUE.actionsOf(one).map((action) => action.action),
    );
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1 }), (used) => {
        const { patterns, added } = compressActions(used, SMALL_CATALOGUE, { mode: 'exact' });
        expect(added).toEqual([]);
        const back = patterns.flatMap((one) => SMALL_CATALOGUE.expand(one).map((action) => action.action));
        expect([...new Set(back)].sort()).toEqual([...used].sort());
        expect(patterns.join().length).toBeLessThanOrEqual(used.join().length);
      }),
    );
  });
});
