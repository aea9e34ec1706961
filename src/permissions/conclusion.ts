/** What must be there and was not found; whether it is worth looking further; and the answer as a whole. */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { TrailEvent } from '../events/event.ts';
import { inexactly } from './inexact.ts';
import type { ResourceRef } from './permission.ts';
import { placeOf } from './place.ts';
import { groupsOf } from './selection.ts';
import type { Place } from './template.ts';
import type { TypePlan } from './type-resolution.ts';

/** Of each resource type of the action, by index, what was found. */
export type Found = (readonly ResourceRef[] | undefined)[];
/** Of each type whether the call is about it; undefined where it always is. */
export type Applies = readonly (((event: TrailEvent) => boolean) | undefined)[];

export interface Conclusion {
  /** True while a resource that must be there is missing, or none was found at all. */
  isWanting(found: Found): boolean;
  /** Adds what must be there and was not found; says `any` where a request rightly names nothing. */
  conclude(found: Found, event: TrailEvent): readonly ResourceRef[];
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
  /** Indexes of the types that must be there, each with those that stand for it. */
  const required = plans.flatMap(({ name }, index) =>
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
  const misses = (found: Found, { index, standIns }: (typeof required)[number]): boolean =>
    found[index] === undefined && !standIns.some((one) => found[one] !== undefined);
  const missingRef = rememberMissing();

  const absent = (found: Found, event: TrailEvent): readonly ResourceRef[] => {
    const missing = new Map<string, TypePlan[]>();
    for (const one of required) {
      if (!misses(found, one) || applies[one.index]?.(event) === false) continue;
      missing.set(one.key, [...(missing.get(one.key) ?? []), plans[one.index]!]);
    }
    const place = placeOf(event);
    return [...missing.values()].map((alike): ResourceRef => {
      const arn = alike.length === 1 ? fixedArn(alike[0]!, place) : undefined;
      return arn === undefined
        ? missingRef(alike, place)
        : { kind: 'arn', arn, type: alike[0]!.name, found: 'fixed' };
    });
  };

  return {
    isWanting: (found) => {
      let count = 0;
      for (let index = 0; index < plans.length; index += 1) if (found[index] !== undefined) count += 1;
      if (count === 0) return true;
      return count < plans.length && required.some((one) => misses(found, one));
    },
    conclude: (found, event) => {
      let out: readonly ResourceRef[] | undefined;
      for (let index = 0; index < plans.length; index += 1) {
        const refs = found[index];
        if (refs !== undefined) out = out === undefined ? refs : [...out, ...refs];
      }
      if (required.length > 0 && required.some((one) => misses(found, one))) {
        const more = absent(found, event);
        if (more.length > 0) out = out === undefined ? more : [...out, ...more];
      }
      if (out !== undefined) return out;
      return reads || plans.every((_, index) => applies[index]?.(event) === false) ? NAMES_NONE : UNNAMED;
    },
  };
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
