/** What the logs will be able to show of a principal's grants, before any is read: the plan's own judgement, by reason. */
import type { AttachedPolicy } from '../account/account.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { createObservability } from '../permissions/observability.ts';
import { parsePolicy } from '../policy/parse.ts';
import type { Coverage } from '../usage/coverage.ts';
import { explode } from './grants.ts';
import { sourcePrefixes } from './judge.ts';
import { observe } from './judge-observe.ts';

export interface Outlook {
  /** Different actions granted, as AWS publishes them. */
  readonly granted: number;
  /** Of these, those of which the trails' settings say that they are recorded, or are taken to. */
  readonly observable: number;
  /** The others, by why no event of theirs will be there; most first. */
  readonly hidden: readonly { readonly reason: string; readonly actions: readonly string[] }[];
  /** Policies whose document is not known or cannot be read: what they grant is not counted. */
  readonly unread: readonly string[];
}

/** An action that one statement makes observable and another hides counts as hidden: not all of its use will be seen. */
export function outlook(
  policies: readonly AttachedPolicy[],
  coverage: Coverage,
  catalogue: Catalogue,
): Outlook {
  const parsed = policies.map((one) => {
    const result = one.problem === undefined ? parsePolicy(one.document) : undefined;
    return { name: one.name, policy: result?.ok === true ? result.policy : undefined };
  });
  const observability = createObservability(catalogue);
  const reasons = new Map<string, string | undefined>();
  for (const { source, actions } of explode(
    parsed.map((one) => one.policy),
    catalogue,
  ))
    for (const { action, info } of actions) {
      if (info === undefined) continue;
      const seen = observe(info.service, source, observability(action), coverage, sourcePrefixes);
      reasons.set(action, seen.kind === 'hidden' ? seen.reason : reasons.get(action));
    }
  const hidden = new Map<string, string[]>();
  for (const [action, reason] of reasons)
    if (reason !== undefined) hidden.set(reason, [...(hidden.get(reason) ?? []), action]);
  const lost = [...hidden.values()].reduce((sum, actions) => sum + actions.length, 0);
  return {
    granted: reasons.size,
    observable: reasons.size - lost,
    hidden: [...hidden]
      .map(([reason, actions]) => ({ reason, actions: actions.sort() }))
      .sort((a, b) => b.actions.length - a.actions.length || (a.reason < b.reason ? -1 : 1)),
    unread: parsed.filter((one) => one.policy === undefined).map((one) => one.name),
  };
}
