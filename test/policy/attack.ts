/** Generates pairs of similar policies, asks for containment, and attacks each `proven` with sampled requests. */
import { type Catalogue, createCatalogue } from '../../src/catalogue/catalogue.ts';
import { contains } from '../../src/policy/contain.ts';
import type { JsonPolicy, JsonStatement, Policy } from '../../src/policy/document.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import {
  ACTIONS,
  type GeneratedRequest,
  KEYS,
  makePolicy,
  makeRequest,
  makeStatement,
  type Random,
  RESOURCES,
  random,
} from './generate.ts';

/** The generated services with a few more actions each, so that patterns reach beyond the named ones. */
export const SMALL_CATALOGUE: Catalogue = createCatalogue({
  version: 'test',
  levels: ['Read'],
  services: ['ec2', 'iam', 's3', 'sns', 'sqs'].map((service) => [
    service,
    service,
    [
      ...ACTIONS.filter((one) => one.startsWith(`${service}:`)).map((one) => one.slice(service.length + 1)),
      'DeleteThing',
      'GetThingObject',
    ]
      .sort()
      .map((name) => [name, 0, [], [], []] as const),
    [],
  ]),
});

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

type Edit = (rng: Random, statements: readonly JsonStatement[]) => JsonStatement[];
const replace = (
  statements: readonly JsonStatement[],
  at: number,
  by: readonly JsonStatement[],
): JsonStatement[] => [...statements.slice(0, at), ...by, ...statements.slice(at + 1)];
const at = (rng: Random, statements: readonly JsonStatement[], effect: string): number => {
  const fitting = [...statements.keys()].filter((one) => statements[one]!.Effect === effect);
  return fitting.length === 0 ? -1 : rng.pick(fitting);
};

/** Edits that cannot widen access: the pairs they make are truly contained. */
export const NARROWING: Record<string, Edit> = {
  same: (_, statements) => [...statements],
  reversed: (_, statements) => [...statements].reverse(),
  dropAllow: (rng, statements) => {
    const place = at(rng, statements, 'Allow');
    return place < 0 ? [...statements] : replace(statements, place, []);
  },
  addDeny: (rng, statements) => [...statements, { ...withoutSid(makeStatement(rng, 90)), Effect: 'Deny' }],
  addCondition: (rng, statements) => {
    const place = at(rng, statements, 'Allow');
    const donor = makeStatement(rng, 0).Condition;
    if (place < 0 || !donor) return [...statements];
    const statement = statements[place]!;
    const merged: Record<string, Record<string, unknown>> = { ...statement.Condition };
    for (const [operator, block] of Object.entries(donor)) {
      // Keys that differ only by case would be two conditions with one name each: both count, so both stay.
      const clash = Object.keys(block).some((key) => key in (merged[operator] ?? {}));
      if (!clash) merged[operator] = { ...merged[operator], ...block };
    }
    return replace(statements, place, [{ ...statement, Condition: merged as never }]);
  },
  narrowResource: (rng, statements) => {
    const place = at(rng, statements, 'Allow');
    const statement = statements[place];
    if (!statement?.Resource) return [...statements];
    const narrowed = list(statement.Resource).map((pattern) =>
      rng.chance(0.6) ? narrowPattern(rng, pattern) : pattern,
    );
    return replace(statements, place, [{ ...statement, Resource: narrowed }]);
  },
  narrowAction: (rng, statements) => {
    const place = at(rng, statements, 'Allow');
    const statement = statements[place];
    if (!statement?.Action) return [...statements];
    const used = ACTIONS.filter((action) =>
      list(statement.Action).some((pattern) =>
        globToRegExp(pattern.toLowerCase()).test(action.toLowerCase()),
      ),
    );
    return used.length === 0
      ? [...statements]
      : replace(statements, place, [{ ...statement, Action: rng.some(used, 3) }]);
  },
  splitByAction: (rng, statements) => split(rng, statements, 'Action'),
  splitByResource: (rng, statements) => split(rng, statements, 'Resource'),
  splitByCondition: (rng, statements) => {
    const place = at(rng, statements, 'Allow');
    const statement = statements[place];
    if (!statement || statement.Condition) return [...statements];
    const region = (operator: string) => ({
      ...withoutSid(statement),
      Condition: { [operator]: { 'aws:RequestedRegion': 'eu-*' } },
    });
    return replace(statements, place, [region('StringLike'), region('StringNotLike')]);
  },
  excludeAction: (rng, statements) => [
    ...statements,
    { Effect: 'Deny', NotAction: rng.some(ACTIONS, 4), Resource: '*' },
  ],
};

/** Edits that may widen access. */
export const OTHER: Record<string, Edit> = {
  unrelated: (rng) => [...makePolicy(rng).Statement],
  dropDeny: (rng, statements) => {
    const place = at(rng, statements, 'Deny');
    return place < 0 ? [...statements] : replace(statements, place, []);
  },
  dropCondition: (rng, statements) => {
    const place = rng.below(statements.length);
    const { Condition: _, ...rest } = statements[place]!;
    return replace(statements, place, [rest]);
  },
  otherStatement: (rng, statements) =>
    replace(statements, rng.below(statements.length), [withoutSid(makeStatement(rng, 80))]),
  otherPart: (rng, statements) => {
    const place = rng.below(statements.length);
    const donor = withoutSid(makeStatement(rng, 0));
    const { Action, NotAction, Resource, NotResource, ...rest } = statements[place]!;
    const next = rng.chance(0.5)
      ? {
          ...rest,
          ...pickSet(donor, ['Action', 'NotAction']),
          ...pickSet({ Resource, NotResource }, ['Resource', 'NotResource']),
        }
      : {
          ...rest,
          ...pickSet({ Action, NotAction }, ['Action', 'NotAction']),
          ...pickSet(donor, ['Resource', 'NotResource']),
        };
    return replace(statements, place, [next as JsonStatement]);
  },
  otherCondition: (rng, statements) => {
    const place = rng.below(statements.length);
    const { Condition } = makeStatement(rng, 0);
    return replace(statements, place, [{ ...statements[place]!, ...(Condition ? { Condition } : {}) }]);
  },
};

const pickSet = (from: object, names: readonly string[]) =>
  Object.fromEntries(
    Object.entries(from).filter(([name, value]) => names.includes(name) && value !== undefined),
  );

const withoutSid = ({ Sid: _, ...rest }: JsonStatement): JsonStatement => rest;

function split(
  rng: Random,
  statements: readonly JsonStatement[],
  element: 'Action' | 'Resource',
): JsonStatement[] {
  const place = at(rng, statements, 'Allow');
  const values = list(statements[place]?.[element]);
  if (values.length < 2) return [...statements];
  return replace(
    statements,
    place,
    values.map((one) => ({ ...withoutSid(statements[place]!), [element]: one })),
  );
}

function narrowPattern(rng: Random, pattern: string): string {
  if (pattern === '*')
    return rng.pick(['*', 'arn:aws:s3:::alpha*', 'arn:aws:sqs:*:*:jobs', 'arn:aws:s3:::${aws:username}/*']);
  const stars = [...pattern.matchAll(/(?<!\{)\*/g)].map((match) => match.index);
  if (stars.length === 0 || pattern.split(':').length < 6) return pattern;
  const star = rng.pick(stars);
  return (
    pattern.slice(0, star) +
    rng.pick(['a', 'key', '*x', '?', '?*', '${aws:username}', '${*}']) +
    pattern.slice(star + 1)
  );
}

const globToRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  );

export interface AttackReport {
  readonly pairs: number;
  readonly verdicts: Record<string, number>;
  readonly byEdit: Map<string, Record<string, number>>;
  /** Pairs made by narrowing edits only. */
  readonly contained: number;
  readonly containedNotProven: number;
  readonly attacks: number;
  /** Of the first violated pairs, how many the same sampled requests refute: what the attack is worth. */
  readonly power: { readonly tried: number; readonly refuted: number };
  /** Descriptions of wrong verdicts; must be empty. */
  readonly wrong: readonly string[];
  readonly notProven: readonly string[];
}

export function attack(pairs: number, requests: number, seed: number): AttackReport {
  const rng = random(seed);
  const verdicts: Record<string, number> = {};
  const byEdit = new Map<string, Record<string, number>>();
  const wrong: string[] = [];
  const notProven: string[] = [];
  let contained = 0;
  let containedNotProven = 0;
  let attacks = 0;
  const power = { tried: 0, refuted: 0 };
  for (let pair = 0; pair < pairs; pair += 1) {
    const before = makePolicy(rng);
    const narrowing = rng.chance(0.6);
    const [after, name] = edited(rng, before, narrowing);
    const [old, fresh] = [parsed(before), parsed(after)];
    const answer = contains([old], [fresh], SMALL_CATALOGUE);
    verdicts[answer.verdict] = (verdicts[answer.verdict] ?? 0) + 1;
    const counts = byEdit.get(name) ?? {};
    counts[answer.verdict] = (counts[answer.verdict] ?? 0) + 1;
    byEdit.set(name, counts);
    const describe = () => JSON.stringify({ name, before, after, answer });
    if (narrowing) {
      contained += 1;
      if (answer.verdict === 'violated') wrong.push(`violated though narrowed: ${describe()}`);
      if (answer.verdict === 'not-proven') {
        containedNotProven += 1;
        notProven.push(describe());
      }
    }
    if (answer.verdict === 'violated') {
      const { action, resource, context } = answer.counterexample;
      const request = { action, resource, context: new Map(context) };
      const [was, is] = [evaluate({ identity: [old] }, request), evaluate({ identity: [fresh] }, request)];
      if (was.decision === 'allowed' || is.decision !== 'allowed')
        wrong.push(`no counterexample: ${describe()}`);
    }
    const refute = (): GeneratedRequest | undefined => {
      for (let count = 0; count < requests; count += 1) {
        attacks += 1;
        const request = hostile(rng, before, after);
        const asked = { ...request, context: new Map(Object.entries(request.context)) };
        if (evaluate({ identity: [fresh] }, asked).decision !== 'allowed') continue;
        if (evaluate({ identity: [old] }, asked).decision !== 'allowed') return request;
      }
      return undefined;
    };
    if (answer.verdict === 'violated' && power.tried < 1000) {
      power.tried += 1;
      if (refute()) power.refuted += 1;
    }
    if (answer.verdict !== 'proven') continue;
    const request = refute();
    if (request) wrong.push(`proven though ${JSON.stringify(request)}: ${describe()}`);
  }
  return {
    power,
    pairs,
    verdicts,
    byEdit,
    contained,
    containedNotProven,
    attacks,
    wrong,
    notProven,
  };
}

function edited(rng: Random, before: JsonPolicy, narrowing: boolean): [JsonPolicy, string] {
  // Policies without Version read `${` as text, so an edit that writes a variable would not narrow them.
  let statements: readonly JsonStatement[] = before.Statement;
  const names: string[] = [];
  for (let edits = 1 + rng.below(2); edits > 0; edits -= 1) {
    const table = narrowing || (edits === 1 && names.length > 0 && rng.chance(0.5)) ? NARROWING : OTHER;
    const name = rng.pick(Object.keys(table));
    names.push(name);
    if (statements.length > 0) statements = table[name]!(rng, statements);
  }
  const seen = new Set<string>();
  const unique = statements.map((one) => {
    if (!one.Sid || !seen.has(one.Sid)) {
      if (one.Sid) seen.add(one.Sid);
      return one;
    }
    return withoutSid(one);
  });
  return [{ ...before, Statement: unique }, names.join('+')];
}

function parsed(json: JsonPolicy): Policy {
  const result = parsePolicy(json);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

/** A request near the policies: actions and resources made from their own patterns, values from their conditions. */
function hostile(rng: Random, before: JsonPolicy, after: JsonPolicy): GeneratedRequest {
  const base = makeRequest(rng);
  const context: Record<string, readonly string[]> = { ...base.context };
  const statement = rng.pick(after.Statement.length > 0 ? after.Statement : before.Statement);
  const other = before.Statement.length > 0 ? rng.pick(before.Statement) : statement;
  for (const source of [statement, other])
    for (const block of Object.values(source.Condition ?? {}))
      for (const [key, values] of Object.entries(block)) {
        const space = KEYS.find((one) => one.key.toLowerCase() === key.toLowerCase())!;
        if (!rng.chance(0.5)) continue;
        const value = instance(rng, rng.pick(list(values as string | string[])), context);
        const fits = ['aws:SourceIp', 's3:max-keys', 'aws:CurrentTime'].includes(space.key)
          ? rng.pick(space.seen)
          : value;
        if (value === 'true' || value === 'false') continue;
        context[key.toLowerCase()] = space.many && rng.chance(0.5) ? [fits, rng.pick(space.seen)] : [fits];
      }
  const from = rng.chance(0.5) ? statement : other;
  const action = rng.chance(0.6)
    ? rng.pick([
        ...ACTIONS,
        's3:DeleteThing',
        's3:GetThingObject',
        'sns:DeleteThing',
        'madeup:Do',
        'madeup:Dog',
      ])
    : base.action;
  const patterns = list(from.Resource ?? from.NotResource);
  const resource = rng.chance(0.7)
    ? instance(rng, completed(rng.pick(patterns)), context)
    : rng.pick(RESOURCES);
  const shaped = resource === '*' || resource.split(':').length >= 6;
  return { action, resource: shaped ? resource : base.resource, context };
}

const completed = (pattern: string): string => (pattern === 'arn:aws:sqs' ? 'arn:aws:sqs:*:*:*' : pattern);

/** Some text the pattern matches, or nearly. */
function instance(rng: Random, pattern: string, context: Record<string, readonly string[]>): string {
  return pattern
    .replace(/\$\{([*?$])\}/g, '\u0000$1')
    .replace(
      /\$\{([^},]*)[^}]*\}/g,
      (_, key: string) => context[key.toLowerCase()]?.[0] ?? rng.pick(['bob', 'eve', 'x']),
    )
    .replace(/(?<!\u0000)\*/g, () => rng.pick(['', 'a', 'x', 'key', 'bob', 'eu-west-1', 'a/b', '*', '1:x']))
    .replace(/(?<!\u0000)\?/g, () => rng.pick(['a', 'x', '?', 'b']))
    .replace(/\u0000/g, '');
}
