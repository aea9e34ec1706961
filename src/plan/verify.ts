/** Checks any policies, ours or edited by hand: what would be denied that worked, and what is allowed that was not. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Policy } from '../policy/document.ts';
import { policyToJson } from '../policy/document.ts';
import { evaluate } from '../policy/evaluate.ts';
import { policySize, quota } from '../policy/size.ts';
import type { UsageEntry } from '../usage/usage.ts';
import type { Proof } from './plan.ts';
import { containment, replay } from './proof.ts';
import { requestsOf } from './replayable.ts';

export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

export interface Broken {
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  readonly count: number;
  readonly eventNames: readonly string[];
  readonly sampleEventIds: readonly string[];
  /** `policy: Sid or #index` of the old statements that allow it. */
  readonly allowedBy: readonly string[];
  /** The Deny statements of the new policies that refuse it; empty where nothing allows it. */
  readonly deniedBy: readonly string[];
}

export interface Verification {
  /** True where no success would be denied, access does not grow, and each policy fits its quota. */
  readonly ok: boolean;
  readonly uses: number;
  readonly broken: readonly Broken[];
  readonly notGrantedBefore: number;
  readonly containment: Proof['containment'];
  /** Statements of the new policies that allow the counterexample. */
  readonly grownBy: readonly string[];
  readonly tooLarge: readonly {
    readonly policy: string;
    readonly characters: number;
    readonly limit: number;
  }[];
}

/** `old` undefined: only the replay can be judged. A containment that is not proven is not ok: this is a gate. */
export function verifyPolicies(
  old: readonly NamedPolicy[] | undefined,
  fresh: readonly NamedPolicy[],
  uses: readonly UsageEntry[],
  catalogue: Catalogue,
): Verification {
  const before = old?.map((one) => one.policy);
  const now = fresh.map((one) => one.policy);
  const replayed = replay(before, now, uses, catalogue);
  const contained = containment(before, now, catalogue);
  const limit = quota('managed-policy');
  const tooLarge = fresh
    .map(({ name, policy }) => ({ policy: name, characters: policySize(policyToJson(policy)), limit }))
    .filter((one) => one.characters > limit);
  return {
    ok:
      replayed.misses.length === 0 &&
      (contained.verdict === 'proven' || contained.verdict === 'not-compared') &&
      tooLarge.length === 0,
    uses: uses.length,
    broken: replayed.misses.map(({ action, resource, reason, entry }) => ({
      action,
      resource,
      reason,
      count: entry.count,
      eventNames: entry.eventNames,
      sampleEventIds: entry.sampleIds,
      allowedBy: old ? statementsFor(old, entry, 'Allow') : [],
      deniedBy: statementsFor(fresh, entry, 'Deny'),
    })),
    notGrantedBefore: replayed.notGrantedBefore.length,
    containment: contained,
    grownBy: grownBy(fresh, contained),
    tooLarge,
  };
}

function statementsFor(
  policies: readonly NamedPolicy[],
  entry: UsageEntry,
  effect: 'Allow' | 'Deny',
): readonly string[] {
  const resource = entry.resource.kind === 'arn' ? entry.resource.arn : '*';
  const found = new Set<string>();
  for (const request of requestsOf(entry, resource))
    for (const { policy, statement } of matchedStatements(policies, request))
      if (policies[policy]!.policy.statements[statement]!.effect === effect)
        found.add(labelOf(policies[policy]!, statement));
  return [...found];
}

function grownBy(fresh: readonly NamedPolicy[], contained: Proof['containment']): readonly string[] {
  const example = contained.counterexample;
  if (!example) return [];
  const context = new Map<string, string[]>();
  for (const [key, value] of example.context) context.set(key, [...(context.get(key) ?? []), value]);
  return matchedStatements(fresh, { action: example.action, resource: example.resource, context }).map(
    ({ policy, statement }) => labelOf(fresh[policy]!, statement),
  );
}

const matchedStatements = (policies: readonly NamedPolicy[], request: Parameters<typeof evaluate>[1]) =>
  evaluate({ identity: policies.map((one) => one.policy) }, request).matched;

const labelOf = ({ name, policy }: NamedPolicy, statement: number): string =>
  `${name}: ${policy.statements[statement]!.sid || `#${statement}`}`;
