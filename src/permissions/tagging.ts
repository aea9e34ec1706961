/** Tags given while something is created: the tagging action on the very resource that the call makes. */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import type { Json } from '../events/event.ts';
import type { Need } from './actions.ts';
import type { Call } from './call.ts';
import tagParameters from './data/tag-parameters.json' with { type: 'json' };
import { compilePath, splitPath } from './path.ts';
import { PathIndex, type Visitor } from './path-index.ts';
import type { RequiredPermission, ResourceRef } from './permission.ts';

const TAGS = tagParameters.map((row) => ({ path: splitPath(row.path) }));
/** EC2 says which of the things it makes get the tags. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html */
const TAGGED_TYPES = compilePath('tagSpecificationSet.items[].resourceType');
const NO_RESOURCE: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'tags are given to what the call makes, and the record does not name it' },
];

/** Paths that show whether a request gives tags. */
export const TAG_PATHS: readonly string[] = [...tagParameters.map((row) => row.path), TAGGED_TYPES.text];

type Tag = (typeof TAGS)[number];

/** Whether a request gives tags; one for each operation, whose requests look alike. */
export class TagSearch implements Visitor<Tag> {
  #index: PathIndex<Tag> | undefined;
  #some = false;

  hasTags(call: Call): boolean {
    if (call.requestParameters === null) return false;
    this.#index ??= new PathIndex(TAGS);
    this.#some = false;
    this.#index.each(call.requestParameters, this);
    return this.#some;
  }

  visit({ path }: Tag, value: Json): void {
    this.#some ||= path.filled(value);
  }
}

/** Of the resources that the call was found to need, those that the tagging action can be about. */
export function taggedResources(
  need: Need,
  found: readonly RequiredPermission[],
  call: Call,
): readonly ResourceRef[] {
  if (need.action.resourceTypes.length === 0) return [{ kind: 'any', found: 'no-resource-level' }];
  const named = TAGGED_TYPES.read(call);
  const types = typesOf(need.action);
  const refs: ResourceRef[] = [];
  for (const { level, resource } of found) {
    if (level !== 'primary' || resource.kind === 'any' || resource.type === undefined) continue;
    if (types.has(resource.type) && (named.length === 0 || named.includes(resource.type)))
      refs.push(resource);
  }
  return refs.length > 0 ? refs : NO_RESOURCE;
}

/** Names of an action's resource types: `ec2:CreateTags` has a hundred. */
const TYPES = new WeakMap<CatalogueAction, ReadonlySet<string>>();

function typesOf(action: CatalogueAction): ReadonlySet<string> {
  const known = TYPES.get(action) ?? new Set(action.resourceTypes.map((type) => type.name));
  TYPES.set(action, known);
  return known;
}
