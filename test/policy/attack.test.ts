import { expect, it } from 'vitest';
import { contains } from '../../src/policy/contain.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { attack, SMALL_CATALOGUE } from './attack.ts';

const PAIRS = Number(process.env.GEN_POLICY_PAIRS ?? 400);

it('never proves what a request refutes, and proves what was only narrowed', () => {
  const report = attack(PAIRS, 200, 7_071_122);
  if (process.env.GEN_POLICY_PAIRS)
    console.log(
      report.verdicts,
      report.contained,
      report.containedNotProven,
      report.notProven.slice(0, 6),
      [...report.byEdit].filter(([, v]) => v['not-proven']),
    );
  expect(report.wrong.slice(0, 3)).toEqual([]);
  expect(report.containedNotProven).toBeLessThanOrEqual(report.contained * 0.02);
  // Requests that cannot refute a violated pair would prove nothing about a proven one.
  expect(report.power.refuted).toBeGreaterThan(report.power.tried / 2);
  for (const verdict of ['proven', 'violated']) expect(report.verdicts[verdict]).toBeGreaterThan(PAIRS / 10);
});

it('answers in a few seconds on patterns made to hurt', () => {
  const letters = [...'abcdefghijklmnopqrst'];
  const hurting = letters.flatMap((one, at) =>
    [3, 7].map((far) => `arn:aws:s3:::*${one}*${letters[(at * far) % 20]}*${letters[(at + far) % 20]}*`),
  );
  const policy = (...statements: object[]) => {
    const result = parsePolicy({ Version: '2012-10-17', Statement: statements });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return [result.policy];
  };
  const allow = (Resource: unknown) => ({ Effect: 'Allow', Action: 's3:*', Resource });
  const deny = { Effect: 'Deny', Action: 's3:*', Resource: hurting };
  const started = performance.now();
  const verdict = (old: object[], fresh: object[]) =>
    contains(policy(...old), policy(...fresh), SMALL_CATALOGUE).verdict;
  expect(verdict([allow('*'), deny], [allow('arn:aws:s3:::zzz')])).toBe('proven');
  expect(verdict([allow('*'), deny], [allow('*'), deny])).toBe('proven');
  expect(verdict([allow('*'), deny], [allow('*')])).toBe('violated');
  expect(verdict([allow(hurting)], [allow('arn:aws:s3:::*z*')])).toBe('violated');
  // `*b*d*e*` is in the list; of a, b, c and d alone no three letters are.
  expect(verdict([allow(hurting)], [allow('arn:aws:s3:::*a*b*c*d*e*')])).toBe('proven');
  expect(verdict([allow(hurting)], [allow('arn:aws:s3:::*a*b*c*d*')])).toBe('violated');
  expect(performance.now() - started).toBeLessThan(15_000);
});
