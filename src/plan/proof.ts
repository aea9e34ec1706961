/** Proves a set of policies: every observed success stays allowed, nothing is allowed that was not allowed before. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Containment, contains } from '../policy/contain.ts';
import type { Condition, Policy } from '../policy/document.ts';
import { decide, type Request, type Selected, selectFor } from '../policy/evaluate.ts';
import { createMemo, type Memo } from '../policy/memo.ts';
import { asPattern } from '../policy/pattern.ts';
import { plainlyInside } from '../policy/plain-inside.ts';
import { selectsAction } from '../policy/selects.ts';
import type { UsageEntry } from '../usage/usage.ts';
import { reaches } from './grants.ts';
import type { Proof } from './plan.ts';
import { needsWholeGrant, partsOf, requestsOf } from './replayable.ts';
import { metConditions } from './synthesise-conditions.ts';

export interface Miss {
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  readonly entry: UsageEntry;
}

export interface Replay {
  readonly misses: readonly Miss[];
  /** Uses that the old identity policies do not allow: another policy did, and nothing here may grant them. */
  readonly notGrantedBefore: readonly UsageEntry[];
  /** Uses whose record shows nothing of the resource: proven by keeping all that the old policies grant for the action. */
  readonly notExpressible: readonly UsageEntry[];
}

/** `old` undefined: nothing is known of the grants, so everything that was seen must be allowed. */
export function replay(
  old: readonly Policy[] | undefined,
  fresh: readonly Policy[],
  uses: readonly UsageEntry[],
  catalogue: Catalogue,
): Replay {
  const misses: Miss[] = [];
  const notGrantedBefore: UsageEntry[] = [];
  const notExpressible: UsageEntry[] = [];
  const whole = new Map<string, string | undefined>();
  const oldFor = old && byAction(old);
  const freshFor = byAction(fresh);
  for (const entry of uses) {
    const { action } = entry;
    const resource = entry.resource.kind === 'arn' ? entry.resource.arn : '*';
    const parts = partsOf(entry.resource);
    if (parts || (old && needsWholeGrant(entry, catalogue))) {
      if (!parts) notExpressible.push(entry);
      const granting = old ?? [anything(entry.action)];
      if (!selects(granting, entry, catalogue)) notGrantedBefore.push(entry);
      else {
        const met = parts ? metConditions(entry) : [];
        const key = JSON.stringify([entry.action, parts, met]);
        if (!whole.has(key)) whole.set(key, lost(granting, fresh, entry, met, catalogue));
        const reason = whole.get(key);
        if (reason !== undefined)
          misses.push({ action: entry.action, resource: nameOf(entry), reason, entry });
      }
      continue;
    }
    const oldOnes = oldFor?.(action);
    const freshOnes = freshFor(action);
    // Without a condition or a variable the requests that an entry stands for are decided alike.
    const alike = oldOnes?.plain !== false && freshOnes.plain;
    let granted = false;
    let reason: string | undefined;
    for (const request of alike ? [bare(action, resource)] : requestsOf(entry, resource)) {
      const before = oldOnes ? decide(oldOnes, request).decision : 'allowed';
      if (before === 'implicit-deny' || before === 'explicit-deny') continue;
      granted = true;
      const now = decide(freshOnes, request);
      if (now.decision === 'allowed' || (now.decision === 'unknown' && before === 'unknown')) continue;
      reason ??= now.decision === 'unknown' ? `depends on ${now.unknownKeys.join(', ')}` : now.decision;
    }
    if (!granted) notGrantedBefore.push(entry);
    else if (reason !== undefined) misses.push({ action: entry.action, resource, reason, entry });
  }
  return { misses, notGrantedBefore, notExpressible };
}

const NO_CONTEXT: Request['context'] = new Map();
const bare = (action: string, resource: string): Request => ({
  action,
  resource,
  context: NO_CONTEXT,
  unknownKeys: 'all-others',
});

function byAction(policies: readonly Policy[]): (action: string) => Selected {
  const known = new Map<string, Selected>();
  return (action) => {
    const found = known.get(action) ?? selectFor(policies, action);
    known.set(action, found);
    return found;
  };
}

const selects = (policies: readonly Policy[], entry: UsageEntry, catalogue: Catalogue): boolean =>
  policies.some((policy) =>
    policy.statements.some(
      (one) =>
        one.effect === 'Allow' &&
        selectsAction(one.action, entry.action) &&
        (!partsOf(entry.resource) || reaches(one.resource, entry, catalogue.action(entry.action))),
    ),
  );

/** What a miss is about, for people: the name, or what is known of it. */
const nameOf = ({ resource }: UsageEntry): string =>
  resource.kind === 'arn' ? resource.arn : (partsOf(resource)?.join(' or ') ?? '*');

/** Nothing is known of the grants: all that was seen is to be allowed. */
const anything = (action: string): Policy => ({
  version: '2012-10-17',
  statements: [
    {
      effect: 'Allow',
      action: { not: false, patterns: [action] },
      resource: { not: false, patterns: [asPattern('*')] },
      conditions: [],
      index: 0,
    },
  ],
});

/**
 * Everything that the old policies grant for one action must be inside the new ones; where the record shows a part of
 * the name, all that they grant of it under the conditions that the calls met.
 */
function lost(
  old: readonly Policy[],
  fresh: readonly Policy[],
  { action, resource }: UsageEntry,
  met: readonly Condition[],
  catalogue: Catalogue,
): string | undefined {
  const parts = partsOf(resource);
  // Only this action matters: to sort the others into classes, call by call, would cost the most of all.
  const cut = (policies: readonly Policy[], more: readonly Condition[]): readonly Policy[] =>
    policies.map((policy) => ({
      ...policy,
      statements: policy.statements
        .filter((one) => selectsAction(one.action, action))
        .map((one) => ({
          ...one,
          action: { not: false, patterns: [action] },
          conditions: one.effect === 'Deny' ? one.conditions : [...one.conditions, ...more],
        })),
    }));
  const outside: Policy = {
    version: '2012-10-17',
    statements: [
      {
        effect: 'Deny',
        action: { not: false, patterns: [action] },
        resource: { not: true, patterns: parts ?? [] },
        conditions: [],
        index: 0,
      },
    ],
  };
  const granted = cut(old, met);
  const verdict = contains(cut(fresh, []), parts ? [...granted, outside] : granted, catalogue);
  if (verdict.verdict === 'proven') return undefined;
  return parts
    ? 'a call shows a part of its resource, and not all that was granted of it is kept'
    : 'a call does not show its resource, and not all that was granted for the action is kept';
}

const answers = new WeakMap<Catalogue, Memo<Containment>>();
/** Most characters of policies whose answer is remembered: unused roles with the same policies ask the same question. */
const REMEMBERED = 4_000_000;

/** All that containment hangs on. */
const meaning = ({ version, statements }: Policy): unknown => [
  version,
  statements.map(({ effect, action, resource, conditions }) => [
    effect,
    action.not,
    action.patterns,
    resource.not,
    resource.patterns,
    conditions.map(({ operator, key, values }) => [operator, key, values]),
  ]),
];

const PROVEN: Proof['containment'] = {
  verdict: 'proven',
  detail: 'all that the new policies allow was allowed by the old ones',
};

/** The containment half of the proof, in the plan's words. */
export function containment(
  old: readonly Policy[] | undefined,
  fresh: readonly Policy[],
  catalogue: Catalogue,
): Proof['containment'] {
  if (!old)
    return {
      verdict: 'not-compared',
      detail: 'no account was given, so there are no old policies to compare',
    };
  if (plainlyInside(old, fresh)) return PROVEN;
  const known = answers.get(catalogue) ?? createMemo<Containment>(REMEMBERED, (_, key) => key.length);
  answers.set(catalogue, known);
  const answer = known(JSON.stringify([old.map(meaning), fresh.map(meaning)]), () =>
    contains(old, fresh, catalogue),
  );
  if (answer.verdict === 'proven') return PROVEN;
  if (answer.verdict === 'not-proven') return { verdict: 'not-proven', detail: answer.detail };
  const { action, resource, context } = answer.counterexample;
  return {
    verdict: 'violated',
    detail: `the new policies allow \`${action}\` on \`${resource}\` and the old ones do not`,
    counterexample: {
      action,
      resource,
      context: context.flatMap(([key, values]) => values.map((value) => [key, value] as const)),
    },
  };
}
