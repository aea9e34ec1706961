/** What must be there and was not found; whether it is worth looking further; and the answer as a whole. */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Call } from './call.ts';
import { inexactly } from './inexact.ts';
import type { ResourceRef } from './permission.ts';
import { groupsOf } from './selection.ts';
import type { Place } from './template.ts';
import type { TypePlan } from './type-resolution.ts';
import type { Condition } from './when.ts';

/** Of each resource type of the action, by index, what was found. */
export type Found = (readonly ResourceRef[] | undefined)[];
/** Of each type whether the call is about it; undefined where it always is. */
export type Applies = readonly (Condition | undefined)[];

export interface Conclusion {
  /** True while a resource that must be there is missing, or none was found at all. */
  isWanting(found: Found): boolean;
  /** Adds what must be there and was not found; says `any` where a request rightly names nothing. */
  conclude(found: Found, call: Call): readonly ResourceRef[];
}

const NAMES_NONE: readonly ResourceRef[] = [{ kind: 'any', found: 'names-none' }];
const UNNAMED: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'the request names none of the resources that the action can have' },
];

export function compileConclusion(
  action: CatalogueAction,
  plans: readonly TypePlan[],
  applies: Applies,
): Conclusion {
  const reads = action.accessLevel === 'List' || action.accessLevel === 'Read';
  const groups = groupsOf(action);
  const names = plans.map((plan) => plan.name);
  const required = plans.flatMap(({ name }, index): Required[] =>
    groups.isRequired(name)
      ? [
          {
            index,
            key: groups.keyOf(name),
            standIns: indexesWhere(names, (other) => groups.isCovered(name, [other])),
          },
        ]
      : [],
  );
  const missingRef = rememberMissing();

  const absent = (found: Found, call: Call): readonly ResourceRef[] => {
    const missing = new Map<string, TypePlan[]>();
    for (const one of required) {
      if (!misses(found, one) || applies[one.index]?.(call) === false) continue;
      missing.set(one.key, [...(missing.get(one.key) ?? []), plans[one.index]!]);
    }
    const { place } = call;
    return [...missing.values()].map((alike): ResourceRef => {
      const arn = alike.length === 1 ? fixedArn(alike[0]!, place) : undefined;
      return arn === undefined
        ? missingRef(alike, place)
        : { kind: 'arn', arn, type: alike[0]!.name, found: 'fixed' };
    });
  };
  const always = applies.every((one) => one === undefined);
  /** What is missing where nothing was found depends on the place alone, if the parameters choose no types. */
  let nothing: { readonly place: Place; readonly missing: readonly ResourceRef[] } | undefined;
  const allMissing = (found: Found, call: Call): readonly ResourceRef[] => {
    if (nothing === undefined || nothing.place !== call.place)
      nothing = { place: call.place, missing: absent(found, call) };
    return nothing.missing;
  };

  return {
    isWanting: (found) => {
      let count = 0;
      for (let index = 0; index < plans.length; index += 1) if (found[index] !== undefined) count += 1;
      if (count === 0) return true;
      return count < plans.length && missesSome(found, required);
    },
    conclude: (found, call) => {
      let out: readonly ResourceRef[] | undefined;
      for (let index = 0; index < plans.length; index += 1) {
        const refs = found[index];
        if (refs !== undefined) out = out === undefined ? refs : [...out, ...refs];
      }
      if (missesSome(found, required)) {
        const more = out === undefined && always ? allMissing(found, call) : absent(found, call);
        if (more.length > 0) out = out === undefined ? more : [...out, ...more];
      }
      if (out !== undefined) return out;
      return reads || noneApplies(applies, call) ? NAMES_NONE : UNNAMED;
    },
  };
}

/** A type that must be there, by index, with those that stand for it. */
interface Required {
  readonly index: number;
  readonly key: string;
  readonly standIns: readonly number[];
}

function misses(found: Found, { index, standIns }: Required): boolean {
  if (found[index] !== undefined) return false;
  for (const one of standIns) if (found[one] !== undefined) return false;
  return true;
}

function missesSome(found: Found, required: readonly Required[]): boolean {
  for (const one of required) if (misses(found, one)) return true;
  return false;
}

function noneApplies(applies: Applies, call: Call): boolean {
  for (const one of applies) if (one?.(call) !== false) return false;
  return true;
}

const indexesWhere = (names: readonly string[], holds: (name: string) => boolean): readonly number[] =>
  names.flatMap((name, index) => (holds(name) ? [index] : []));

/** The only ARN of a type that has one in each account (`catalog`, `access-grants/default`). */
function fixedArn(plan: TypePlan, place: Place): string | undefined {
  const one = plan.templates.find(({ template }) => template.fillable && template.variables.length === 0);
  return one?.template.fill(place, new Map());
}

/** Depends on the types and the place alone: built once for each. */
function rememberMissing(): (alike: readonly TypePlan[], place: Place) => ResourceRef {
  const byType = new Map<string, WeakMap<Place, ResourceRef>>();
  return (alike, place) => {
    const type = alike.map((plan) => plan.name).join(' or ');
    const kept = byType.get(type) ?? new WeakMap<Place, ResourceRef>();
    byType.set(type, kept);
    const known = kept.get(place);
    if (known) return known;
    const templates = alike.flatMap((plan) => plan.templates.map((one) => one.template));
    const made = inexactly(type, templates, place);
    kept.set(place, made);
    return made;
  };
}
