/** Which resource type of a service an ARN is of: the template that matches with the most literal text. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { parseTemplate, type Template } from './template.ts';

export interface ServiceTypes {
  templates(type: string): readonly Template[];
  /** Name of the type of an ARN; undefined where no template of the service matches. */
  typeOf(arn: string): string | undefined;
}

/** Compiles the templates of one service; kept by the caller. */
export function compileTypes(catalogue: Catalogue, prefix: string): ServiceTypes {
  const byType = new Map(
    catalogue.resourceTypesOf(prefix).map((type) => [type.name, type.arnTemplates.map(parseTemplate)]),
  );
  const all: Candidate[] = [...byType].flatMap(([type, templates]) =>
    templates.map((template) => ({ type, template })),
  );
  all.sort((a, b) => b.template.specificity - a.template.specificity);
  // A service has up to a hundred types: the first word of the resource leaves two or three to compare.
  const headless = all.filter(({ template }) => template.head === '');
  const buckets: Head[][] = [];
  for (const word of new Set(all.map((one) => one.template.head))) {
    if (word === '') continue;
    const candidates = all.filter(({ template }) => template.head === word || template.head === '');
    const key = keyOf(word, 0, word.length);
    buckets[key] = [...(buckets[key] ?? []), { word, candidates }];
  }
  for (let key = 0; key < BUCKETS; key += 1) buckets[key] ??= NO_HEADS;
  const candidatesFor = (arn: string): readonly Candidate[] => {
    const start = resourceOf(arn);
    if (start < 0) return headless;
    const end = endOfWord(arn, start);
    if (end === start) return headless;
    for (const { word, candidates } of buckets[keyOf(arn, start, end)]!)
      if (word.length === end - start && arn.startsWith(word, start)) return candidates;
    return headless;
  };
  const search = (arn: string): string | undefined => {
    for (const { type, template } of candidatesFor(arn)) if (template.matches(arn)) return type;
    return undefined;
  };
  let lastArn = '';
  let lastType: string | undefined;
  return {
    templates: (type) => byType.get(type) ?? [],
    typeOf: (arn) => {
      // One call asks about one ARN once for each of its action's types.
      if (arn !== lastArn) {
        lastType = search(arn);
        lastArn = arn;
      }
      return lastType;
    },
  };
}

interface Candidate {
  readonly type: string;
  readonly template: Template;
}
/** Types whose resource starts with a word, and those whose resource starts with a variable. */
interface Head {
  readonly word: string;
  readonly candidates: readonly Candidate[];
}

const NO_HEADS: Head[] = [];

/** A power of two. Words are not cut out of the ARN to look them up: that would cost more than the comparison. */
const BUCKETS = 64;

const keyOf = (text: string, start: number, end: number): number =>
  (text.charCodeAt(start) * 7 + text.charCodeAt(end - 1) * 3 + (end - start)) & (BUCKETS - 1);

/** Where the sixth field of an ARN starts; -1 where it has none. */
function resourceOf(arn: string): number {
  let start = 0;
  for (let field = 0; field < 5; field += 1) {
    start = arn.indexOf(':', start) + 1;
    if (start === 0) return -1;
  }
  return start;
}

function endOfWord(arn: string, start: number): number {
  for (let index = start; index < arn.length; index += 1) {
    const code = arn.charCodeAt(index);
    if (code === 0x2f || code === 0x3a) return index;
  }
  return arn.length;
}
