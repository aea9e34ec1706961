/** Judges, writes and proves: input -> the one value that every report renders. */
import { RunError } from '../errors.ts';
import { type Policy, policyToJson } from '../policy/document.ts';
import { policySize, quota } from '../policy/size.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { parseAttached } from './attached.ts';
import { makeFinding } from './findings/make.ts';
import { generalisationsOf } from './generalisations.ts';
import type { PlanInput } from './input.ts';
import { judge } from './judge.ts';
import {
  type Finding,
  type Plan,
  type PlanPolicy,
  type PolicySet,
  type Proof,
  SCHEMA_VERSION,
} from './plan.ts';
import { containment, replay } from './proof.ts';
import { provenUses } from './replayable.ts';
import { allowedActions, type Counted, levelsOf, servicesOf, usedActions } from './services.ts';
import { evidenceOf, heatmapOf, principalOf, settingsOf, usageOf, windowOf } from './summary.ts';
import { type AfterPolicy, type Synthesis, synthesise, synthesiseFresh } from './synthesise.ts';

/**
 * The plan for one principal. Throws a RunError where its own proof fails: a policy that would break a call or widen
 * access is never handed out.
 */
export function buildPlan(input: PlanInput): Plan {
  const { account, catalogue, options, usage } = input;
  const old = account?.policies.map(parseAttached);
  const judged = judge(input, old ?? []);
  const uses = provenUses(usage, options.minDaysSeen);
  const context = { principal: account ?? usage.principal, options, catalogue };
  const synthesis =
    account && old ? synthesise(account, old, judged.judgements, context) : synthesiseFresh(uses, context);
  const after = synthesis.policies.map((one) => one.policy);
  const proof = prove(input, old, uses, synthesis);
  const granted = {
    before: old && allowedActions(old, catalogue),
    after: allowedActions(after, catalogue),
    used: usedActions(uses, catalogue),
  };
  // By assignment, in the order of the schema: what stands behind parts that are spread is made member by member.
  const plan = {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'gen-policy', version: input.toolVersion, catalogue: catalogue.version },
    principal: principalOf(usage, account),
    window: windowOf(input.coverage),
    evidence: evidenceOf(input),
  } as { -readonly [Name in keyof Plan]: Plan[Name] };
  if (account && old && granted.before)
    plan.before = policySet(
      account.policies.map((origin, i) => ({ name: origin.name, policy: old[i]!, origin, written: false })),
      granted.before,
    );
  plan.after = policySet(synthesis.policies, granted.after);
  plan.changes = synthesis.changes;
  plan.findings = withFit(judged.findings, synthesis);
  plan.usage = usageOf(input);
  plan.services = servicesOf(input, granted, judged.judgements);
  plan.levels = levelsOf(granted);
  plan.heatmap = heatmapOf(usage);
  plan.generalisations = generalisationsOf(synthesis.written, after);
  plan.proof = proof;
  plan.settings = settingsOf(input);
  return plan;
}

/** A policy that IAM would refuse must not look like one that can be applied. */
function withFit(findings: readonly Finding[], { fits, fitDetail = '' }: Synthesis): readonly Finding[] {
  if (fits) return findings;
  const added = makeFinding({ kind: 'does-not-fit', subject: 'size', values: { what: fitDetail } });
  return [...findings, added].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function prove(
  input: PlanInput,
  old: readonly Policy[] | undefined,
  uses: readonly UsageEntry[],
  synthesis: Synthesis,
): Proof {
  const { catalogue, usage } = input;
  const after = synthesis.policies.map((one) => one.policy);
  const replayed = replay(old, after, uses, catalogue);
  const miss = replayed.misses[0];
  if (miss)
    throw new RunError(
      `the new policies would not allow \`${miss.action}\` on \`${miss.resource}\`, which was used (${miss.reason}), so no policy is handed out: this is a bug, please report it`,
    );
  const contained = containment(old, after, catalogue);
  if (contained.verdict === 'violated')
    throw new RunError(`${contained.detail}, so no policy is handed out: this is a bug, please report it`);
  const { buckets } = usage.accounting;
  return {
    replay: {
      events: buckets.succeeded + buckets.failed,
      permissions: uses.length,
      notGrantedBefore: replayed.notGrantedBefore.length,
      notExpressible: replayed.notExpressible.length,
      misses: [],
    },
    containment: contained,
    sizes: synthesis.policies
      .filter((one) => one.written)
      .map((one) => ({
        policy: one.name,
        characters: policySize(policyToJson(one.policy)),
        limit: quota('managed-policy'),
      })),
    fits: synthesis.fits,
    ...(synthesis.fitDetail === undefined ? {} : { fitDetail: synthesis.fitDetail }),
    inputDigests: input.inputDigests,
  };
}

function policySet(policies: readonly AfterPolicy[], actions: Pick<Counted, 'size'>): PolicySet {
  return { policies: policies.map(planPolicy), actionCount: actions.size };
}

function planPolicy({ name, policy, origin }: AfterPolicy): PlanPolicy {
  const shown = { name } as { -readonly [Name in keyof PlanPolicy]: PlanPolicy[Name] };
  if (origin) {
    shown.source = origin.source;
    if (origin.arn !== undefined) shown.arn = origin.arn;
    if (origin.group !== undefined) shown.group = origin.group;
  }
  shown.document = policyToJson(policy);
  shown.size = policySize(shown.document);
  return shown;
}
