import { describe, expect, it } from 'vitest';
import { gate, parseFailOn, tripped } from '../../src/commands/gate.ts';
import { GateError, UsageError } from '../../src/errors.ts';
import cases from '../cases/commands/fail-on.json' with { type: 'json' };
import { samplePlan } from '../support/plan-fixture.ts';

interface Case {
  readonly name: string;
  readonly failOn: readonly string[];
  readonly checks?: readonly string[];
  readonly trips?: readonly string[];
  readonly error?: string;
}

describe('--fail-on', () => {
  it.each(cases as readonly Case[])('$name', ({ failOn, checks, trips, error }) => {
    if (error === undefined) expect(tripped(samplePlan(), parseFailOn(failOn, checks))).toEqual(trips);
    else {
      expect(() => parseFailOn(failOn, checks)).toThrow(UsageError);
      expect(() => parseFailOn(failOn, checks)).toThrow(error);
    }
  });

  it.each(['violated', 'not-proven', 'not-compared'] as const)('new-access trips on %s', (verdict) => {
    const plan = samplePlan();
    const proof = { ...plan.proof, containment: { verdict, detail: 'see the example' } };
    expect(() => gate({ ...plan, proof }, parseFailOn(['new-access']))).toThrow(GateError);
  });
});
