/**
 * Finds the resources of one action in one record: resources[] first, then the request's parameters, then the
 * response. Built once for each (action, event name); a record is walked once for all paths.
 */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Json, TrailEvent } from '../events/event.ts';
import type { ResourceOverride } from './actions.ts';
import type { ServiceTypes } from './arn-types.ts';
import { inexactly, partial } from './inexact.ts';
import { type Lookup, lookupsFor, overrideLookup } from './lookups.ts';
import { compilePath } from './path.ts';
import { PathIndex } from './path-index.ts';
import type { ResourceRef } from './permission.ts';
import { placeOf } from './place.ts';
import { formOf, type Groups, groupsOf, typeApplies } from './selection.ts';
import { type Place, parseTemplate, type Template } from './template.ts';
import { type Hit, partOf, resolveType, type TypePlan } from './type-resolution.ts';

export type Finder = (event: TrailEvent) => readonly ResourceRef[];

type Entry = Lookup & { readonly plan: number; readonly onlyArn: boolean };
type Found = (readonly ResourceRef[] | undefined)[];

const ANY_NONE: readonly ResourceRef[] = [{ kind: 'any', found: 'no-resource-level' }];
const NAMES_NONE: readonly ResourceRef[] = [{ kind: 'any', found: 'names-none' }];
const UNNAMED: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'the request names none of the resources that the action can have' },
];

/** Compiles the finder of an action for an operation. */
export function compileFinder(
  action: CatalogueAction,
  operation: string,
  types: ServiceTypes,
  override?: ResourceOverride,
): Finder {
  if (action.resourceTypes.length === 0) return () => ANY_NONE;
  if (override && 'templates' in override) return compileTemplates(override.templates);
  const lookups = action.resourceTypes.map((type) =>
    override
      ? [overrideLookup(override)]
      : lookupsFor(action.service, type.name, operation, types.templates(type.name)),
  );
  const plans = action.resourceTypes.map(
    (type, index): TypePlan => ({
      name: type.name,
      templates: types.templates(type.name),
      form: formOf(action, type.name),
      // Where AWS adds a part that no record shows, a bare ARN cannot be told from a part of one.
      open: lookups[index]!.some((one) => one.suffix !== undefined),
    }),
  );
  const entries = lookups.flatMap((some, plan) =>
    some.map((one): Entry => ({ ...one, plan, onlyArn: one.match === undefined && one.sets === undefined })),
  );
  const of = (from: string) => entries.filter((one) => one.path.from === from);
  const request = new PathIndex(of('request'));
  const response = new PathIndex(of('response'));
  const caller = of('principal');
  const uncertain = entries.some((one) => one.pathUnknown);
  const indexes = new Map(plans.map((plan, index) => [plan.name, index]));
  const applies = plans.map((plan) => typeApplies(action.action, plan.name));
  const groups = groupsOf(action);
  const conclude = compileConclusion(action, plans, groups);

  return (event) => {
    const found: Found = new Array(plans.length);
    let done = 0;
    if (!override)
      for (const { arn } of event.resources) {
        const index = arn === undefined ? undefined : indexes.get(types.typeOf(arn) ?? '');
        if (index === undefined || applies[index]?.(event) === false) continue;
        if (found[index] === undefined) done += 1;
        const { name, form } = plans[index]!;
        found[index] = [...(found[index] ?? []), literal(form ? form(arn!) : arn!, name)];
      }
    if (done === plans.length)
      return found.length === 1 ? found[0]! : (found.flat() as readonly ResourceRef[]);

    const hits: Hit[][] = [];
    const visit = (entry: Entry, value: Json): void => {
      if (found[entry.plan] !== undefined || (entry.condition && !entry.condition(event))) return;
      // Most members of most requests are plain texts, and most lookups take nothing but an ARN.
      if (entry.onlyArn && typeof value === 'string' && !value.startsWith('arn')) return;
      const values = entry.path.rest(value);
      if (values.length === 0) return;
      const known = hits[entry.plan];
      if (known) known.push({ lookup: entry, values });
      else hits[entry.plan] = [{ lookup: entry, values }];
    };
    const settle = (last: boolean): void => {
      for (let index = 0; index < plans.length; index += 1) {
        const seen = hits[index];
        if (seen === undefined || found[index] !== undefined || applies[index]?.(event) === false) continue;
        // A name without its path waits until the response had its say.
        const sure = last || !uncertain ? seen : seen.filter((one) => !one.lookup.pathUnknown);
        if (sure.length > 0) found[index] = resolveType(plans[index]!, sure, event, types);
      }
    };
    if (event.requestParameters !== null) {
      request.each(event.requestParameters, visit);
      settle(false);
    }
    // The response last: a scan that groups records treats those alike whose response is never looked at.
    if (!response.isEmpty && isWanting(plans, groups, found) && event.responseElements !== null) {
      response.each(event.responseElements, visit);
      settle(false);
    }
    if (uncertain) settle(true);
    for (const entry of caller)
      if (
        found[entry.plan] === undefined &&
        event.principal.kind === 'user' &&
        hits[entry.plan] === undefined
      )
        found[entry.plan] = [literal(event.principal.arn, plans[entry.plan]!.name, 'request')];
    if (hits.length > 0 && isWanting(plans, groups, found))
      for (let index = 0; index < plans.length; index += 1)
        if (found[index] === undefined && hits[index] !== undefined && applies[index]?.(event) !== false)
          found[index] = partOf(plans[index]!, hits[index]!, event);
    return conclude(found, event, applies);
  };
}

const literal = (arn: string, type: string, found: 'resources' | 'request' = 'resources'): ResourceRef => ({
  kind: 'arn',
  arn,
  type,
  found,
});

/** A response is read only while a resource that must be there is missing, or none was found at all. */
function isWanting(plans: readonly TypePlan[], groups: Groups, found: Found): boolean {
  const names: string[] = [];
  for (let index = 0; index < plans.length; index += 1) if (found[index]) names.push(plans[index]!.name);
  if (names.length === 0) return true;
  if (names.length === plans.length) return false;
  return plans.some(
    (plan, index) => !found[index] && groups.isRequired(plan.name) && !groups.isCovered(plan.name, names),
  );
}

/** Resources whose ARN is built from parameters by name alone, as API Gateway's paths are. */
function compileTemplates(texts: readonly string[]): Finder {
  const templates = texts.map(parseTemplate);
  const paths = [...new Set(templates.flatMap((one) => one.variables))].map(
    (name) => [name, compilePath(name)] as const,
  );
  return (event) => {
    const place = placeOf(event);
    const values = new Map<string, string>();
    for (const [name, path] of paths) {
      const value = path.read(event)[0];
      // An ARN inside a path is URL-encoded: the reference calls it UrlEncodedResourceARN.
      if (value !== undefined) values.set(name, value.startsWith('arn:') ? encodeURIComponent(value) : value);
    }
    for (const template of templates) {
      const arn = template.fill(place, values);
      if (arn !== undefined) return [{ kind: 'arn', arn, found: paths.length > 0 ? 'request' : 'fixed' }];
    }
    const patterns = [...new Set(templates.map((one) => partial(one, place, values)))].sort();
    return [{ kind: 'unresolved', reason: 'the record does not hold every part of the path', patterns }];
  };
}

/** The only ARN of a type that has one in each account (`catalog`, `access-grants/default`). */
function fixedArn(plan: TypePlan, place: Place): string | undefined {
  const template = plan.templates.find((one) => one.fillable && one.variables.length === 0);
  return template?.fill(place, new Map());
}

type Conclusion = (
  found: Found,
  event: TrailEvent,
  applies: readonly (((event: TrailEvent) => boolean) | undefined)[],
) => readonly ResourceRef[];

/** Adds what must be there and was not found; says `any` where a request rightly names nothing. */
function compileConclusion(action: CatalogueAction, plans: readonly TypePlan[], groups: Groups): Conclusion {
  const reads = action.accessLevel === 'List' || action.accessLevel === 'Read';
  const required = plans.filter((plan) => groups.isRequired(plan.name));
  const unresolved = new Map<string, WeakMap<Place, ResourceRef>>();
  const missingRef = (alike: readonly TypePlan[], place: Place): ResourceRef => {
    const type = alike.map((plan) => plan.name).join(' or ');
    const kept = unresolved.get(type) ?? new WeakMap<Place, ResourceRef>();
    unresolved.set(type, kept);
    const known = kept.get(place);
    if (known) return known;
    const templates: readonly Template[] = alike.flatMap((plan) => plan.templates);
    const made = inexactly(type, templates, place);
    kept.set(place, made);
    return made;
  };
  return (found, event, applies) => {
    const out: ResourceRef[] = [];
    const names: string[] = [];
    plans.forEach((plan, index) => {
      const refs = found[index];
      if (refs === undefined || refs.length === 0) return;
      names.push(plan.name);
      out.push(...refs);
    });
    if (names.length < plans.length && required.length > 0) {
      const missing = new Map<string, TypePlan[]>();
      plans.forEach((plan, index) => {
        if (!groups.isRequired(plan.name) || names.includes(plan.name) || groups.isCovered(plan.name, names))
          return;
        if (applies[index]?.(event) === false) return;
        const key = groups.keyOf(plan.name);
        missing.set(key, [...(missing.get(key) ?? []), plan]);
      });
      for (const alike of missing.values()) {
        const place = placeOf(event);
        const arn = alike.length === 1 ? fixedArn(alike[0]!, place) : undefined;
        if (arn === undefined) out.push(missingRef(alike, place));
        else out.push({ kind: 'arn', arn, type: alike[0]!.name, found: 'fixed' });
      }
    }
    if (out.length > 0) return out;
    return reads || plans.every((_, index) => applies[index]?.(event) === false) ? NAMES_NONE : UNNAMED;
  };
}
