/** From what the lookups of one resource type found in a record to its ARNs. */
import { asPattern, type Pattern } from '../policy/pattern.ts';
import type { ServiceTypes } from './arn-types.ts';
import type { Call } from './call.ts';
import { anyPath, isNew, partial } from './inexact.ts';
import type { Lookup } from './lookups.ts';
import type { ResourceRef } from './permission.ts';
import { fillOnly, fillPartly, fillSlots, type SlotLookup, type SlotTemplate, type Values } from './slots.ts';
import type { Place, Template } from './template.ts';

export interface TypePlan {
  readonly name: string;
  readonly templates: readonly SlotTemplate[];
  /** Number of variables that its templates and lookups have. */
  readonly size: number;
  /** Some of its names are incomplete in records: an ARN is taken only where a row says it is whole. */
  readonly open: boolean;
  /**
   * A parameter counts even where its value does not fit: one of its ARNs is the same for all, or the caller is meant
   * where the parameter is absent.
   */
  readonly heeds: boolean;
  /** IAM's spelling of its ARNs, where it differs from the template's. */
  readonly form: ((arn: string) => string) | undefined;
}

/** Values that one lookup found, and what the next best lookup of the type did. */
export interface Hit {
  readonly entry: SlotLookup;
  /** The first value. */
  readonly text: string;
  /** All values where there are several: mostly there is one. */
  readonly several: readonly string[] | undefined;
  /** The one value is what the lookup's pattern matches; not asked where the record shows a part of a name only. */
  readonly fits: boolean;
  next: Hit | undefined;
}

/** Puts a hit where its rank belongs; of equal rank the first stays first. @returns the best. */
export function insertHit(best: Hit | undefined, hit: Hit): Hit {
  const { rank } = hit.entry.lookup;
  if (best === undefined || best.entry.lookup.rank > rank) {
    hit.next = best;
    return hit;
  }
  let before = best;
  while (before.next !== undefined && before.next.entry.lookup.rank <= rank) before = before.next;
  hit.next = before.next;
  before.next = hit;
  return best;
}

/** Every combination of values, with the lookup that gave the last of them. */
interface Bound {
  readonly combinations: readonly Values[];
  readonly from: Lookup | undefined;
}

/** Combinations of variables that each have several values: beyond this a record is not a request but an attack. */
const MAX_RESOURCES = 2_000;
const NO_VALUES: ReadonlyMap<string, string> = new Map();

/**
 * `named`: also take an IAM entity's name without its path.
 * @returns undefined where the hits name no complete ARN.
 */
export function resolveType(
  plan: TypePlan,
  best: Hit,
  named: boolean,
  call: Call,
  types: ServiceTypes,
): readonly ResourceRef[] | undefined {
  let first: Hit | undefined;
  let binds = false;
  for (let hit: Hit | undefined = best; hit !== undefined; hit = hit.next) {
    if (!isTaken(hit, plan, named)) continue;
    first ??= hit;
    const { lookup, slots } = hit.entry;
    const whole = lookup.match === undefined ? arnsOf(hit, plan, types) : wholeOf(hit);
    if (whole !== undefined) return finishAll(whole, plan, undefined, lookup, call);
    if (slots.length > 0) binds = true;
  }
  if (first === undefined) return undefined;
  if (binds) {
    const refs = filled(plan, first, named, call);
    if (refs !== undefined) return refs;
  }
  if (plan.open) return undefined;
  // A parameter that our rows read as a name held an ARN of the right kind after all.
  for (let hit: Hit | undefined = first; hit !== undefined; hit = hit.next) {
    if (!isTaken(hit, plan, named)) continue;
    const whole = arnsOf(hit, plan, types);
    if (whole !== undefined) return finishAll(whole, plan, undefined, hit.entry.lookup, call);
  }
  return undefined;
}

const isTaken = ({ entry }: Hit, plan: TypePlan, named: boolean): boolean =>
  (named || !entry.lookup.pathUnknown) && !(plan.open && entry.lookup.suffix !== undefined);

/** The first template for which the hits have every variable. */
function filled(plan: TypePlan, first: Hit, named: boolean, call: Call): readonly ResourceRef[] | undefined {
  const { place } = call;
  const usual = fillUsual(plan, first, place);
  if (usual !== undefined) {
    const { template } = plan.templates[0]!;
    return [finish(usual, plan, template, first.entry.lookup, call)];
  }
  if (isManifold(plan.templates[0])) {
    const values: Values = new Array(plan.size);
    const from = fillEach(plan.templates[0], first, values);
    const arn = from === undefined ? undefined : fillSlots(plan.templates[0].parts, place, values);
    if (arn !== undefined) return [finish(arn, plan, plan.templates[0].template, from, call)];
  }
  for (const slotted of plan.templates) {
    if (!slotted.template.fillable) continue;
    const { combinations, from } = bind(plan, slotted, first, named, plan.open, call);
    const arns: string[] = [];
    for (const values of combinations) {
      const arn = fillSlots(slotted.parts, place, values);
      if (arn !== undefined) arns.push(arn);
    }
    if (arns.length > 0) return finishAll(arns, plan, slotted.template, from, call);
  }
  return undefined;
}

/** Most often one parameter has one value for the one variable of the type's first template. */
function fillUsual({ templates }: TypePlan, hit: Hit, place: Place): string | undefined {
  const template = templates[0];
  if (template === undefined || template.only < 0 || hit.several !== undefined) return undefined;
  if (hit.entry.onlySlot !== template.only) return undefined;
  // What follows has nothing new to say of the name, but may of its place.
  for (let other = hit.next; other !== undefined; other = other.next)
    if (other.entry.onlyPlace) return undefined;
  const value = takenFrom(hit);
  return value === undefined ? undefined : fillOnly(template, place, value);
}

const isManifold = (template: SlotTemplate | undefined): template is SlotTemplate =>
  template !== undefined && template.only < 0 && template.template.fillable;

/**
 * As `bind`, where each lookup gives one value for one variable.
 * @returns the lookup that gave the last of them; undefined where there is more to it.
 */
function fillEach({ own }: SlotTemplate, first: Hit, values: Values): Lookup | undefined {
  let from: Lookup | undefined;
  for (let hit: Hit | undefined = first; hit !== undefined; hit = hit.next) {
    const { lookup, slots, onlySlot, onlyPlace } = hit.entry;
    if (slots.length === 0) continue;
    if (hit.several !== undefined || onlySlot < 0 || onlyPlace) return undefined;
    if (lookup.suffix !== undefined || lookup.pathUnknown) return undefined;
    if (!own[onlySlot] || values[onlySlot] !== undefined) continue;
    const value = takenFrom(hit);
    if (value === undefined) return undefined;
    values[onlySlot] = value;
    from = lookup;
  }
  return from;
}

/** What a lookup of one variable takes from a text. */
function takenFrom({ entry, text, fits }: Hit): string | undefined {
  const { match } = entry.lookup;
  if (match === undefined) return text.startsWith('arn:') ? undefined : text;
  if (!fits) return undefined;
  return match.takesAll ? text : match.expression.exec(text)?.[1];
}

/** What the record shows of a resource that it does not name fully. */
export function partOf(plan: TypePlan, best: Hit, call: Call): readonly ResourceRef[] | undefined {
  const patterns = new Set<Pattern>();
  for (const slotted of plan.templates) {
    const { combinations, from } = bind(plan, slotted, best, true, false, call);
    if (from === undefined) continue;
    for (const values of combinations)
      patterns.add(asPattern(fillPartly(slotted.parts, call.place, values) + (from.suffix ?? '')));
  }
  if (patterns.size === 0) return undefined;
  const reason = 'the record shows a part of its name only';
  return [{ kind: 'unresolved', type: plan.name, reason, patterns: [...patterns].sort() }];
}

/** The values that are ARNs of the type; undefined where there are none. */
function arnsOf({ text, several }: Hit, plan: TypePlan, types: ServiceTypes): string[] | undefined {
  const isOne = (value: string) => value.startsWith('arn:') && types.typeOf(value) === plan.name;
  if (several === undefined) return isOne(text) ? [text] : undefined;
  const out = several.filter(isOne);
  return out.length > 0 ? out : undefined;
}

function wholeOf({ entry, text, several, fits }: Hit): string[] | undefined {
  const { lookup, whole } = entry;
  if (whole === 0) return undefined;
  const { expression, takesAll } = lookup.match!;
  if (several === undefined)
    return fits && (takesAll || expression.exec(text)?.[whole] === text) ? [text] : undefined;
  const out = several.filter((value) => expression.exec(value)?.[whole] === value);
  return out.length > 0 ? out : undefined;
}

/** The values of the variables that the hits bind, best hit first for each variable. `whole`: complete names only. */
function bind(
  plan: TypePlan,
  { own }: SlotTemplate,
  first: Hit,
  named: boolean,
  whole: boolean,
  call: Call,
): Bound {
  const bound: boolean[] = new Array(plan.size);
  let out: Values[] = [new Array(plan.size)];
  let from: Lookup | undefined;
  for (let hit: Hit | undefined = first; hit !== undefined; hit = hit.next) {
    const { lookup, slots, onlyPlace } = hit.entry;
    if ((whole && lookup.suffix !== undefined) || (!named && lookup.pathUnknown)) continue;
    if (!onlyPlace && !givesNew(slots, own, bound)) continue;
    const options = optionsOf(hit, call);
    if (options.length === 0) continue;
    if (out.length > 1 && out.length * options.length > MAX_RESOURCES) return { combinations: [], from };
    if (options.length > 1)
      out = out.flatMap((values) => options.map((option) => merged([...values], option, bound)));
    else for (const values of out) merged(values, options[0]!, bound);
    from = lookup;
    for (const slot of slots) bound[slot] = true;
  }
  return { combinations: out, from };
}

function givesNew(slots: readonly number[], own: readonly boolean[], bound: readonly boolean[]): boolean {
  for (const slot of slots) if (own[slot] && !bound[slot]) return true;
  return false;
}

/** Slot, value, slot, value. */
type Option = (number | string)[];

function merged(values: Values, option: Option, bound: readonly boolean[]): Values {
  for (let index = 0; index < option.length; index += 2) {
    const slot = option[index] as number;
    if (!bound[slot]) values[slot] = option[index + 1] as string;
  }
  return values;
}

function optionsOf(hit: Hit, call: Call): readonly Option[] {
  const out: Option[] = [];
  if (hit.several === undefined) addOption(out, hit.entry, hit.text);
  else for (const value of hit.several) addOption(out, hit.entry, value);
  const { append } = hit.entry.lookup;
  const extra = append?.path.read(call)[0];
  if (append === undefined || extra === undefined) return out;
  for (const option of out)
    for (let index = 0; index < option.length; index += 2)
      if (option[index] === hit.entry.appendSlot && !(option[index + 1] as string).includes(append.separator))
        option[index + 1] += append.separator + extra;
  return out;
}

function addOption(out: Option[], { lookup, slots, captures }: SlotLookup, value: string): void {
  if (lookup.match === undefined) {
    if (lookup.sets !== undefined && !value.startsWith('arn:')) out.push([slots[0]!, value]);
    return;
  }
  const groups = lookup.match.expression.exec(value);
  if (groups === null) return;
  const option: Option = [];
  for (let index = 0; index < captures.length; index += 1) {
    const text = groups[index + 1];
    if (captures[index]! >= 0 && text !== undefined) option.push(captures[index]!, text);
  }
  out.push(option);
}

function finishAll(
  arns: readonly string[],
  plan: TypePlan,
  template: Template | undefined,
  lookup: Lookup | undefined,
  call: Call,
): readonly ResourceRef[] {
  if (arns.length === 1) return [finish(arns[0]!, plan, template, lookup, call)];
  return [...new Set(arns)].map((arn) => finish(arn, plan, template, lookup, call));
}

function finish(
  arn: string,
  plan: TypePlan,
  template: Template | undefined,
  lookup: Lookup | undefined,
  call: Call,
): ResourceRef {
  const found = lookup === undefined ? 'fixed' : lookup.path.from === 'response' ? 'response' : 'request';
  const { name: type, form } = plan;
  const spelled = form ? form(arn) : arn;
  if (lookup?.pathUnknown)
    return {
      kind: 'arn',
      arn: spelled,
      type,
      found,
      inexact: { why: 'path-unknown', patterns: anyPath(arn) },
    };
  const ref = { kind: 'arn', arn: spelled, type, found } as const;
  if (found !== 'response' || !isNew(arn, call)) return ref;
  const known = template ?? plan.templates.find((one) => one.template.matches(arn))?.template;
  if (known === undefined) return ref;
  return { ...ref, inexact: { why: 'created', patterns: [partial(known, call.place, NO_VALUES)] } };
}
