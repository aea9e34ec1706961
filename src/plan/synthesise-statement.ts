/** One old statement and what judging said of its actions -> the statements that take its place. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Statement } from '../policy/document.ts';
import { matchGlob } from '../policy/glob.ts';
import { compileAction, hasWildcard, intersects } from '../policy/pattern.ts';
import type { ResourcePattern } from './generalise.ts';
import type { Judgement, PlanOptions } from './input.ts';
import { addedConditions } from './synthesise-conditions.ts';
import { type Grant, groupGrants } from './synthesise-group.ts';
import { narrowResources } from './synthesise-resources.ts';

export interface TightenOptions {
  readonly catalogue: Catalogue;
  readonly options: PlanOptions;
}

export interface Written {
  readonly action: string;
  readonly pattern: ResourcePattern;
}

export interface Tightened {
  readonly statements: readonly Statement[];
  /** False where the statement stays as it is, to the letter. */
  readonly changed: boolean;
  readonly written: readonly Written[];
}

/**
 * `statement` is read as Version 2012-10-17 reads it. Deny statements stay. Of an Allow statement, an action that judging is silent about stays as granted: what nobody
 * looked at is not called unused.
 */
export function tightenStatement(
  statement: Statement,
  judgements: readonly Judgement[],
  context: TightenOptions,
): Tightened {
  const first = judgements[0];
  if (statement.effect === 'Deny' || !first) return tightened(statement, judgements, context);
  const known = remembered.get(first);
  if (known && isSame(known, statement, judgements, context.catalogue)) return known.result;
  const result = tightened(statement, judgements, context);
  // Without a use, neither the names that were seen nor the options have a say.
  if (judgements.every((one) => one.entries.length === 0))
    remembered.set(first, { statement, judgements, catalogue: context.catalogue, result });
  return result;
}

interface Remembered {
  readonly statement: Statement;
  readonly judgements: readonly Judgement[];
  readonly catalogue: Catalogue;
  readonly result: Tightened;
}

/** By the first judgement: what nobody's records speak of is judged once, and shared by many principals. */
const remembered = new WeakMap<Judgement, Remembered>();

const isSame = (
  known: Remembered,
  statement: Statement,
  judgements: readonly Judgement[],
  catalogue: Catalogue,
): boolean =>
  known.statement === statement &&
  known.catalogue === catalogue &&
  known.judgements.length === judgements.length &&
  judgements.every((one, at) => one === known.judgements[at]);

function tightened(
  statement: Statement,
  judgements: readonly Judgement[],
  context: TightenOptions,
): Tightened {
  const untouched: Tightened = { statements: [statement], changed: false, written: [] };
  if (statement.effect === 'Deny') return untouched;
  const said = distinct(
    judgements.map((one) => ({
      key: one.action.toLowerCase(),
      outcomes: outcomesOf(one, statement, context),
    })),
  );
  const services = byService(said);
  const grants = statement.action.not
    ? grantsOfEach(said)
    : splitStar(statement, services).flatMap((pattern) => grantsOfPattern(pattern, services, statement));
  const isAsIs = (grant: Grant): boolean => sameReach(grant, statement);
  if (said.every((one) => one.outcomes?.every(isAsIs))) return untouched;
  const written: Written[] = [];
  for (const { outcomes } of said)
    if (outcomes) for (const outcome of outcomes) for (const one of outcome.written) written.push(one);
  if (grants.length === 0) return { statements: [], changed: true, written };
  const wildcards = wildcardsOf(statement, services);
  const statements = groupGrants(grants, statement, context.catalogue).map((one) =>
    respelled(one, wildcards),
  );
  if (statements.length === 1 && saysTheSame(statements[0]!, statement)) return untouched;
  return { statements, changed: true, written };
}

/** What judging said of one action. */
interface Said {
  /** The action in lower case. */
  readonly key: string;
  /** Undefined: the action goes. */
  readonly outcomes: readonly Outcome[] | undefined;
}

/** Of two spellings of one action the last speaks for both. */
function distinct(said: readonly Said[]): readonly Said[] {
  const outcomes = new Map<string, Said['outcomes']>();
  for (const one of said) outcomes.set(one.key, one.outcomes);
  if (outcomes.size === said.length) return said;
  return said.map(({ key }) => ({ key, outcomes: outcomes.get(key) }));
}

type Wildcards = readonly (readonly [wildcard: string, under: readonly Said[]])[];

/** The statement's wildcards with the actions each stands for; looked up once for all that is written. */
function wildcardsOf(old: Statement, services: Services): Wildcards {
  if (old.action.not) return [];
  return old.action.patterns.filter(hasWildcard).map((pattern) => [pattern, saidUnder(pattern, services)]);
}

/** Where all that an old wildcard stands for ends in one statement, the statement says it by that wildcard. */
function respelled(written: Statement, wildcards: Wildcards): Statement {
  let patterns = written.action.patterns;
  for (const [wildcard, said] of wildcards) {
    if (said.length === 0 || said.length > patterns.length || patterns.includes(wildcard)) continue;
    const named = new Set(patterns.map((one) => one.toLowerCase()));
    if (!said.every((one) => named.has(one.key))) continue;
    const under = new Set(said.map((one) => one.key));
    const first = patterns.findIndex((one) => under.has(one.toLowerCase()));
    patterns = patterns.flatMap((one, i) =>
      i === first ? [wildcard] : under.has(one.toLowerCase()) ? [] : [one],
    );
  }
  return patterns === written.action.patterns ? written : { ...written, action: { not: false, patterns } };
}

const NOTHING: readonly Written[] = [];

interface Outcome extends Grant {
  readonly written: readonly Written[];
}

function outcomesOf(
  judgement: Judgement,
  statement: Statement,
  context: TightenOptions,
): readonly Outcome[] | undefined {
  const { action, keep } = judgement;
  if (keep === 'remove') return undefined;
  if (keep === 'as-granted' || judgement.entries.length === 0) {
    const { resource, conditions } = statement;
    return [{ action, resource, conditions, unseen: judgement.verdict !== 'used', written: NOTHING }];
  }
  const outcomes = (together: boolean): readonly Outcome[] =>
    addedConditions(
      action,
      judgement.entries,
      statement.conditions,
      context.options,
      context.catalogue,
      together,
    ).map(({ entries, conditions }) => {
      const narrowed = narrowResources(statement.resource, entries, {
        mode: context.options.resources,
        catalogue: context.catalogue,
      });
      return {
        action,
        resource: narrowed.resource,
        conditions,
        unseen: false,
        written: narrowed.written.map((pattern) => ({ action, pattern })),
      };
    });
  const apart = outcomes(false);
  if (apart.length === 1) return apart;
  return apart.some((one, i) => apart.slice(i + 1).some((other) => overlap(one, other)))
    ? outcomes(true)
    : apart;
}

/** Whether two grants of one action share a resource: the conditions of one would say nothing about the other. */
const overlap = (a: Grant, b: Grant): boolean =>
  a.resource.not ||
  b.resource.not ||
  a.resource.patterns.some((one) => b.resource.patterns.some((two) => intersects(one, two)));

type Services = ReadonlyMap<string, readonly Said[]>;

function byService(all: readonly Said[]): Services {
  const services = new Map<string, Said[]>();
  for (const one of all) {
    const service = one.key.slice(0, Math.max(0, one.key.indexOf(':')));
    const list = services.get(service);
    if (list) list.push(one);
    else services.set(service, [one]);
  }
  return services;
}

/** `*` is judged service by service, so that one that stays whole can be named by its own wildcard. */
function splitStar({ action }: Statement, services: Services): readonly string[] {
  if (!action.patterns.includes('*')) return action.patterns;
  const known = [...services.keys()].filter((service) => service !== '').map((service) => `${service}:*`);
  return action.patterns.flatMap((pattern) => (pattern === '*' && known.length > 0 ? known : [pattern]));
}

function grantsOfEach(said: readonly Said[]): readonly Grant[] {
  const grants: Grant[] = [];
  for (const { outcomes } of said) if (outcomes) for (const one of outcomes) grants.push(one);
  return grants;
}

/** What was said of the actions of a pattern of the statement. */
function saidUnder(pattern: string, services: Services): readonly Said[] {
  const wanted = pattern.toLowerCase();
  const colon = wanted.indexOf(':');
  const service = wanted.slice(0, Math.max(0, colon));
  const named = colon >= 0 && !hasWildcard(service);
  const near = named ? (services.get(service) ?? []) : [...services.values()].flat();
  if (named && colon === wanted.length - 2 && wanted.endsWith('*')) return near;
  if (!hasWildcard(wanted)) return near.filter((one) => one.key === wanted);
  const glob = compileAction(pattern);
  return near.filter((one) => one.key === wanted || matchGlob(glob, one.key));
}

/** The pattern as written where all under it stays in one way; otherwise the actions that stay, one by one. */
function grantsOfPattern(pattern: string, services: Services, statement: Statement): readonly Grant[] {
  const under = saidUnder(pattern, services);
  if (under.length === 0)
    return [
      { action: pattern, resource: statement.resource, conditions: statement.conditions, unseen: true },
    ];
  const first = under[0]!.outcomes;
  if (first && under.every(({ outcomes }) => outcomes && alike(outcomes, first)))
    return first.map(({ resource, conditions }) => ({
      action: pattern,
      resource,
      conditions,
      unseen: under.every(({ outcomes }) => outcomes?.every((one) => one.unseen === true)),
    }));
  return grantsOfEach(under);
}

type Reach = Omit<Grant, 'action'>;

const alike = (all: readonly Reach[], others: readonly Reach[]): boolean =>
  all.length === others.length && all.every((one, at) => sameReach(one, others[at]!));

/** The same resources under the same conditions, to the letter and in order. */
const sameReach = (a: Reach, b: Reach): boolean =>
  (a.resource === b.resource ||
    (a.resource.not === b.resource.not && sameList(a.resource.patterns, b.resource.patterns))) &&
  (a.conditions === b.conditions || JSON.stringify(a.conditions) === JSON.stringify(b.conditions));

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at]);

/** The same lists in whatever order: then the old one stands as it was written. */
function saysTheSame(a: Statement, b: Statement): boolean {
  if (a.action.patterns.length !== b.action.patterns.length) return false;
  if (a.resource.patterns.length !== b.resource.patterns.length) return false;
  const key = ({ action, resource, conditions }: Statement): string =>
    JSON.stringify([
      action.not,
      [...action.patterns].sort(),
      resource.not,
      [...resource.patterns].sort(),
      conditions,
    ]);
  return key(a) === key(b);
}
