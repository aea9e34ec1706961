/**
 * Judges every action that every attached Allow statement grants: used, unused, or not to be judged. What cannot be
 * called unused for sure is kept as granted, and a finding says why. Deny statements and the boundary are never judged.
 */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import { prefixesOf, serviceOf } from '../permissions/names.ts';
import { createObservability } from '../permissions/observability.ts';
import type { Policy, Statement } from '../policy/document.ts';
import { selectsAction } from '../policy/selects.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { conditionsToAdd } from './findings/conditions.ts';
import { keeps } from './findings/keeps.ts';
import { observedFindings } from './findings/observed.ts';
import { type Ruled, removals } from './findings/removals.ts';
import { expiredRules } from './findings/rules.ts';
import { suspicious } from './findings/suspicious.ts';
import { principalFindings } from './findings/trust.ts';
import { explode, reaches } from './grants.ts';
import type { Judged, Judgement, PlanInput } from './input.ts';
import { advisorOf } from './judge-advisor.ts';
import { rulingsOf } from './judge-quiet.ts';
import { graceFor, lastDay } from './judge-rules.ts';
import { type Bench, gapsOf } from './judge-ruling.ts';
import { usesOf } from './judge-uses.ts';
import type { Finding } from './plan.ts';

const DAY = 86_400_000;

/** IAM prefixes that an event source may stand for. */
export const sourcePrefixes = (eventSource: string): readonly string[] => {
  const service = serviceOf(eventSource);
  return service === undefined ? [] : prefixesOf(service);
};

/** `policies`: the account's attached policies, parsed, in their order; undefined for one that cannot be parsed. */
export function judge(input: PlanInput, policies: readonly (Policy | undefined)[]): Judged {
  const { account, usage, coverage } = input;
  const grants = account ? explode(policies, input.catalogue) : [];
  const today = lastDay(input);
  const partition = usage.principal.arn.split(':')[1] ?? 'aws';
  const uses = usesOf(usage, input.options.minDaysSeen, sourcePrefixes);
  const advisor = advisorOf(input.lastAccessed, usage, coverage.window, sourcePrefixes);
  const days = Math.round((coverage.window.to - coverage.window.from) / DAY);
  const observability = createObservability(input.catalogue);
  const rulings = rulingsOf(input, today, partition, sourcePrefixes);
  const ruled = grants.map((grant): Ruled => {
    const bench: Bench = {
      input,
      uses,
      advisor,
      today,
      days,
      observability,
      prefixesOf: sourcePrefixes,
      grace: account ? graceFor(account, grant.policy, input) : undefined,
      gap: gapsOf(input, grant, partition),
    };
    return { grant, rulings: rulings(bench, grant) };
  });
  const findings = [
    ...removals(input, ruled),
    ...keeps(input, ruled),
    ...conditionsToAdd(input, ruled),
    ...observedFindings(input, matchedUses(usage.entries, ruled, input)),
    ...suspicious(input),
    ...principalFindings(input, grants),
    ...expiredRules(input),
  ];
  return {
    judgements: ([] as Judgement[]).concat(...ruled.map((one) => one.rulings)),
    findings: distinct(findings),
  };
}

/** Uses that some Allow statement selects by action and resource; conditions may still have kept it from allowing them. */
function matchedUses(
  entries: readonly UsageEntry[],
  ruled: readonly Ruled[],
  input: PlanInput,
): ReadonlySet<UsageEntry> {
  const allows = ruled.map((one) => one.grant.source).filter((one) => one.effect === 'Allow');
  // Few actions, very many resources: which statements select an action is asked once.
  const selecting = new Map<string, Near>();
  const matched = new Set<UsageEntry>();
  for (const entry of entries) {
    let near = selecting.get(entry.action);
    if (!near) {
      near = {
        selectors: allows.filter((one) => selectsAction(one.action, entry.action)).map((one) => one.resource),
        info: input.catalogue.action(entry.action),
      };
      selecting.set(entry.action, near);
    }
    for (const selector of near.selectors)
      if (reaches(selector, entry, near.info)) {
        matched.add(entry);
        break;
      }
  }
  return matched;
}

/** What selects one action. */
interface Near {
  readonly selectors: readonly Statement['resource'][];
  readonly info: CatalogueAction | undefined;
}

/** Sorted by id; of two with one id (the same thing said twice) the first stays. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const byId = new Map<string, Finding>();
  for (const one of findings) if (!byId.has(one.id)) byId.set(one.id, one);
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
