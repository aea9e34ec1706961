/** All policies of one principal -> the policies it should have, and the steps that lead there. */
import type { AccountPrincipal, AttachedPolicy } from '../account/account.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { inCurrentVersion } from '../policy/current-version.ts';
import { type JsonPolicy, type Policy, policyToJson, type Statement } from '../policy/document.ts';
import { patternCovers } from '../policy/pattern.ts';
import { policySize } from '../policy/size.ts';
import type { UsageEntry } from '../usage/usage.ts';
import type { Judgement, PlanOptions } from './input.ts';
import type { PolicyChange } from './plan.ts';
import { fitPolicies } from './synthesise-fit.ts';
import { freshStatements } from './synthesise-fresh.ts';
import { uniqueSid } from './synthesise-group.ts';
import { covers, withoutRedundant } from './synthesise-redundant.ts';
import { tightenStatement, type Written } from './synthesise-statement.ts';

/** A policy of the set that is to be attached. `origin` undefined: it is new. */
export interface AfterPolicy {
  readonly name: string;
  readonly policy: Policy;
  readonly origin?: AttachedPolicy;
  readonly written: boolean;
}

export interface Synthesis {
  readonly policies: readonly AfterPolicy[];
  readonly changes: readonly PolicyChange[];
  readonly written: readonly Written[];
  readonly fits: boolean;
  /** Why it does not fit and what would make it. */
  readonly fitDetail?: string;
}

export interface SynthesisRequest {
  readonly principal: { readonly kind: 'role' | 'user'; readonly name: string };
  readonly options: PlanOptions;
  readonly catalogue: Catalogue;
}

export interface SynthesisInput extends SynthesisRequest {
  /** Sids of the old policies: a person chose them. */
  readonly keptSids: ReadonlySet<string>;
  /** Managed policies attached now. */
  readonly attached: number;
}

/** Nothing is known of the grants: one set of new policies from what was seen. */
export function synthesiseFresh(uses: readonly UsageEntry[], request: SynthesisRequest): Synthesis {
  const input = { ...request, keptSids: new Set<string>(), attached: 0 };
  const { statements, written } = freshStatements(uses, input.options, input.catalogue);
  const fitted = fitPolicies([], statements, input, () => true);
  return {
    ...fitted,
    written,
    changes: fitted.policies.map((one) => ({
      change: 'create',
      policy: one.name,
      reason: 'made from what was seen; no account was given to compare with',
    })),
  };
}

type Fate =
  | { readonly kind: 'keep'; readonly reason: string }
  | { readonly kind: 'leave-shared'; readonly reason: string }
  | { readonly kind: 'edit'; readonly policy: Policy }
  | { readonly kind: 'move'; readonly policy: Policy; readonly reason: string }
  /** The user leaves the group, and what it needs of the group's policy moves to one of its own. */
  | { readonly kind: 'leave-group'; readonly policy: Policy; readonly changed: boolean };

/** `policies` are the account's attached policies, parsed, in its order. */
export function synthesise(
  account: AccountPrincipal,
  policies: readonly Policy[],
  judgements: readonly Judgement[],
  request: SynthesisRequest,
): Synthesis {
  const keptSids = new Set<string>();
  for (const { statements } of policies) for (const { sid } of statements) keptSids.add(sid ?? '');
  const attached = account.policies.filter(
    (one) => one.source === 'customer-managed' || one.source === 'aws-managed',
  ).length;
  const { principal, options, catalogue } = request;
  const input: SynthesisInput = { principal, options, catalogue, keptSids, attached };
  const written: Written[] = [];
  const byStatement = divided(judgements);
  const fates = policies.map((policy, p): Fate => {
    const attached = account.policies[p]!;
    if (account.managedBy !== undefined)
      return {
        kind: 'keep',
        reason: `the ${account.kind} is managed by ${account.managedBy}: its policies cannot be changed`,
      };
    if (isShared(attached) && !input.options.replaceGroups) {
      const mine = policy.statements.flatMap((_, s) => byStatement.get(`${p}:${s}`) ?? []);
      return { kind: 'leave-shared', reason: leaveReason(attached, mine) };
    }
    const current = inCurrentVersion(policy);
    const tightened = current.statements.map((statement, s) =>
      tightenStatement(statement, byStatement.get(`${p}:${s}`) ?? [], input),
    );
    const changed = tightened.some((one) => one.changed);
    if (!changed && !isShared(attached)) return { kind: 'keep', reason: 'everything in it stays' };
    for (const one of tightened) for (const each of one.written) written.push(each);
    const next: Policy = { ...current, statements: numbered(tightened.flatMap((one) => one.statements)) };
    if (isShared(attached)) return { kind: 'leave-group', policy: next, changed };
    const moved = whyMoved(attached);
    return moved === undefined
      ? { kind: 'edit', policy: next }
      : { kind: 'move', policy: next, reason: moved };
  });
  return assemble(account, policies, byGroup(account, fates), written, input);
}

/** By `policy:statement`. They come statement by statement, and a statement's mostly in one run. */
function divided(judgements: readonly Judgement[]): ReadonlyMap<string, readonly Judgement[]> {
  const byStatement = new Map<string, readonly Judgement[]>();
  for (let from = 0, to = 0; from < judgements.length; from = to) {
    const { policy, statement } = judgements[from]!;
    to = from + 1;
    while (judgements[to]?.policy === policy && judgements[to]!.statement === statement) to += 1;
    const key = `${policy}:${statement}`;
    const run = judgements.slice(from, to);
    const known = byStatement.get(key);
    byStatement.set(key, known ? [...known, ...run] : run);
  }
  return byStatement;
}

/** A membership ends as a whole, and only where that takes something away: all policies of the group, or none. */
function byGroup({ policies }: AccountPrincipal, fates: readonly Fate[]): readonly Fate[] {
  const left = new Set(
    fates.flatMap((fate, p) => (fate.kind === 'leave-group' && fate.changed ? [policies[p]!.group] : [])),
  );
  return fates.map((fate, p) =>
    fate.kind !== 'leave-group' || left.has(policies[p]!.group)
      ? fate
      : {
          kind: 'leave-shared',
          reason: `the user needs all that group ${policies[p]!.group} gives: the membership stays`,
        },
  );
}

function assemble(
  account: AccountPrincipal,
  policies: readonly Policy[],
  fates: readonly Fate[],
  written: readonly Written[],
  input: SynthesisInput,
): Synthesis {
  const staying: AfterPolicy[] = [];
  const moved: Statement[] = [];
  const changes: PolicyChange[] = [];
  for (const [p, fate] of fates.entries()) {
    const attached = account.policies[p]!;
    const change = (kind: PolicyChange['change'], reason: string): PolicyChange =>
      changeOf(kind, attached, reason);
    if (fate.kind === 'keep' || fate.kind === 'leave-shared') {
      staying.push({ name: attached.name, policy: policies[p]!, origin: attached, written: false });
      changes.push(change(fate.kind, fate.reason));
    } else if (fate.kind === 'leave-group') {
      moved.push(...fate.policy.statements);
      const needed = fate.policy.statements.length > 0;
      changes.push(
        change(
          'leave-group',
          `the user leaves group ${attached.group}; ${needed ? 'what it needs of this policy moves to a policy of its own' : 'nothing that this policy allows is needed'}`,
        ),
      );
    } else if (fate.policy.statements.length === 0) {
      const kind = attached.source === 'inline' ? 'delete-inline' : 'detach';
      changes.push(change(kind, 'nothing that it allows is needed'));
    } else if (fate.kind === 'edit') {
      staying.push({ name: attached.name, policy: fate.policy, origin: attached, written: true });
      changes.push(change('replace', 'a new version allows only what is needed'));
    } else {
      moved.push(...fate.policy.statements);
      changes.push(change(attached.source === 'inline' ? 'delete-inline' : 'detach', fate.reason));
    }
  }
  const meant = policies.map(inCurrentVersion);
  const others = staying.flatMap(({ policy }) => inCurrentVersion(policy).statements);
  const grants = (action: string, resources: Statement['resource']): boolean =>
    meant.some((policy) =>
      policy.statements.some(
        (one) =>
          one.effect === 'Allow' &&
          one.conditions.length === 0 &&
          !one.action.not &&
          !one.resource.not &&
          one.action.patterns.some((pattern) => covers(pattern, action)) &&
          resources.patterns.every((inner) =>
            one.resource.patterns.some((outer) => patternCovers(outer, inner)),
          ),
      ),
    );
  const fitted = fitPolicies(staying, numbered(withoutRedundant(moved, others)), input, grants);
  // Wildcards that size demanded are taken apart and found again: then the policy is as it was.
  const after = fitted.policies.map((one) => {
    const { origin, policy, written } = one;
    const at = written && origin ? account.policies.indexOf(origin) : -1;
    if (at < 0 || !isWrittenAlike(policyToJson(policy), policyToJson(policies[at]!))) return one;
    changes[at] = { ...changes[at]!, change: 'keep', reason: 'everything in it stays' };
    return { ...one, written: false };
  });
  for (const { origin, name } of after)
    if (origin === undefined)
      changes.push({
        change: 'create',
        policy: name,
        source: 'customer-managed',
        reason: 'holds what is needed of the policies that go',
      });
  return { ...fitted, policies: after, changes, written };
}

function changeOf(
  change: PolicyChange['change'],
  { name, source, arn, group }: AttachedPolicy,
  reason: string,
): PolicyChange {
  if (group !== undefined)
    return arn === undefined
      ? { change, policy: name, source, group, reason }
      : { change, policy: name, source, arn, group, reason };
  return arn === undefined
    ? { change, policy: name, source, reason }
    : { change, policy: name, source, arn, reason };
}

/** Of two sizes no two texts are alike, and sizes are known already. */
const isWrittenAlike = (a: JsonPolicy, b: JsonPolicy): boolean =>
  policySize(a) === policySize(b) && JSON.stringify(a) === JSON.stringify(b);

const isShared = ({ group, source }: AttachedPolicy): boolean =>
  group !== undefined || source.startsWith('group-');

/** Why a group's policy stays, and what a policy of the user alone would hold. */
function leaveReason({ group = '' }: AttachedPolicy, judgements: readonly Judgement[]): string {
  const needed = judgements.filter((one) => one.keep !== 'remove').length;
  return `reaches the user through group ${group}, whose other members have it too; this user needs ${needed} of the ${judgements.length} actions it allows: --replace-groups writes them as a policy of the user and ends the membership`;
}

/** Why a policy is not edited in place but replaced by one for this principal alone. */
function whyMoved(attached: AttachedPolicy): string | undefined {
  if (attached.source === 'inline')
    return 'replaced by a customer-managed policy, which has versions to go back to';
  if (attached.source === 'aws-managed')
    return 'AWS owns it; what is needed of it moves to a policy of this principal';
  if ((attached.attachmentCount ?? 1) > 1)
    return `${attached.attachmentCount} principals have it; what is needed of it moves to a policy of this one`;
  return undefined;
}

/** Positions set anew and Sids made unique, as a document needs them. */
export function numbered(statements: readonly Statement[]): readonly Statement[] {
  const sids = new Set<string>();
  return statements.map((one, index) => {
    const placed: { -readonly [Name in keyof Statement]: Statement[Name] } = { ...one };
    placed.index = index;
    if (one.sid !== undefined && one.sid !== '') placed.sid = uniqueSid(one.sid, sids);
    return placed;
  });
}
