import { describe, expect, it } from 'vitest';
import { policyToJson } from '../../src/policy/document.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicyText } from '../../src/policy/parse.ts';
import {
  asPattern,
  escapeLiteral,
  intersects,
  matchesAction,
  matchesResource,
  patternCovers,
} from '../../src/policy/pattern.ts';

describe('patterns', () => {
  it('covers exactly', () => {
    const cases: [string, string, boolean][] = [
      ['*', 'arn:aws:s3:::b/*', true],
      ['arn:aws:s3:::b*', 'arn:aws:s3:::b/*', true],
      ['arn:aws:s3:::b/*', 'arn:aws:s3:::b*', false],
      ['?*', '*a', true],
      ['*?', 'a*', true],
      ['?', '*', false],
      ['a?*b', 'a*b', false],
      ['a*b', 'a?*b', true],
      ['${aws:username}', '${aws:username}', true],
      ['?', '${aws:username}', false],
      ['x*', 'x${aws:username}', true],
      ['x${*}', 'x*', false],
      ['x*', 'x${*}', true],
    ];
    for (const [outer, inner, want] of cases)
      expect([outer, inner, patternCovers(asPattern(outer), asPattern(inner))]).toEqual([outer, inner, want]);
    expect(intersects(asPattern('a*'), asPattern('*b'))).toBe(true);
    expect(intersects(asPattern('a*'), asPattern('b*'))).toBe(false);
  });
  it('matches', () => {
    expect(matchesAction('S3:get*', 's3:GetObject')).toBe(true);
    expect(matchesResource(escapeLiteral('a*b${x}?'), 'a*b${x}?')).toBe(true);
    expect(matchesResource(escapeLiteral('a*b'), 'axb')).toBe(false);
    expect(matchesResource(asPattern('arn:aws:sqs'), 'arn:aws:sqs:r:1:q')).toBe(true);
  });
  it('evaluates', () => {
    const text =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}}';
    const parsed = parsePolicyText(text);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(policyToJson(parsed.policy)).toEqual({
      ...JSON.parse(text),
      Statement: [JSON.parse(text).Statement],
    });
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: new Map() };
    expect(evaluate({ identity: [parsed.policy] }, request).decision).toBe('implicit-deny');
    expect(evaluate({ identity: [parsed.policy] }, { ...request, unknownKeys: 'all-others' })).toEqual({
      decision: 'unknown',
      matched: [],
      unknownKeys: ['aws:securetransport'],
    });
  });
});
