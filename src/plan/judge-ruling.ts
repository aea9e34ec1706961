/** The ruling on one action that one statement grants: the judgement, and what the findings need to explain it. */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Observability } from '../permissions/observability.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { type Grant, type GrantedAction, reaches } from './grants.ts';
import type { Judgement, PlanInput } from './input.ts';
import type { Advisor, AdvisorSays, PrefixesOf } from './judge-advisor.ts';
import { gapsFor, type Observed, observe, regionsOf } from './judge-observe.ts';
import { ruleFor } from './judge-rules.ts';
import type { Uses } from './judge-uses.ts';
import { partsOf } from './replayable.ts';

/** Which rule decided. `unrecorded`: the trails do not log it; `gap`: they do, and a part was not read. */
export type Why =
  | 'rule'
  | 'grace'
  | 'unknown-action'
  | 'unrecorded'
  | 'doubt'
  | 'gap'
  | 'contradiction'
  | 'used'
  | 'rare'
  | 'inferred'
  | 'advisor-never'
  | 'unused';

export interface Ruling extends Judgement {
  readonly why: Why;
  readonly grant: Grant;
  /** Prefix of the action, in lower case. */
  readonly service: string;
  readonly info: CatalogueAction | undefined;
  readonly observed: Observed;
  readonly advisor: AdvisorSays;
  /** Uses set aside for being seen on too few days. */
  readonly rare: readonly UsageEntry[];
}

export interface Bench {
  readonly input: PlanInput;
  readonly uses: Uses;
  readonly advisor: Advisor;
  readonly today: string;
  /** Length of the window. */
  readonly days: number;
  readonly observability: (action: string) => Observability;
  readonly prefixesOf: PrefixesOf;
  /** Why the whole grant is too young to judge. */
  readonly grace: string | undefined;
  /** What was not read although a use of the service under the grant may lie in it; undefined service: any region. */
  readonly gap: (service: string | undefined) => string | undefined;
}

/** PassRole is never logged: its use is inferred from the calls that hand a role over, and judged by those alone. */
const PASS_ROLE = 'iam:passrole';
const UNKNOWN = 'the catalogue does not know the action, so it cannot be found in a log';
/** What the inference of PassRole rests on: every call that hands a role over is a management event that writes. */
const HANDING_OVER: Observability = { kind: 'management', access: 'write' };

/** Order: rule, grace, used, then every reason why absence proves nothing; only what passes all of them is removed. */
export function rule(bench: Bench, grant: Grant, granted: GrantedAction): Ruling {
  const { action, info } = granted;
  const service = action.slice(0, Math.max(0, action.indexOf(':'))).toLowerCase();
  const reached = (uses: readonly UsageEntry[]): readonly UsageEntry[] =>
    uses.length === 0 ? uses : uses.filter((one) => reaches(grant.source.resource, one, info));
  const entries = reached(bench.uses.of(action));
  const rare = reached(bench.uses.setAside(action));
  const advisor = bench.advisor.says(action);
  const passRole = action.toLowerCase() === PASS_ROLE;
  const observed: Observed = info
    ? observe(
        service,
        grant.source,
        passRole ? HANDING_OVER : bench.observability(info.action),
        bench.input.coverage,
        bench.prefixesOf,
      )
    : { kind: 'hidden', attempted: false, reason: UNKNOWN };
  const verdict = (why: Why, judged: Pick<Judgement, 'verdict' | 'keep' | 'reason'>): Ruling => ({
    policy: grant.policy,
    statement: grant.statement,
    action,
    verdict: judged.verdict,
    keep: judged.keep,
    entries,
    reason: judged.reason,
    why,
    grant,
    service,
    info,
    observed,
    advisor,
    rare,
  });
  const asGranted = (why: Why, judged: Judgement['verdict'], reason: string): Ruling =>
    verdict(why, { verdict: judged, keep: 'as-granted', reason });

  const kept = ruleFor(grant, action, bench.input.options.keepRules, bench.today);
  if (kept !== undefined) return asGranted('rule', 'rule', kept);
  if (bench.grace !== undefined) return asGranted('grace', 'grace', bench.grace);

  const unrecorded = observed.kind === 'hidden' ? observed.reason : undefined;
  const gap = bench.gap(passRole ? undefined : service);
  const doubt = bench.uses.doubt(action);
  const contradiction = contradictionOf(advisor);

  if (entries.length > 0) {
    const unresolved = entries.some((one) => one.resource.kind === 'unresolved' && !partsOf(one.resource))
      ? 'a call does not show its resource'
      : undefined;
    const wide = unrecorded ?? gap ?? contradiction ?? unresolved ?? bench.uses.elsewhere(action);
    const calls = entries.reduce((sum, one) => sum + one.count, 0);
    const seen = `used ${calls === 1 ? 'once' : `${calls} times`}`;
    return wide === undefined
      ? verdict('used', { verdict: 'used', keep: 'observed', reason: seen })
      : asGranted('used', 'used', `${seen}; other resources cannot be ruled out: ${wide}`);
  }
  if (!info) return asGranted('unknown-action', 'not-observable', UNKNOWN);
  const never = bench.advisor.neverService(service);
  const byAdvisor = observed.kind === 'hidden' && observed.attempted && never;
  if (unrecorded !== undefined && !byAdvisor) return asGranted('unrecorded', 'not-observable', unrecorded);
  if (gap !== undefined) return asGranted('gap', 'withheld', `not seen, and could not have been: ${gap}`);
  if (contradiction !== undefined) return asGranted('contradiction', 'withheld', contradiction);
  if (doubt !== undefined) return asGranted('doubt', 'not-observable', doubt);
  if (rare.length > 0)
    return verdict('rare', {
      verdict: 'unused',
      keep: 'remove',
      reason: `seen on fewer than ${bench.input.options.minDaysSeen} days only, which does not count as use`,
    });
  if (passRole)
    return verdict('inferred', {
      verdict: 'unused',
      keep: 'remove',
      reason: 'no call that hands over a role was seen; PassRole itself is never logged, so this is inferred',
    });
  return verdict(byAdvisor ? 'advisor-never' : 'unused', {
    verdict: 'unused',
    keep: 'remove',
    reason: byAdvisor
      ? 'not recorded in these logs, and Access Advisor saw no attempt on the service in its tracking period'
      : `not used in ${bench.days} days of logs that would have shown it${earlier(advisor)}`,
  });
}

function contradictionOf(advisor: AdvisorSays): string | undefined {
  if (advisor.kind !== 'contradicts' && advisor.kind !== 'after-window') return undefined;
  const seen = `Access Advisor saw an attempt on the ${advisor.level} on ${day(advisor.at)}`;
  return advisor.kind === 'contradicts'
    ? `${seen} that the logs do not show`
    : `${seen}, after the window and not seen in it`;
}

/** An attempt from before the window takes nothing from the verdict, but whoever decides wants to know of it. */
const earlier = (advisor: AdvisorSays): string =>
  advisor.kind === 'before-window'
    ? `; the last attempt on the ${advisor.level} was on ${day(advisor.at)}, before the window`
    : '';

/** The gaps of one grant, with their sentence made once a service. */
export function gapsOf(
  input: PlanInput,
  grant: Grant,
  partition: string,
): (service: string | undefined) => string | undefined {
  const known = new Map<string | undefined, string | undefined>();
  return (service) => {
    if (!known.has(service)) {
      const regions = service === undefined ? undefined : regionsOf(service, grant.source, partition);
      known.set(service, gapReason(input, regions));
    }
    return known.get(service);
  };
}

function gapReason(
  { coverage, usage }: PlanInput,
  regions: ReadonlySet<string> | undefined,
): string | undefined {
  if (coverage.state === 'none') return 'nothing was read';
  const gaps = gapsFor(coverage, usage.principal.accountId, regions);
  if (gaps.length === 0) return undefined;
  return gaps.length === 1 ? gaps[0]!.detail : `${gaps[0]!.detail}, and ${gaps.length - 1} more gaps`;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
