/** Runs generated policy/request pairs through the evaluator and the oracle. */
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { makePolicy, makeRequest, random } from './generate.ts';
import { oracle } from './oracle.ts';

export function differential(
  pairs: number,
  seed: number,
): { decisions: Map<string, number>; wrong: string[] } {
  const rng = random(seed);
  const decisions = new Map<string, number>();
  const wrong: string[] = [];
  const parse = (json: unknown) => {
    const parsed = parsePolicy(json);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.policy;
  };
  for (let done = 0; done < pairs; ) {
    const identity = Array.from({ length: 1 + rng.below(2) }, () => makePolicy(rng));
    const boundary = rng.chance(0.3) ? [makePolicy(rng)] : undefined;
    const sets = {
      identity: identity.map(parse),
      ...(boundary ? { boundary: boundary.map(parse) } : {}),
    };
    for (let request = 0; request < 4 && done < pairs; request += 1, done += 1) {
      const asked = makeRequest(rng);
      const ours = evaluate(sets, { ...asked, context: new Map(Object.entries(asked.context)) }).decision;
      const theirs = oracle(identity as never, boundary as never, asked);
      decisions.set(ours, (decisions.get(ours) ?? 0) + 1);
      if (ours !== theirs) wrong.push(JSON.stringify({ ours, theirs, identity, boundary, asked }));
    }
  }
  return { decisions, wrong };
}
