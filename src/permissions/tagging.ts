/** Tags given while something is created: the tagging action on the very resource that the call makes. */
import type { TrailEvent } from '../events/event.ts';
import type { Need } from './actions.ts';
import tagParameters from './data/tag-parameters.json' with { type: 'json' };
import { compilePath, splitPath } from './path.ts';
import { PathIndex } from './path-index.ts';
import type { RequiredPermission, ResourceRef } from './permission.ts';

const TAGS = new PathIndex(tagParameters.map((row) => ({ path: splitPath(row.path) })));
/** EC2 says which of the things it makes get the tags. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html */
const TAGGED_TYPES = compilePath('tagSpecificationSet.items[].resourceType');
const NO_RESOURCE: readonly ResourceRef[] = [
  { kind: 'unresolved', reason: 'tags are given to what the call makes, and the record does not name it' },
];

/** Paths that show whether a request gives tags. */
export const TAG_PATHS: readonly string[] = [...tagParameters.map((row) => row.path), TAGGED_TYPES.text];

export function hasTags(event: TrailEvent): boolean {
  let some = false;
  if (event.requestParameters !== null)
    TAGS.each(event.requestParameters, ({ path }, value) => {
      some ||= path.filled(value);
    });
  return some;
}

/** Of the resources that the call was found to need, those that the tagging action can be about. */
export function taggedResources(
  need: Need,
  found: readonly RequiredPermission[],
  event: TrailEvent,
): readonly ResourceRef[] {
  if (need.action.resourceTypes.length === 0) return [{ kind: 'any', found: 'no-resource-level' }];
  const named = TAGGED_TYPES.read(event);
  const types = new Set(
    need.action.resourceTypes
      .map((type) => type.name)
      .filter((type) => named.length === 0 || named.includes(type)),
  );
  const refs = found
    .filter((one) => one.level === 'primary')
    .map((one) => one.resource)
    .filter((ref) => ref.kind !== 'any' && ref.type !== undefined && types.has(ref.type));
  return refs.length > 0 ? refs : NO_RESOURCE;
}
