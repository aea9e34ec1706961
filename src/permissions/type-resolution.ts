/** From what the lookups of one resource type found in a record to its ARNs. */
import type { TrailEvent } from '../events/event.ts';
import { asPattern, type Pattern } from '../policy/pattern.ts';
import type { ServiceTypes } from './arn-types.ts';
import { anyPath, isNew, partial } from './inexact.ts';
import type { Lookup } from './lookups.ts';
import type { ResourceRef } from './permission.ts';
import { placeOf } from './place.ts';
import type { Place, Template } from './template.ts';

export interface TypePlan {
  readonly name: string;
  readonly templates: readonly Template[];
  /** Some of its names are incomplete in records: an ARN is taken only where a row says it is whole. */
  readonly open: boolean;
  /** IAM's spelling of its ARNs, where it differs from the template's. */
  readonly form: ((arn: string) => string) | undefined;
}

/** Values that one lookup found. */
export interface Hit {
  readonly lookup: Lookup;
  readonly values: readonly string[];
}

/** Values of a template's variables, with the lookup that gave the last of them. */
interface Binding {
  readonly values: ReadonlyMap<string, string>;
  readonly from: Lookup | undefined;
}

/** Combinations of variables that each have several values: beyond this a record is not a request but an attack. */
const MAX_RESOURCES = 2_000;
const NOTHING: Binding = { values: new Map(), from: undefined };
const byRank = (a: Hit, b: Hit): number => a.lookup.rank - b.lookup.rank;

/** @returns undefined where the hits name no complete ARN. */
export function resolveType(
  plan: TypePlan,
  unsorted: readonly Hit[],
  event: TrailEvent,
  types: ServiceTypes,
): readonly ResourceRef[] | undefined {
  const complete = plan.open ? unsorted.filter((one) => one.lookup.suffix === undefined) : unsorted;
  const hits = complete.length > 1 ? [...complete].sort(byRank) : complete;
  for (const { lookup, values } of hits) {
    const whole = values.filter((value) =>
      lookup.match ? wholeOf(lookup.match, value) : isArnOf(value, plan, types),
    );
    if (whole.length > 0) return unique(whole).map((arn) => finish(arn, plan, undefined, lookup, event));
  }
  const binds = hits.some((one) => one.lookup.variables.length > 0);
  for (const template of binds ? plan.templates : []) {
    if (!template.fillable) continue;
    const place = placeOf(event);
    const direct = hits.some(givesPlace) ? undefined : fillPlain(template, hits[0]!, place);
    if (direct !== undefined)
      return unique(direct).map((arn) => finish(arn, plan, template, hits[0]!.lookup, event));
    const arns = new Map<string, Lookup | undefined>();
    for (const { values, from } of bindings(template, hits, event)) {
      const arn = template.fill(place, values);
      if (arn !== undefined) arns.set(arn, from);
    }
    if (arns.size > 0) return [...arns].map(([arn, from]) => finish(arn, plan, template, from, event));
  }
  if (plan.open) return undefined;
  // A parameter that our rows read as a name held an ARN of the right kind after all.
  for (const { lookup, values } of hits) {
    const whole = values.filter((value) => isArnOf(value, plan, types));
    if (whole.length > 0) return unique(whole).map((arn) => finish(arn, plan, undefined, lookup, event));
  }
  return undefined;
}

/** The usual case without its ceremony: one variable, to which the best hit gives plain values. */
function fillPlain(template: Template, { lookup, values }: Hit, place: Place): readonly string[] | undefined {
  if (template.variables.length !== 1 || lookup.sets !== template.variables[0]) return undefined;
  if (lookup.match !== undefined || lookup.append !== undefined) return undefined;
  const out: string[] = [];
  for (const value of values) {
    const arn = value.startsWith('arn:') ? undefined : template.fillWith(place, value);
    if (arn === undefined) return undefined;
    out.push(arn);
  }
  return out;
}

/** What the record shows of a resource that it does not name fully. */
export function partOf(
  plan: TypePlan,
  hits: readonly Hit[],
  event: TrailEvent,
): readonly ResourceRef[] | undefined {
  const patterns = new Set<Pattern>();
  const sorted = [...hits].sort(byRank);
  for (const template of plan.templates)
    for (const { values, from } of bindings(template, sorted, event)) {
      if (from === undefined) continue;
      const pattern = partial(template, placeOf(event), values);
      patterns.add(from.suffix === undefined ? pattern : asPattern(pattern + from.suffix));
    }
  if (patterns.size === 0) return undefined;
  const reason = 'the record shows a part of its name only';
  return [{ kind: 'unresolved', type: plan.name, reason, patterns: [...patterns].sort() }];
}

const unique = (values: readonly string[]): readonly string[] =>
  values.length > 1 ? [...new Set(values)] : values;
const wholeOf = (match: RegExp, value: string): boolean => match.exec(value)?.groups?.whole === value;
const isArnOf = (value: string, plan: TypePlan, types: ServiceTypes): boolean =>
  value.startsWith('arn:') && types.typeOf(value) === plan.name;
const givesPlace = ({ lookup }: Hit): boolean => lookup.variables.some(isPlace);
const isPlace = (name: string): boolean => name === 'Account' || name === 'Region';

/** Every combination of values for the variables that the hits bind, best hit first for each variable. */
function bindings(template: Template, hits: readonly Hit[], event: TrailEvent): readonly Binding[] {
  let out: readonly Binding[] = [NOTHING];
  const bound = new Set<string>();
  for (const { lookup, values } of hits) {
    const gives = lookup.variables.some((name) => !bound.has(name) && template.variables.includes(name));
    if (!gives && !(lookup.variables.length > 0 && lookup.variables.every(isPlace))) continue;
    const options = values.flatMap((value) => optionsOf(lookup, value, event));
    if (options.length === 0) continue;
    if (out.length * options.length > MAX_RESOURCES) return [];
    out = out.flatMap((one) =>
      options.map((option) => {
        const all = new Map(one.values);
        for (const [name, text] of option) if (!bound.has(name)) all.set(name, text);
        return { values: all, from: lookup };
      }),
    );
    for (const name of lookup.variables) bound.add(name);
  }
  return out;
}

type Option = readonly (readonly [name: string, text: string])[];

function optionsOf(lookup: Lookup, value: string, event: TrailEvent): readonly Option[] {
  let pairs: Option;
  if (lookup.match) {
    const groups = lookup.match.exec(value)?.groups;
    if (!groups) return [];
    pairs = lookup.variables.flatMap((name) => {
      const text = groups[name];
      return text === undefined ? [] : [[name, text] as const];
    });
  } else if (lookup.sets !== undefined && !value.startsWith('arn:')) pairs = [[lookup.sets, value]];
  else return [];
  const { append } = lookup;
  const extra = append?.path.read(event)[0];
  if (append === undefined || extra === undefined) return [pairs];
  return [
    pairs.map(([name, text]) =>
      name === append.variable && !text.includes(append.separator)
        ? [name, text + append.separator + extra]
        : [name, text],
    ),
  ];
}

function finish(
  arn: string,
  plan: TypePlan,
  template: Template | undefined,
  lookup: Lookup | undefined,
  event: TrailEvent,
): ResourceRef {
  const found = lookup === undefined ? 'fixed' : lookup.path.from === 'response' ? 'response' : 'request';
  const ref = { kind: 'arn', arn: plan.form ? plan.form(arn) : arn, type: plan.name, found } as const;
  if (lookup?.pathUnknown) return { ...ref, inexact: { why: 'path-unknown', patterns: anyPath(arn) } };
  if (found !== 'response' || !isNew(arn, event)) return ref;
  const known = template ?? plan.templates.find((one) => one.matches(arn));
  if (known === undefined) return ref;
  return { ...ref, inexact: { why: 'created', patterns: [partial(known, placeOf(event), NOTHING.values)] } };
}
