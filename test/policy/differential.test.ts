import { expect, it } from 'vitest';
import { differential } from './differential.ts';

const PAIRS = Number(process.env.GEN_POLICY_PAIRS ?? 6000);

it('decides as the oracle does', () => {
  const { decisions, wrong } = differential(PAIRS, 20_261_122);
  expect(wrong.slice(0, 3)).toEqual([]);
  // The sample must not be trivial: each decision has its share.
  for (const decision of ['allowed', 'explicit-deny', 'implicit-deny'])
    expect(decisions.get(decision) ?? 0, decision).toBeGreaterThan(PAIRS / 40);
});
