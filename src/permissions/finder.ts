/**
 * Finds the resources of one action in one record: resources[] first, then the request's parameters, then the
 * response. Built once for each (action, event name); a record is walked once for all paths.
 */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Json, TrailEvent } from '../events/event.ts';
import type { ResourceOverride } from './actions.ts';
import type { ServiceTypes } from './arn-types.ts';
import { type Applies, compileConclusion, type Found } from './conclusion.ts';
import { partial } from './inexact.ts';
import { lookupsFor, overrideLookup } from './lookups.ts';
import { compilePath } from './path.ts';
import { PathIndex, type Visitor } from './path-index.ts';
import type { ResourceRef } from './permission.ts';
import { placeOf } from './place.ts';
import { formOf, typeApplies } from './selection.ts';
import { compileSlots, type SlotLookup } from './slots.ts';
import { parseTemplate } from './template.ts';
import { type Hit, insertHit, partOf, resolveType, type TypePlan } from './type-resolution.ts';

export type Finder = (event: TrailEvent) => readonly ResourceRef[];

const ANY_NONE: readonly ResourceRef[] = [{ kind: 'any', found: 'no-resource-level' }];

/** Compiles the finder of an action for an operation. */
export function compileFinder(
  action: CatalogueAction,
  operation: string,
  types: ServiceTypes,
  override?: ResourceOverride,
): Finder {
  if (action.resourceTypes.length === 0) return () => ANY_NONE;
  if (override && 'templates' in override) return compileTemplates(override.templates);
  const entries: SlotLookup[] = [];
  const plans = action.resourceTypes.map((type, plan): TypePlan => {
    const templates = types.templates(type.name);
    const lookups = override
      ? [overrideLookup(override)]
      : lookupsFor(action.service, type.name, operation, templates);
    const slots = compileSlots(templates, lookups, plan);
    entries.push(...slots.lookups);
    return {
      name: type.name,
      templates: slots.templates,
      size: slots.size,
      form: formOf(action, type.name),
      // Where AWS adds a part that no record shows, a bare ARN cannot be told from a part of one.
      open: lookups.some((one) => one.suffix !== undefined),
    };
  });
  const of = (from: string) => entries.filter((one) => one.path.from === from);
  const request = new PathIndex(of('request'));
  const response = new PathIndex(of('response'));
  const caller = of('principal');
  const uncertain = entries.some((one) => one.lookup.pathUnknown);
  const indexes = new Map(plans.map((plan, index) => [plan.name, index]));
  const applies = plans.map((plan) => typeApplies(action.action, plan.name));
  const applicable = (index: number, event: TrailEvent) => applies[index]?.(event) !== false;
  const { isWanting, conclude } = compileConclusion(action, plans, applies);

  const compiled: Compiled = { plans, applies, uncertain, types };

  return (event) => {
    const search = new Search(compiled, event);
    const { found, hits } = search;
    let done = 0;
    if (!override)
      for (const { arn } of event.resources) {
        const index = arn === undefined ? undefined : indexes.get(types.typeOf(arn) ?? '');
        if (index === undefined || !applicable(index, event)) continue;
        const { name, form } = plans[index]!;
        const ref = literal(form ? form(arn!) : arn!, name);
        const others = found[index];
        if (others === undefined) done += 1;
        found[index] = others === undefined ? [ref] : [...others, ref];
      }
    if (done === plans.length) return conclude(found, event);

    if (event.requestParameters !== null) {
      request.each(event.requestParameters, search);
      if (search.hasHits) search.settle(false);
    }
    // The response last: a scan that groups records treats those alike whose response is never looked at.
    if (!response.isEmpty && isWanting(found) && event.responseElements !== null) {
      response.each(event.responseElements, search);
      if (search.hasHits) search.settle(false);
    }
    if (uncertain && search.hasHits) search.settle(true);
    for (const { plan } of caller)
      if (found[plan] === undefined && event.principal.kind === 'user' && hits[plan] === undefined)
        found[plan] = [literal(event.principal.arn, plans[plan]!.name, 'request')];
    if (search.hasHits && isWanting(found))
      for (let index = 0; index < plans.length; index += 1)
        if (found[index] === undefined && hits[index] !== undefined && applicable(index, event))
          found[index] = partOf(plans[index]!, hits[index]!, event);
    return conclude(found, event);
  };
}

/** What a search needs of its finder. */
interface Compiled {
  readonly plans: readonly TypePlan[];
  readonly applies: Applies;
  readonly uncertain: boolean;
  readonly types: ServiceTypes;
}

/** What the lookups found in one record: by type, best lookup first. */
class Search implements Visitor<SlotLookup> {
  readonly found: Found;
  readonly hits: (Hit | undefined)[];
  hasHits = false;
  readonly compiled: Compiled;
  readonly event: TrailEvent;

  constructor(compiled: Compiled, event: TrailEvent) {
    const { length } = compiled.plans;
    this.compiled = compiled;
    this.event = event;
    this.found = new Array(length);
    this.hits = new Array(length);
  }

  visit(entry: SlotLookup, value: Json): void {
    const { plan, lookup } = entry;
    if (this.found[plan] !== undefined || (lookup.condition && !lookup.condition(this.event))) return;
    // Most members of most requests are plain texts, and most lookups take nothing but an ARN.
    if (entry.onlyArn && typeof value === 'string' && !value.startsWith('arn')) return;
    const values = lookup.path.rest(value);
    if (values.length === 0) return;
    this.hasHits = true;
    this.hits[plan] = insertHit(this.hits[plan], { entry, values, next: undefined });
  }

  settle(last: boolean): void {
    const { plans, applies, uncertain, types } = this.compiled;
    for (let index = 0; index < plans.length; index += 1) {
      const seen = this.hits[index];
      if (seen === undefined || this.found[index] !== undefined) continue;
      if (applies[index]?.(this.event) === false) continue;
      // A name without its path waits until the response had its say.
      this.found[index] = resolveType(plans[index]!, seen, last || !uncertain, this.event, types);
    }
  }
}

const literal = (arn: string, type: string, found: 'resources' | 'request' = 'resources'): ResourceRef => ({
  kind: 'arn',
  arn,
  type,
  found,
});

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
