/** Checks any policies, ours or edited by hand: what would be denied that worked, and what is allowed that was not. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Policy, policyToJson, type Statement } from '../policy/document.ts';
import { evaluate } from '../policy/evaluate.ts';
import { selectsAction } from '../policy/selects.ts';
import { policySize, quota } from '../policy/size.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { reaches } from './grants.ts';
import type { Proof } from './plan.ts';
import { containment, replay } from './proof.ts';
import { partsOf, requestsOf } from './replayable.ts';

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
  /** `policy: Sid or #index` of the old statements that allow it, or may have where a record does not tell all. */
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

/** `kept`: attached policies that stay; their size is not in question. `old` undefined: only the replay can be judged. A containment that is not proven is not ok: this is a gate. */
export function verifyPolicies(
  old: readonly NamedPolicy[] | undefined,
  given: readonly NamedPolicy[],
  uses: readonly UsageEntry[],
  catalogue: Catalogue,
  kept: readonly NamedPolicy[] = [],
): Verification {
  const fresh = [...given, ...kept];
  const before = old?.map((one) => one.policy);
  const now = fresh.map((one) => one.policy);
  const replayed = replay(before, now, uses, catalogue);
  const contained = containment(before, now, catalogue);
  const limit = quota('managed-policy');
  // What denied before as well took nothing away.
  const stayed = old ? unchanged(old, fresh) : new Set<string>();
  const tooLarge = given
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
      allowedBy: old ? statementsFor(old, entry, 'Allow', catalogue) : [],
      deniedBy: statementsFor(fresh, entry, 'Deny', catalogue).filter((one) => !stayed.has(one)),
    })),
    notGrantedBefore: replayed.notGrantedBefore.length,
    containment: contained,
    grownBy: grownBy(fresh, contained),
    tooLarge,
  };
}

/** Statements of the effect that match a use for certain; where a condition or the resource is not known, that may. */
function statementsFor(
  policies: readonly NamedPolicy[],
  entry: UsageEntry,
  effect: 'Allow' | 'Deny',
  catalogue: Catalogue,
): readonly string[] {
  const shown = entry.resource.kind === 'arn' && !partsOf(entry.resource);
  const found = new Set<string>();
  if (shown)
    for (const request of requestsOf(entry, (entry.resource as { readonly arn: string }).arn))
      for (const { policy, statement } of matchedStatements(policies, request))
        if (policies[policy]!.policy.statements[statement]!.effect === effect)
          found.add(labelOf(policies[policy]!, statement));
  if (found.size > 0) return [...found];
  const info = catalogue.action(entry.action);
  return policies.flatMap((one) =>
    one.policy.statements.flatMap((statement, at) =>
      statement.effect === effect &&
      selectsAction(statement.action, entry.action) &&
      reaches(statement.resource, entry, info)
        ? [labelOf(one, at)]
        : [],
    ),
  );
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

/** Labels of new statements that stand in the old policies word for word. */
function unchanged(old: readonly NamedPolicy[], fresh: readonly NamedPolicy[]): ReadonlySet<string> {
  const text = ({ index: _, sid: __, ...statement }: Statement): string => JSON.stringify(statement);
  const known = new Set(old.flatMap((one) => one.policy.statements.map(text)));
  return new Set(
    fresh.flatMap((one) =>
      one.policy.statements.flatMap((statement, at) =>
        known.has(text(statement)) ? [labelOf(one, at)] : [],
      ),
    ),
  );
}

const matchedStatements = (policies: readonly NamedPolicy[], request: Parameters<typeof evaluate>[1]) =>
  evaluate({ identity: policies.map((one) => one.policy) }, request).matched;

const labelOf = ({ name, policy }: NamedPolicy, statement: number): string =>
  `${name}: ${policy.statements[statement]!.sid || `#${statement}`}`;
