import { expect, it } from 'vitest';
import { attack } from './attack.ts';

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
  for (const verdict of ['proven', 'violated']) expect(report.verdicts[verdict]).toBeGreaterThan(PAIRS / 10);
});
