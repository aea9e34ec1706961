/**
 * Finds the resources of one action in one record: resources[] first, then the request's parameters, then the
 * response. Built once for each (action, event name); a record is walked once for all paths.
 */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Json } from '../events/event.ts';
import type { ResourceOverride } from './actions.ts';
import type { ServiceTypes } from './arn-types.ts';
import type { Call } from './call.ts';
import { isMatch } from './captures.ts';
import { type Applies, type Conclusion, compileConclusion } from './conclusion.ts';
import { partial } from './inexact.ts';
import { lookupsFor, overrideLookup } from './lookups.ts';
import { compilePath } from './path.ts';
import { PathIndex, type Visitor } from './path-index.ts';
import type { ResourceRef } from './permission.ts';
import { formOf, typeApplies } from './selection.ts';
import { compileSlots, type SlotLookup } from './slots.ts';
import { parseTemplate } from './template.ts';
import { type Hit, insertHit, partOf, resolveType, type TypePlan } from './type-resolution.ts';

export interface Finder {
  find(call: Call): readonly ResourceRef[];
}

/** The resources of an action without resource-level permission. */
export const ANY_RESOURCE: readonly ResourceRef[] = [{ kind: 'any', found: 'no-resource-level' }];

/** Compiles the finder of an action for an operation. */
export function compileFinder(
  action: CatalogueAction,
  operation: string,
  types: ServiceTypes,
  override?: ResourceOverride,
): Finder {
  if (action.resourceTypes.length === 0) return { find: () => ANY_RESOURCE };
  return override && 'templates' in override
    ? compileTemplates(override.templates)
    : new RecordFinder(action, operation, types, override);
}

/** Owns what the lookups found in one record, by type, best lookup first: for one call at a time. */
class RecordFinder implements Finder, Visitor<SlotLookup> {
  readonly #plans: readonly TypePlan[];
  readonly #applies: Applies;
  readonly #types: ServiceTypes;
  readonly #conclusion: Conclusion;
  readonly #request: PathIndex<SlotLookup>;
  readonly #response: PathIndex<SlotLookup>;
  /** Lookups that take the caller itself for the resource. */
  readonly #caller: readonly SlotLookup[];
  /** Index of a type by its name; undefined where there is one. */
  readonly #indexes: ReadonlyMap<string, number> | undefined;
  /** Some names come without their path. */
  readonly #uncertain: boolean;
  /** A row names the one place where the resource stands. */
  readonly #overridden: boolean;
  readonly #found: (readonly ResourceRef[] | undefined)[];
  readonly #hits: (Hit | undefined)[];
  #hasHits = false;
  #call: Call | undefined;

  constructor(
    action: CatalogueAction,
    operation: string,
    types: ServiceTypes,
    override: Exclude<ResourceOverride, { templates: unknown }> | undefined,
  ) {
    const lookups: SlotLookup[] = [];
    const plans = action.resourceTypes.map((type, plan): TypePlan => {
      const templates = types.templates(type.name);
      const own = override
        ? [overrideLookup(override)]
        : lookupsFor(action.service, type.name, operation, templates);
      const slots = compileSlots(templates, own, plan);
      lookups.push(...slots.lookups);
      return {
        name: type.name,
        templates: slots.templates,
        size: slots.size,
        form: formOf(action, type.name),
        // Where AWS adds a part that no record shows, a bare ARN cannot be told from a part of one.
        open: own.some((one) => one.suffix !== undefined),
        heeds:
          own.some((one) => one.path.from === 'principal') ||
          templates.some((one) => one.variables.length === 0),
      };
    });
    const of = (from: string) => lookups.filter((one) => one.path.from === from);
    this.#plans = plans;
    this.#applies = plans.map((plan) => typeApplies(action.action, plan.name));
    this.#types = types;
    this.#conclusion = compileConclusion(action, plans, this.#applies);
    this.#request = new PathIndex(of('request'));
    this.#response = new PathIndex(of('response'));
    this.#caller = of('principal');
    this.#indexes = plans.length === 1 ? undefined : new Map(plans.map((plan, index) => [plan.name, index]));
    this.#uncertain = lookups.some((one) => one.lookup.pathUnknown);
    this.#overridden = override !== undefined;
    this.#found = plans.map(() => undefined);
    this.#hits = plans.map(() => undefined);
  }

  find(call: Call): readonly ResourceRef[] {
    this.#call = call;
    if (this.#overridden || this.#takeNamed(call) < this.#plans.length) this.#lookUp(call);
    const refs = this.#conclusion.conclude(this.#found, call);
    this.#letGo();
    return refs;
  }

  visit(entry: SlotLookup, value: Json): void {
    const { plan, lookup, path } = entry;
    if (this.#found[plan] !== undefined || (lookup.condition && !lookup.condition(this.#call!))) return;
    // Most members of most requests are plain texts, and most lookups take nothing but an ARN.
    if (entry.onlyArn && typeof value === 'string' && !value.startsWith('arn')) return;
    let text = path.only(value);
    let several: readonly string[] | undefined;
    if (text === undefined) {
      const values = path.rest(value);
      if (values.length === 0) return;
      if (values.length > 1) several = values;
      text = values[0]!;
    }
    let fits = false;
    if (lookup.match !== undefined && several === undefined && lookup.suffix === undefined) {
      fits = isMatch(lookup.match, text);
      // What the pattern does not fit says nothing, unless it is an ARN of the right kind after all.
      if (!fits && !this.#plans[plan]!.heeds && !text.startsWith('arn:')) return;
    }
    this.#hasHits = true;
    this.#hits[plan] = insertHit(this.#hits[plan], { entry, text, several, fits, next: undefined });
  }

  /** Takes the resources that the record names itself. @returns how many types have one. */
  #takeNamed(call: Call): number {
    let done = 0;
    for (const { arn } of call.resources) {
      const index = arn === undefined ? -1 : this.#indexOf(arn);
      if (index < 0 || this.#applies[index]?.(call) === false) continue;
      const { name, form } = this.#plans[index]!;
      const ref = literal(form ? form(arn!) : arn!, name, 'resources');
      const others = this.#found[index];
      if (others === undefined) done += 1;
      this.#found[index] = others === undefined ? [ref] : [...others, ref];
    }
    return done;
  }

  /** Index of the type that an ARN is of; -1 where the action has no such type. */
  #indexOf(arn: string): number {
    const type = this.#types.typeOf(arn);
    if (this.#indexes === undefined) return type === this.#plans[0]!.name ? 0 : -1;
    return type === undefined ? -1 : (this.#indexes.get(type) ?? -1);
  }

  #lookUp(call: Call): void {
    if (call.requestParameters !== null) {
      this.#request.each(call.requestParameters, this);
      if (this.#hasHits) this.#settle(call, false);
    }
    // The response last: a scan that groups records treats those alike whose response is never looked at.
    if (
      !this.#response.isEmpty &&
      this.#conclusion.isWanting(this.#found) &&
      call.responseElements !== null
    ) {
      this.#response.each(call.responseElements, this);
      if (this.#hasHits) this.#settle(call, false);
    }
    if (this.#uncertain && this.#hasHits) this.#settle(call, true);
    for (const { plan } of this.#caller)
      if (this.#found[plan] === undefined && call.principal.kind === 'user' && this.#hits[plan] === undefined)
        this.#found[plan] = [literal(call.principal.arn, this.#plans[plan]!.name, 'request')];
    if (this.#hasHits && this.#conclusion.isWanting(this.#found)) this.#takeParts(call);
  }

  #settle(call: Call, last: boolean): void {
    // A name without its path waits until the response had its say.
    const named = last || !this.#uncertain;
    for (let index = 0; index < this.#hits.length; index += 1) {
      const seen = this.#hits[index];
      if (seen === undefined || this.#found[index] !== undefined) continue;
      if (this.#applies[index]?.(call) === false) continue;
      this.#found[index] = resolveType(this.#plans[index]!, seen, named, call, this.#types);
    }
  }

  #takeParts(call: Call): void {
    for (let index = 0; index < this.#hits.length; index += 1) {
      const seen = this.#hits[index];
      if (seen === undefined || this.#found[index] !== undefined) continue;
      if (this.#applies[index]?.(call) !== false)
        this.#found[index] = partOf(this.#plans[index]!, seen, call);
    }
  }

  /** Of what the call held. */
  #letGo(): void {
    for (let index = 0; index < this.#found.length; index += 1) this.#found[index] = undefined;
    if (!this.#hasHits) return;
    for (let index = 0; index < this.#hits.length; index += 1) this.#hits[index] = undefined;
    this.#hasHits = false;
  }
}

const literal = (arn: string, type: string, found: 'resources' | 'request'): ResourceRef => ({
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
  const find = (call: Call): readonly ResourceRef[] => {
    const { place } = call;
    const values = new Map<string, string>();
    for (const [name, path] of paths) {
      const value = path.read(call)[0];
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
  return { find };
}
