/**
 * The variables of a resource type's ARNs as places in an array, so that filling a template from what a record shows
 * needs no map. Compiled once for each (type, operation).
 */
import { escapeLiteral } from '../policy/pattern.ts';
import type { Lookup } from './lookups.ts';
import type { SplitPath } from './path.ts';
import type { Place, Template } from './template.ts';

/** Value of each variable by its slot; undefined where nothing was found. */
export type Values = (string | undefined)[];

const PARTITION = 0;
const REGION = 1;
const ACCOUNT = 2;
const IMPLIED = ['Partition', 'Region', 'Account'];
const isPlace = (slot: number): boolean => slot === REGION || slot === ACCOUNT;

export interface SlotTemplate {
  readonly template: Template;
  /** Literal text, or the slot of a variable. */
  readonly parts: readonly (string | number)[];
  /** By slot: true for the variables of its own, not for those that every template may have. */
  readonly own: readonly boolean[];
  /** The slot of its one variable; -1 where it has none or several, or names no ARN. */
  readonly only: number;
  /** What stands before and after that variable in the place that was last asked for: one follows another seldom. */
  around: { readonly place: Place; readonly before: string; readonly after: string } | undefined;
}

/** A lookup with the slots of what it gives. */
export interface SlotLookup {
  readonly lookup: Lookup;
  readonly path: SplitPath;
  /** Slots of its variables. */
  readonly slots: readonly number[];
  /** By capture of its pattern: the slot, or -1. */
  readonly captures: readonly number[];
  /** Number of the capture that is a whole ARN; 0: none. */
  readonly whole: number;
  /** Gives an account or a region and nothing else. */
  readonly onlyPlace: boolean;
  /** Takes a complete ARN and nothing else. */
  readonly onlyArn: boolean;
  /** The slot of its one variable where it gives nothing else and as it stands; -1 otherwise. */
  readonly onlySlot: number;
  readonly appendSlot: number;
  /** Index of the resource type among those of its action. */
  readonly plan: number;
}

export interface Slots {
  readonly size: number;
  readonly templates: readonly SlotTemplate[];
  readonly lookups: readonly SlotLookup[];
}

export function compileSlots(
  templates: readonly Template[],
  lookups: readonly Lookup[],
  plan: number,
): Slots {
  const names = [...IMPLIED];
  const slotOf = (name: string): number => {
    const known = names.indexOf(name);
    return known < 0 ? names.push(name) - 1 : known;
  };
  const raw = templates.map((template) => ({
    template,
    parts: template.parts.map((part, index) => (index % 2 === 0 ? part : slotOf(part))),
  }));
  const slotted = lookups.map((lookup): SlotLookup => {
    const slots = lookup.variables.map(slotOf);
    const captures = lookup.match?.names ?? [];
    const isOne = slots.length === 1 && (lookup.match === undefined || captures.length === 1);
    return {
      lookup,
      path: lookup.path,
      slots,
      captures: captures.map((name) => (name === '' || name === 'whole' ? -1 : slotOf(name))),
      whole: captures.indexOf('whole') + 1,
      onlyPlace: slots.length > 0 && slots.every(isPlace),
      onlyArn: lookup.match === undefined && lookup.sets === undefined,
      onlySlot: isOne && lookup.append === undefined ? slots[0]! : -1,
      appendSlot: lookup.append === undefined ? -1 : slotOf(lookup.append.variable),
      plan,
    };
  });
  return {
    size: names.length,
    lookups: slotted,
    templates: raw.map(({ template, parts }) => ({
      template,
      parts,
      own: names.map((name) => template.variables.includes(name)),
      only: template.fillable && template.variables.length === 1 ? names.indexOf(template.variables[0]!) : -1,
      around: undefined,
    })),
  };
}

/** A value that the record gives wins: a whole ARN or a queue's URL tells the resource's own account and region. */
const valueAt = (slot: number, place: Place, values: Values): string | undefined =>
  values[slot] ??
  (slot === PARTITION
    ? place.partition
    : slot === REGION
      ? place.region
      : slot === ACCOUNT
        ? place.account
        : undefined);

/** @returns undefined where a variable has no value. */
export function fillSlots(
  parts: readonly (string | number)[],
  place: Place,
  values: Values,
): string | undefined {
  let out = '';
  for (const part of parts) {
    const text = typeof part === 'string' ? part : valueAt(part, place, values);
    if (text === undefined) return undefined;
    out += text;
  }
  return out;
}

/** As `fillSlots` for a template of one variable, where that has a value and nothing else. */
export function fillOnly(template: SlotTemplate, place: Place, value: string): string | undefined {
  let { around } = template;
  if (around === undefined || around.place !== place) {
    const { parts, only } = template;
    const at = parts.indexOf(only);
    const before = fillSlots(parts.slice(0, at), place, NOTHING);
    const after = fillSlots(parts.slice(at + 1), place, NOTHING);
    if (before === undefined || after === undefined) return undefined;
    around = { place, before, after };
    template.around = around;
  }
  return around.after === '' ? around.before + value : around.before + value + around.after;
}
const NOTHING: Values = [];

/** The template with what is known filled in as literals and `*` for the rest, as text of a pattern. */
export function fillPartly(parts: readonly (string | number)[], place: Place, values: Values): string {
  let out = '';
  for (const part of parts) {
    if (typeof part === 'string') out += part;
    else {
      const given = values[part];
      out += given === undefined ? (valueAt(part, place, values) ?? '*') : escapeLiteral(given);
    }
  }
  return out;
}
