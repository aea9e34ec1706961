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
  const all = [...byType].flatMap(([type, templates]) => templates.map((template) => ({ type, template })));
  all.sort((a, b) => b.template.specificity - a.template.specificity);
  // A service has up to a hundred types: the first word of the resource leaves two or three to compare.
  const heads = new Set(all.map((one) => one.template.head));
  const byHead = new Map(
    [...heads].map((head) => [
      head,
      all.filter(({ template }) => template.head === head || template.head === ''),
    ]),
  );
  const headless = all.filter(({ template }) => template.head === '');
  const search = (arn: string): string | undefined => {
    for (const { type, template } of byHead.get(headOf(arn)) ?? headless)
      if (template.matches(arn)) return type;
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

/** First word of the sixth field of an ARN. */
function headOf(arn: string): string {
  let start = 0;
  for (let field = 0; field < 5; field += 1) {
    start = arn.indexOf(':', start) + 1;
    if (start === 0) return '';
  }
  for (let index = start; index < arn.length; index += 1) {
    const code = arn.charCodeAt(index);
    if (code === 0x2f || code === 0x3a) return arn.slice(start, index);
  }
  return arn.slice(start);
}
