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
  return {
    templates: (type) => byType.get(type) ?? [],
    typeOf: (arn) => all.find(({ template }) => template.matches(arn))?.type,
  };
}
