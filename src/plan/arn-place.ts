/**
 * Where in an ARN the resource's own name stands: `head` + `name` + `tail`, by the ARN templates of the Service
 * Authorization Reference. Linear in the ARN's length whatever a log wrote there: no regular expression is built.
 */
import type { Catalogue, CatalogueResourceType } from '../catalogue/catalogue.ts';
import { createMemo, type Memo } from '../policy/memo.ts';

export interface ArnPlace {
  /** Resource type as `service:type`; undefined where no template fits. */
  readonly type?: string;
  readonly head: string;
  readonly name: string;
  readonly tail: string;
  /** True where the head holds a name itself (the bucket of an object, the group of a log stream). */
  readonly contained: boolean;
}

const VARIABLE = /\$\{[^}]*\}/;

const placed = new WeakMap<Catalogue, Memo<ArnPlace | null>>();
/** In characters: the same things are used for many actions and by many principals. */
const REMEMBERED = 2_000_000;

/** Undefined where the text is not an ARN with a service and a resource part: nothing is generalised then. */
export function placeArn(arn: string, catalogue: Catalogue): ArnPlace | undefined {
  let known = placed.get(catalogue);
  if (!known) {
    known = createMemo(REMEMBERED, (_, text) => text.length);
    placed.set(catalogue, known);
  }
  return known(arn, () => findPlace(arn, catalogue) ?? null) ?? undefined;
}

function findPlace(arn: string, catalogue: Catalogue): ArnPlace | undefined {
  const parts = arn.split(':');
  const service = parts[2];
  if (parts[0] !== 'arn' || parts.length < 6 || !service || !/^[a-z0-9-]+$/.test(service)) return undefined;
  const header = parts.slice(0, 5);
  const resource = parts.slice(5).join(':');
  if (resource === '') return undefined;
  for (const template of templatesOf(service, catalogue)) {
    const fit = fitTemplate(template, header, resource);
    if (fit) return fit;
  }
  const cut = Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1;
  return {
    head: `${header.join(':')}:${resource.slice(0, cut)}`,
    name: resource.slice(cut),
    tail: '',
    contained: false,
  };
}

/** A template, taken apart. */
interface Template {
  readonly type: string;
  /** The five parts before the resource; undefined where a variable stands. */
  readonly fixed: readonly (string | undefined)[];
  /** The fixed text of the resource part, around its variables. */
  readonly literals: readonly string[];
  readonly weight: number;
}

const known = new WeakMap<Catalogue, Map<string, readonly Template[]>>();

/** The heaviest first; of equal ones the first of the reference. */
function templatesOf(service: string, catalogue: Catalogue): readonly Template[] {
  const services = known.get(catalogue) ?? new Map<string, readonly Template[]>();
  known.set(catalogue, services);
  const found = services.get(service);
  if (found) return found;
  const made = catalogue
    .resourceTypesOf(service)
    .flatMap((type) => type.arnTemplates.flatMap((template) => takenApart(template, type)))
    .sort((a, b) => b.weight - a.weight);
  // A log may name services that AWS does not have: nothing is kept of them.
  if (made.length > 0) services.set(service, made);
  return made;
}

function takenApart(template: string, type: CatalogueResourceType): readonly Template[] {
  const parts = template.split(':');
  if (parts.length < 6) return [];
  return [
    {
      type: `${type.service}:${type.name}`,
      fixed: parts.slice(0, 5).map((part) => (part.includes('${') ? undefined : part)),
      literals: parts.slice(5).join(':').split(VARIABLE),
      weight: templateWeight(template),
    },
  ];
}

function fitTemplate(
  { type, fixed, literals }: Template,
  header: readonly string[],
  resource: string,
): ArnPlace | undefined {
  for (let at = 0; at < fixed.length; at += 1)
    if (fixed[at] !== undefined && fixed[at] !== header[at]) return undefined;
  const spans = cutResource(literals, resource);
  if (!spans) return undefined;
  return {
    type,
    head: `${header.join(':')}:${resource.slice(0, spans.from)}`,
    name: resource.slice(spans.from, spans.to),
    tail: resource.slice(spans.to),
    contained: literals.length > 2,
  };
}

/** How much of a template is fixed text: of two that fit, the heavier is the more specific one. */
export function templateWeight(template: string): number {
  const parts = template.split(':');
  const resource = parts.slice(5).join(':').replaceAll(new RegExp(VARIABLE, 'g'), '').length;
  return resource * 8 + parts.slice(0, 5).filter((part) => !part.includes('${')).length;
}

/** The span of the last variable; each earlier variable ends at the first place where the next literal begins. */
function cutResource(
  literals: readonly string[],
  resource: string,
): { readonly from: number; readonly to: number } | undefined {
  const first = literals[0]!;
  const last = literals.at(-1)!;
  if (literals.length === 1)
    return first === resource ? { from: resource.length, to: resource.length } : undefined;
  if (!resource.startsWith(first) || !resource.endsWith(last)) return undefined;
  let at = first.length;
  for (const literal of literals.slice(1, -1)) {
    const next = literal === '' ? at + 1 : resource.indexOf(literal, at + 1);
    if (next < 0) return undefined;
    at = next + literal.length;
  }
  const to = resource.length - last.length;
  return to > at ? { from: at, to } : undefined;
}
