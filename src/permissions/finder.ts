/**
 * Finds the resources of one action in one record: resources[] first, then the request's parameters, then the
 * response. Built once for each (action, event name); a record is walked once for all paths.
 */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Json, JsonObject, TrailEvent } from '../events/event.ts';
import { asPattern, escapeLiteral, type Pattern } from '../policy/pattern.ts';
import type { ResourceOverride } from './actions.ts';
import type { ServiceTypes } from './arn-types.ts';
import { type Lookup, lookupsFor, overrideLookup } from './lookups.ts';
import { partitionOf } from './partition.ts';
import { compilePath, wrapped } from './path.ts';
import type { ResourceRef } from './permission.ts';
import { type Groups, groupsOf, typeApplies } from './selection.ts';
import { parseTemplate, type Template } from './template.ts';

export type Finder = (event: TrailEvent) => readonly ResourceRef[];

interface TypePlan {
  readonly name: string;
  readonly required: boolean;
  readonly applies: (event: TrailEvent) => boolean;
  readonly templates: readonly Template[];
  readonly lookups: readonly Lookup[];
}

/** What one lookup found: complete ARNs, or values of variables. */
interface Hit {
  readonly lookup: Lookup;
  readonly type: TypePlan;
  readonly values: readonly string[];
}
type Entry = readonly [type: TypePlan, lookup: Lookup];
type Index = ReadonlyMap<string, readonly Entry[]>;

const ANY_NONE: readonly ResourceRef[] = [{ kind: 'any', found: 'no-resource-level' }];
const NAMES_NONE: readonly ResourceRef[] = [{ kind: 'any', found: 'names-none' }];
/** Combinations of variables that each have several values: beyond this a record is not a request but an attack. */
const MAX_RESOURCES = 2_000;

/** Compiles the finder of an action for an operation. */
export function compileFinder(
  action: CatalogueAction,
  operation: string,
  types: ServiceTypes,
  override?: ResourceOverride,
): Finder {
  if (action.resourceTypes.length === 0) return () => ANY_NONE;
  if (override && 'templates' in override) return compileTemplates(override.templates);
  const plans = action.resourceTypes.map((type): TypePlan => {
    const templates = types.templates(type.name);
    return {
      name: type.name,
      required: type.required,
      applies: typeApplies(action.action, type.name),
      templates,
      lookups: override
        ? [overrideLookup(override)]
        : lookupsFor(action.service, type.name, operation, templates),
    };
  });
  const request = indexOf(plans, 'request');
  const response = indexOf(plans, 'response');
  const groups = groupsOf(action);

  return (event) => {
    const found = new Map<TypePlan, readonly ResourceRef[]>();
    for (const resource of event.resources) {
      if (resource.arn === undefined || override) continue;
      const name = types.typeOf(resource.arn);
      const plan = plans.find((one) => one.name === name);
      if (plan?.applies(event))
        found.set(plan, [...(found.get(plan) ?? []), literal(resource.arn, plan.name, 'resources')]);
    }
    const open = plans.filter((plan) => !found.has(plan) && plan.applies(event));
    if (open.length > 0) {
      const hits = new Map<TypePlan, Hit[]>();
      collect(event.requestParameters, request, hits, event);
      for (const plan of open) keep(found, plan, resolveType(plan, hits.get(plan) ?? [], event, types));
      const still = open.filter((plan) => !found.has(plan));
      if (still.length > 0 && event.responseElements !== null && stillNeeded(still, groups, found)) {
        collect(event.responseElements, response, hits, event);
        for (const plan of still) keep(found, plan, resolveType(plan, hits.get(plan) ?? [], event, types));
      }
      for (const plan of still)
        if (!found.has(plan)) keep(found, plan, partOf(plan, hits.get(plan) ?? [], event));
    }
    return conclude(action, plans, groups, found, event);
  };
}

/** Resources whose ARN is built from parameters by name alone, as API Gateway's paths are. */
function compileTemplates(texts: readonly string[]): Finder {
  const templates = texts.map(parseTemplate);
  const paths = new Map(templates.flatMap((one) => one.variables).map((name) => [name, compilePath(name)]));
  return (event) => {
    const values = implied(event);
    for (const [name, path] of paths) {
      const value = path.read(event)[0];
      // An ARN inside a path is URL-encoded: the reference calls it UrlEncodedResourceARN.
      if (value !== undefined) values.set(name, value.startsWith('arn:') ? encodeURIComponent(value) : value);
    }
    const filled = templates.map((one) => one.fill(values)).find((one) => one !== undefined);
    if (filled !== undefined)
      return [{ kind: 'arn', arn: filled, found: paths.size > 0 ? 'request' : 'fixed' }];
    const patterns = [...new Set(templates.map((one) => partial(one, values)))].sort();
    return [{ kind: 'unresolved', reason: 'the record does not hold every part of the path', patterns }];
  };
}

/** A response is read only while a resource that must be there is missing. */
const stillNeeded = (
  still: readonly TypePlan[],
  groups: Groups,
  found: ReadonlyMap<TypePlan, unknown>,
): boolean => {
  if (found.size === 0) return true;
  const names = [...found.keys()].map((plan) => plan.name);
  return still.some((plan) => groups.isRequired(plan.name) && !groups.isCovered(plan.name, names));
};

function keep(
  found: Map<TypePlan, readonly ResourceRef[]>,
  plan: TypePlan,
  refs: readonly ResourceRef[] | undefined,
) {
  if (refs !== undefined && refs.length > 0) found.set(plan, refs);
}

function indexOf(plans: readonly TypePlan[], from: 'request' | 'response'): Index {
  const index = new Map<string, Entry[]>();
  for (const plan of plans)
    for (const lookup of plan.lookups) {
      if (lookup.path.from !== from) continue;
      const known = index.get(lookup.path.first);
      if (known) known.push([plan, lookup]);
      else index.set(lookup.path.first, [[plan, lookup]]);
    }
  return index;
}

function collect(root: JsonObject | null, index: Index, hits: Map<TypePlan, Hit[]>, event: TrailEvent): void {
  if (root === null) return;
  collectMembers(root, index, hits, event);
  const inner = wrapped(root);
  if (inner) collectMembers(inner, index, hits, event);
}

function collectMembers(root: JsonObject, index: Index, hits: Map<TypePlan, Hit[]>, event: TrailEvent): void {
  const anywhere = index.get('*');
  for (const key of Object.keys(root)) {
    const value = root[key] as Json;
    if (value === null || value === '') continue;
    const entries = index.get(key) ?? index.get(key.toLowerCase());
    if (entries) for (const entry of entries) hit(entry, value, hits, event);
    if (anywhere && typeof value === 'object' && !Array.isArray(value))
      for (const entry of anywhere) hit(entry, value, hits, event);
  }
}

function hit([type, lookup]: Entry, value: Json, hits: Map<TypePlan, Hit[]>, event: TrailEvent): void {
  if (lookup.condition && !lookup.condition(event)) return;
  const values = lookup.path.rest(value);
  if (values.length === 0) return;
  const known = hits.get(type);
  if (known) known.push({ lookup, type, values });
  else hits.set(type, [{ lookup, type, values }]);
}

const byRank = (a: Hit, b: Hit): number => a.lookup.rank - b.lookup.rank;

function resolveType(
  plan: TypePlan,
  unsorted: readonly Hit[],
  event: TrailEvent,
  types: ServiceTypes,
): readonly ResourceRef[] | undefined {
  const hits = unsorted.filter((one) => one.lookup.suffix === undefined).sort(byRank);
  for (const { lookup, values } of hits) {
    const whole = values.filter((value) =>
      lookup.match ? lookup.match.exec(value)?.groups?.whole === value : isArnOf(value, plan, types),
    );
    if (whole.length > 0) return whole.map((arn) => finish(arn, plan, undefined, lookup, event));
  }
  for (const template of plan.templates) {
    const filled = template.fillable ? fillAll(template, bindings(template, hits, event)) : [];
    if (filled.length > 0) return filled.map(([arn, from]) => finish(arn, plan, template, from, event));
  }
  if (unsorted.length > hits.length) return undefined;
  // A parameter that our rows read as a name held an ARN of the right kind after all.
  for (const { lookup, values } of hits) {
    const whole = values.filter((value) => isArnOf(value, plan, types));
    if (whole.length > 0) return whole.map((arn) => finish(arn, plan, undefined, lookup, event));
  }
  return undefined;
}

const isArnOf = (value: string, plan: TypePlan, types: ServiceTypes): boolean =>
  value.startsWith('arn:') && types.typeOf(value) === plan.name;

/** Values of a template's variables, with the lookup that gave the last one. */
interface Binding {
  readonly values: ReadonlyMap<string, string>;
  readonly from: Lookup | undefined;
}

/** Every combination of values for the variables that the hits bind, best hit first for each variable. */
function bindings(template: Template, hits: readonly Hit[], event: TrailEvent): readonly Binding[] {
  let out: Binding[] = [{ values: implied(event), from: undefined }];
  const bound = new Set<string>();
  for (const hit of hits) {
    const sets = variablesOf(hit.lookup);
    if (!sets.some((name) => !bound.has(name) && template.variables.includes(name)) && !sets.every(isPlace))
      continue;
    const options = hit.values.flatMap((value) => optionsOf(hit.lookup, value, event));
    if (options.length === 0) continue;
    if (out.length * options.length > MAX_RESOURCES) return [];
    out = out.flatMap((one) =>
      options.map((option) => ({
        values: new Map([...one.values, ...[...option].filter(([name]) => !bound.has(name))]),
        from: hit.lookup,
      })),
    );
    for (const name of sets) bound.add(name);
  }
  return out;
}

const isPlace = (name: string): boolean => name === 'Account' || name === 'Region';
const GROUP = /\(\?<([A-Za-z]+)>/g;
const variablesOf = (lookup: Lookup): readonly string[] =>
  lookup.match
    ? [...lookup.match.source.matchAll(GROUP)].map((one) => one[1]!)
    : lookup.sets
      ? [lookup.sets]
      : [];

function optionsOf(
  lookup: Lookup,
  value: string,
  event: TrailEvent,
): readonly (readonly [string, string][])[] {
  let pairs: [string, string][] = [];
  if (lookup.match) {
    const groups = lookup.match.exec(value)?.groups;
    if (!groups) return [];
    pairs = Object.entries(groups).filter(([name, text]) => text !== undefined && name !== 'whole');
  } else if (lookup.sets !== undefined && !value.startsWith('arn:')) pairs = [[lookup.sets, value]];
  else return [];
  const append = lookup.append;
  if (append) {
    const extra = append.path.read(event)[0];
    if (extra !== undefined)
      pairs = pairs.map(([name, text]) =>
        name === append.variable && !text.includes(append.separator)
          ? [name, text + append.separator + extra]
          : [name, text],
      );
  }
  return [pairs];
}

function fillAll(
  template: Template,
  all: readonly Binding[],
): readonly (readonly [string, Lookup | undefined])[] {
  const out: (readonly [string, Lookup | undefined])[] = [];
  for (const { values, from } of all) {
    const arn = template.fill(values);
    if (arn !== undefined) out.push([arn, from]);
  }
  return out;
}

/** The resource's own place where the record tells it, else the place of the call. */
export function implied(event: TrailEvent): Map<string, string> {
  const values = new Map([
    ['Partition', partitionOf(event.awsRegion)],
    ['Region', event.awsRegion],
  ]);
  const account = accountOf(event);
  if (account !== undefined) values.set('Account', account);
  return values;
}

function accountOf(event: TrailEvent): string | undefined {
  const owners = new Set(event.resources.map((one) => one.accountId).filter((one) => one !== undefined));
  if (owners.size === 1) return [...owners][0];
  return event.recipientAccountId ?? event.principal.accountId;
}

function finish(
  arn: string,
  plan: TypePlan,
  template: Template | undefined,
  lookup: Lookup | undefined,
  event: TrailEvent,
): ResourceRef {
  const found = lookup === undefined ? 'fixed' : lookup.path.from === 'response' ? 'response' : 'request';
  if (lookup?.pathUnknown)
    return { ...literal(arn, plan.name, found), inexact: { why: 'path-unknown', patterns: anyPath(arn) } };
  if (found === 'response' && isNew(arn, event)) {
    const known = template ?? plan.templates.find((one) => one.matches(arn));
    if (known) {
      const values = implied(event);
      return {
        ...literal(arn, plan.name, found),
        inexact: { why: 'created', patterns: [partial(known, values)] },
      };
    }
  }
  return literal(arn, plan.name, found);
}

const literal = (
  arn: string,
  type: string,
  found: 'resources' | 'request' | 'response' | 'fixed',
): ResourceRef & { kind: 'arn' } => ({
  kind: 'arn',
  arn,
  type,
  found,
});

/** True when the last part of the ARN is nowhere in the request: AWS made it up during this call. */
function isNew(arn: string, event: TrailEvent): boolean {
  const tail = arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
  return event.requestParameters === null || !JSON.stringify(event.requestParameters).includes(tail);
}

/** `role/name` may be `role/team/name`: both spellings and nothing else. */
export function anyPath(arn: string): readonly Pattern[] {
  const slash = arn.indexOf('/');
  const head = escapeLiteral(arn.slice(0, slash));
  const name = escapeLiteral(arn.slice(slash + 1));
  return [asPattern(`${head}/${name}`), asPattern(`${head}/*/${name}`)];
}

/** The template with what is known filled in and `*` for the rest. */
function partial(template: Template, values: ReadonlyMap<string, string>): Pattern {
  const filled = new Map([...values].map(([name, value]) => [name, escapeLiteral(value) as string]));
  for (const name of [...template.variables, 'Account']) if (!filled.has(name)) filled.set(name, '*');
  return asPattern(template.fill(filled)!);
}

/** What the record shows of a resource that it does not name fully. */
function partOf(plan: TypePlan, hits: readonly Hit[], event: TrailEvent): readonly ResourceRef[] {
  const patterns = new Set<Pattern>();
  const sorted = [...hits].sort(byRank);
  for (const template of plan.templates)
    for (const { values, from } of bindings(template, sorted, event)) {
      if (from === undefined) continue;
      const pattern = partial(template, values);
      patterns.add(from.suffix === undefined ? pattern : asPattern(pattern + from.suffix));
    }
  if (patterns.size === 0) return [];
  const reason = 'the record shows a part of its name only';
  return [{ kind: 'unresolved', type: plan.name, reason, patterns: [...patterns].sort() }];
}

function groupBy<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const map = new Map<string, Item[]>();
  for (const item of items) {
    const known = map.get(key(item));
    if (known) known.push(item);
    else map.set(key(item), [item]);
  }
  return map;
}

function conclude(
  action: CatalogueAction,
  plans: readonly TypePlan[],
  groups: Groups,
  found: ReadonlyMap<TypePlan, readonly ResourceRef[]>,
  event: TrailEvent,
): readonly ResourceRef[] {
  const out: ResourceRef[] = [...found.values()].flat();
  const names = [...found.keys()].map((plan) => plan.name);
  const missing = plans.filter(
    (plan) =>
      groups.isRequired(plan.name) &&
      !found.has(plan) &&
      plan.applies(event) &&
      !groups.isCovered(plan.name, names),
  );
  for (const alike of groupBy(missing, (plan) => groups.keyOf(plan.name)).values()) {
    const type = alike.map((plan) => plan.name).join(' or ');
    const templates = alike.flatMap((plan) => plan.templates);
    const patterns = [...new Set(templates.map((template) => partial(template, implied(event))))].sort();
    out.push({ kind: 'unresolved', type, reason: `no parameter names the ${type}`, patterns });
  }
  if (out.length > 0) return out;
  if (
    action.accessLevel === 'List' ||
    action.accessLevel === 'Read' ||
    plans.every((plan) => !plan.applies(event))
  )
    return NAMES_NONE;
  return [{ kind: 'unresolved', reason: 'the request names none of the resources that the action can have' }];
}
