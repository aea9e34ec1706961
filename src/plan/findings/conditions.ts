/** Findings for conditions that every observed use carried: those asked for, and PassRole's services. */
import type { Condition } from '../../policy/document.ts';
import type { UsageEntry } from '../../usage/usage.ts';
import type { PlanInput } from '../input.ts';
import type { Finding } from '../plan.ts';
import { addedConditions } from '../synthesise-conditions.ts';
import { seenEvidence } from './evidence.ts';
import { makeFinding } from './make.ts';
import type { Ruled } from './removals.ts';

interface Added {
  readonly condition: Condition;
  readonly actions: string[];
  readonly entries: UsageEntry[];
}

/** One finding for each condition and statement, with all actions that get it. What is added is synthesis's own rule. */
export function conditionsToAdd(input: PlanInput, ruled: readonly Ruled[]): Finding[] {
  return ruled.flatMap(({ grant, rulings }) => {
    const old = grant.source.conditions;
    const found = new Map<string, Added>();
    for (const one of rulings) {
      if (one.keep !== 'observed' || one.entries.length === 0) continue;
      // Nothing was asked for, and only PassRole gets a condition unasked.
      if (input.options.conditions.length === 0 && one.action.toLowerCase() !== 'iam:passrole') continue;
      for (const group of addedConditions(one.action, one.entries, old, input.options, input.catalogue))
        for (const condition of group.conditions.filter((each) => !old.includes(each))) {
          const key = JSON.stringify([condition.operator, condition.key, condition.values]);
          const known = found.get(key) ?? { condition, actions: [], entries: [] };
          found.set(key, known);
          known.actions.push(one.action);
          known.entries.push(...group.entries);
        }
    }
    const policy = input.account?.policies[grant.policy]?.name ?? `#${grant.policy}`;
    return [...found].map(([key, { condition, actions, entries }]) =>
      makeFinding({
        kind: 'add-condition',
        subject: condition.key,
        values: {
          what: `${condition.key} ${condition.values.join(', ')}`,
          uses: actions.length === 1 ? actions[0]! : `${actions.length} actions`,
        },
        key: [key],
        policy,
        statement: grant.label,
        actions,
        evidence: seenEvidence([...new Set(entries)]),
      }),
    );
  });
}
