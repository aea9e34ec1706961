/**
 * Where in an ARN the resource's own name stands: `head` + `name` + `tail`, by the ARN templates of the Service
 * Authorization Reference. Linear in the ARN's length whatever a log wrote there: no regular expression is built.
 */
import type { Catalogue, CatalogueResourceType } from '../catalogue/catalogue.ts';

export interface ArnPlace {
  /** Resource type as `service:type`; undefined where no template fits. */
  readonly type?: string;
  readonly head: string;
  readonly name: string;
  readonly tail: string;
  /** True where the head holds a name itself (the bucket of an object, the group of a log stream). */
  readonly contained: boolean;
}

interface Fit extends ArnPlace {
  readonly literals: number;
}

const VARIABLE = /\$\{[^}]*\}/;

/** Undefined where the text is not an ARN with a service and a resource part: nothing is generalised then. */
export function placeArn(arn: string, catalogue: Catalogue): ArnPlace | undefined {
  const parts = arn.split(':');
  const service = parts[2];
  if (parts[0] !== 'arn' || parts.length < 6 || !service || !/^[a-z0-9-]+$/.test(service)) return undefined;
  const header = parts.slice(0, 5);
  const resource = parts.slice(5).join(':');
  if (resource === '') return undefined;
  let best: Fit | undefined;
  for (const type of catalogue.resourceTypesOf(service)) {
    for (const template of type.arnTemplates) {
      const fit = fitTemplate(template, type, header, resource);
      if (fit && (!best || fit.literals > best.literals)) best = fit;
    }
  }
  if (best) {
    const { literals: _, ...place } = best;
    return place;
  }
  const cut = Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1;
  return {
    head: `${header.join(':')}:${resource.slice(0, cut)}`,
    name: resource.slice(cut),
    tail: '',
    contained: false,
  };
}

function fitTemplate(
  template: string,
  type: CatalogueResourceType,
  header: readonly string[],
  resource: string,
): Fit | undefined {
  const parts = template.split(':');
  const fixed = parts.slice(0, 5);
  if (parts.length < 6 || fixed.some((part, i) => !part.includes('${') && part !== header[i]))
    return undefined;
  const literals = parts.slice(5).join(':').split(VARIABLE);
  const spans = cutResource(literals, resource);
  if (!spans) return undefined;
  const start = `${header.join(':')}:`;
  const head = start + resource.slice(0, spans.from);
  return {
    type: `${type.service}:${type.name}`,
    head,
    name: resource.slice(spans.from, spans.to),
    tail: resource.slice(spans.to),
    contained: literals.length > 2,
    literals: templateWeight(template),
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
