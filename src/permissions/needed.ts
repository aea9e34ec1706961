/**
 * Which parameters of an event its permissions are worked out from, so that readers that pay for each field (a query
 * engine, a scanner that extracts instead of parsing) fetch these and no others.
 */
import type { Catalogue } from '../catalogue/catalogue.ts';
import { needsOf } from './actions.ts';
import { compileTypes } from './arn-types.ts';
import { lookupsFor } from './lookups.ts';
import { serviceOf, withoutVersion } from './names.ts';
import { compilePassRoles } from './passrole.ts';
import { splitPath } from './path.ts';
import { selectionPaths } from './selection.ts';
import { TAG_PATHS } from './tagging.ts';
import { parseTemplate } from './template.ts';
import { pathsOf } from './when.ts';

/**
 * Paths in the language of path.ts, sorted: `bucketName`, `instancesSet.items[].instanceId`, `response:role.arn`,
 * `response:*.arn` (the member `arn` of any object in the response). Names match without regard to case, and a request
 * may be wrapped once more (`CreateFlowLogsRequest`). Empty for an event that needs no parameter.
 */
export function neededParameters(
  catalogue: Catalogue,
  eventSource: string,
  eventName: string,
): readonly string[] {
  const service = serviceOf(eventSource);
  if (service === undefined) return [];
  const operation = withoutVersion(eventName);
  const paths = new Set<string>();
  for (const need of needsOf(catalogue, service, operation) ?? []) {
    for (const path of pathsOf(need.when)) paths.add(path);
    for (const type of need.action.resourceTypes)
      for (const path of selectionPaths(need.action.action, type.name)) paths.add(path);
    if (need.level === 'possible') {
      if (need.action.accessLevel === 'Tagging') for (const path of TAG_PATHS) paths.add(path);
      continue;
    }
    if (need.resource && 'templates' in need.resource)
      for (const text of need.resource.templates)
        for (const variable of parseTemplate(text).variables) paths.add(variable);
    else if (need.resource) paths.add(need.resource.path);
    else {
      const types = compileTypes(catalogue, need.action.service);
      for (const type of need.action.resourceTypes)
        for (const lookup of lookupsFor(
          need.action.service,
          type.name,
          operation,
          types.templates(type.name),
        ))
          for (const path of lookup.reads) paths.add(path);
    }
  }
  for (const path of compilePassRoles(service, operation)?.reads ?? []) paths.add(path);
  return [...paths].sort();
}

/** Which members of a record the mapping of an event may look at; what it never looks at may differ unseen. */
export interface MembersRead {
  readonly requestParameters: boolean;
  readonly responseElements: boolean;
  readonly additionalEventData: boolean;
  readonly resources: boolean;
}

const READS_NONE: MembersRead = {
  requestParameters: false,
  responseElements: false,
  additionalEventData: false,
  resources: false,
};

/**
 * Static and on the safe side: false means that no record of the event is mapped by that member. Records that are not
 * calls (`eventType`) and the place, principal and outcome of a call are no part of the answer.
 */
export function membersRead(catalogue: Catalogue, eventSource: string, eventName: string): MembersRead {
  const service = serviceOf(eventSource);
  if (service === undefined) return READS_NONE;
  const operation = withoutVersion(eventName);
  const needs = needsOf(catalogue, service, operation);
  if (needs === undefined) return READS_NONE;
  const paths = neededParameters(catalogue, eventSource, eventName);
  const from = (source: string) => paths.some((path) => path.startsWith(`${source}:`));
  const finds = needs.some((need) => need.level !== 'possible' && need.action.resourceTypes.length > 0);
  return {
    // Whether there are parameters at all tells what is possible from what was not asked for.
    requestParameters: finds || needs.some((need) => need.level === 'possible') || paths.length > 0,
    responseElements: from('response'),
    additionalEventData: from('additional'),
    // Besides their ARNs, resources name the account that ARNs built from parameters are of.
    resources: finds || paths.length > 0,
  };
}

/**
 * Members of a request, by their names in lower case, of which a mapping may read anything below. A mapping that takes
 * an ARN from the response looks for it in all of the request.
 */
export interface RequestMembers {
  readonly names: readonly string[];
  /** Members of any object in the request, too. */
  readonly nested: boolean;
}

/**
 * As `membersRead`, for the members of a request. Not listed, because they are told by their names: those that hold the
 * request once more (`isWrapper` in path.ts). Undefined where all count.
 */
export function requestMembersRead(
  catalogue: Catalogue,
  eventSource: string,
  eventName: string,
): RequestMembers | undefined {
  const names = new Set<string>();
  let nested = false;
  for (const text of neededParameters(catalogue, eventSource, eventName)) {
    const path = splitPath(text);
    if (path.from !== 'request') continue;
    if (path.first === '') return undefined;
    names.add(path.first);
    nested ||= path.nested;
  }
  return { names: [...names], nested };
}
