/** Turns single grants (action, resources, conditions) into few statements that a reviewer can read. */
import type { Catalogue, CatalogueAction } from '../catalogue/catalogue.ts';
import type { Condition, Selector, Statement } from '../policy/document.ts';
import { asPattern, intersects, type Pattern } from '../policy/pattern.ts';
import { placeArn, templateWeight } from './arn-place.ts';

export interface Grant {
  /** Pattern as the statement will show it. */
  readonly action: string;
  readonly resource: Selector<Pattern>;
  readonly conditions: readonly Condition[];
  /** Kept although no use of it was seen. */
  readonly unseen?: boolean;
}

interface Group {
  readonly actions: readonly string[];
  readonly resource: Selector<Pattern>;
  readonly conditions: readonly Condition[];
  readonly kind: Kind;
  readonly service: string;
  /** No use of any of its actions was seen. */
  unseen: boolean;
}

/** A group while grants come to it. */
interface Growing extends Group {
  readonly actions: string[];
  /** The actions in lower case. */
  readonly names: Set<string>;
}

/** Whether only `Resource: "*"` can match the action; unknown for wildcards and unpublished actions. */
type Kind = 'no-resource' | 'resource';

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const serviceOf = (action: string): string => action.slice(0, Math.max(0, action.indexOf(':'))).toLowerCase();

/**
 * Statements for the grants, in their order. Actions share a statement where they have the same resources and
 * conditions; also where each lacks only resources of kinds that could never be its own (`s3:ListBucket` beside
 * `s3:GetObject` on a bucket and its objects). Actions without resource-level permission stand alone.
 * A statement that allowed whole services is regrouped by service, sorted, each with a Sid that says what it is.
 * What is kept although no use was seen stands behind the rest and says so in its Sid.
 */
export function groupGrants(
  grants: readonly Grant[],
  old: Pick<Statement, 'sid' | 'action' | 'resource' | 'index'> | undefined,
  catalogue: Catalogue,
): readonly Statement[] {
  const fresh = !old || isBroad(old);
  const groups: Growing[] = [];
  const byKey = new Map<string, Growing>();
  // Grants as the old statement had them come with one selector.
  const reaches = new Map<Selector<Pattern>, string>();
  for (const { action, resource, conditions, unseen = false } of grants) {
    const kind = kindOf(action, catalogue);
    const service = fresh ? serviceOf(action) : '';
    let reach = reaches.get(resource);
    if (reach === undefined) {
      reach = reachOf(resource);
      reaches.set(resource, reach);
    }
    const when = conditions.length === 0 ? '' : JSON.stringify(conditions);
    const key = `${service} ${kind} ${when} ${reach}`;
    let group = byKey.get(key);
    if (!group) {
      group = { actions: [], resource, conditions, kind, service, unseen, names: new Set() };
      byKey.set(key, group);
      groups.push(group);
    }
    group.unseen &&= unseen;
    const name = action.toLowerCase();
    if (group.names.has(name)) continue;
    group.names.add(name);
    group.actions.push(action);
  }
  const merged = mergeEffective(groups, catalogue);
  const ordered = fresh
    ? merged.map(sortLists).sort(compareGroups)
    : [...merged].sort((a, b) => Number(a.unseen) - Number(b.unseen));
  const sids = new Set<string>();
  return ordered.map((group, i) => {
    const sid = sidOf(group, i, old?.sid, fresh, catalogue);
    const statement: { -readonly [Name in keyof Statement]: Statement[Name] } = {
      effect: 'Allow',
      action: { not: false, patterns: group.actions },
      resource: group.resource,
      conditions: group.conditions,
      index: old?.index ?? i,
    };
    if (sid !== undefined) statement.sid = uniqueSid(sid, sids);
    return statement;
  });
}

/** Equal for equal resources. A single one stands as it is, behind what no list begins with. */
const reachOf = ({ not, patterns }: Selector<Pattern>): string =>
  not || patterns.length !== 1 ? JSON.stringify([not, patterns]) : `=${patterns[0]}`;

/** `Sid`, `Sid2`, `Sid3`, …: unique within a policy without regard to what came later. */
export function uniqueSid(sid: string, taken: Set<string>): string {
  let unique = sid;
  for (let n = 2; taken.has(unique); n += 1) unique = `${sid}${n}`;
  taken.add(unique);
  return unique;
}

/** Whole services on whatever resource: nothing in its form is worth keeping. */
function isBroad({ action, resource }: Pick<Statement, 'action' | 'resource'>): boolean {
  return (
    (action.not || action.patterns.some((pattern) => pattern === '*' || pattern.endsWith(':*'))) &&
    (resource.not || resource.patterns.includes(asPattern('*')))
  );
}

const sortLists = ({ actions, resource, conditions, kind, service, unseen }: Group): Group => ({
  actions: inOrder(actions),
  resource: resource.patterns.length === 1 ? resource : { ...resource, patterns: inOrder(resource.patterns) },
  conditions,
  kind,
  service,
  unseen,
});
const inOrder = <T extends string>(list: readonly T[]): readonly T[] =>
  list.length === 1 ? list : [...list].sort(byCodeUnit);
const compareGroups = (a: Group, b: Group): number =>
  byCodeUnit(a.service, b.service) ||
  Number(a.unseen) - Number(b.unseen) ||
  byCodeUnit(a.resource.patterns.join('\n'), b.resource.patterns.join('\n')) ||
  byCodeUnit(a.actions.join('\n'), b.actions.join('\n')) ||
  byCodeUnit(JSON.stringify(a.conditions), JSON.stringify(b.conditions));

function kindOf(action: string, catalogue: Catalogue): Kind {
  return catalogue.action(action)?.resourceTypes.length === 0 ? 'no-resource' : 'resource';
}

/** First fit in order: stable, and one pass over groups is enough because a merged group only grows stricter to join. */
function mergeEffective(groups: readonly Group[], catalogue: Catalogue): readonly Group[] {
  if (groups.length < 2) return groups;
  const applies = createApplies(catalogue);
  const result: Group[] = [];
  for (const group of groups) {
    const home = result.findIndex((other) => canShare(other, group, applies));
    if (home < 0) result.push(group);
    else {
      const other = result[home]!;
      result[home] = {
        ...other,
        unseen: other.unseen && group.unseen,
        actions: [...other.actions, ...group.actions],
        resource: {
          not: false,
          patterns: [...new Set([...other.resource.patterns, ...group.resource.patterns])],
        },
      };
    }
  }
  return result;
}

type Applies = (action: string, pattern: Pattern) => boolean;

function canShare(a: Group, b: Group, applies: Applies): boolean {
  if (a.service !== b.service || a.resource.not || b.resource.not) return false;
  if (a.kind === 'no-resource' || b.kind === 'no-resource') return false;
  if (a.conditions.length !== b.conditions.length) return false;
  if (a.conditions.length > 0 && JSON.stringify(a.conditions) !== JSON.stringify(b.conditions)) return false;
  return (
    addsNothing(a.actions, a.resource.patterns, b.resource.patterns, applies) &&
    addsNothing(b.actions, b.resource.patterns, a.resource.patterns, applies)
  );
}

function addsNothing(
  actions: readonly string[],
  own: readonly Pattern[],
  other: readonly Pattern[],
  applies: Applies,
): boolean {
  return other.every(
    (pattern) => own.includes(pattern) || actions.every((action) => !applies(action, pattern)),
  );
}

/** Whether a resource pattern can hold a resource of a kind that AWS evaluates the action on. True when in doubt. */
function createApplies(catalogue: Catalogue): Applies {
  const known = new Map<string, boolean>();
  return (action, pattern) => {
    const key = `${action}\n${pattern}`;
    const answer = known.get(key) ?? canApply(catalogue.action(action), pattern, catalogue);
    known.set(key, answer);
    return answer;
  };
}

function canApply(action: CatalogueAction | undefined, pattern: Pattern, catalogue: Catalogue): boolean {
  const place = placeArn(pattern, catalogue);
  if (!action || action.resourceTypes.length === 0 || !place?.type || /[*?$]/.test(place.head)) return true;
  const types = action.resourceTypes.map((type) => `${action.service}:${type.name}`);
  if (types.includes(place.type)) return true;
  if (!/[*?$]/.test(place.name)) return false;
  const weight = Math.max(...templatesOf(place.type, catalogue).map(templateWeight), 0);
  return types
    .flatMap((type) => templatesOf(type, catalogue))
    .some(
      (template) =>
        templateWeight(template) >= weight &&
        intersects(asPattern(template.replace(/\$\{[^}]*\}/g, '*')), pattern),
    );
}

function templatesOf(type: string, catalogue: Catalogue): readonly string[] {
  const [service, name] = type.split(':');
  return catalogue.resourceType(service!, name!)?.arnTemplates ?? [];
}

const UNSEEN = 'KeptUnseen';
/** True for a Sid of ours that says that no use was seen. */
export const saysUnseen = (sid: string): boolean => /KeptUnseen(?:Part)?\d*$/.test(sid);

/** The old Sid first; further statements add what they are. A regrouped statement without one is named by service and kind. */
function sidOf(
  group: Group,
  index: number,
  oldSid: string | undefined,
  fresh: boolean,
  catalogue: Catalogue,
): string | undefined {
  // A use seen since the last run: the Sid that we gave then is no longer true.
  const outdated = oldSid !== undefined && saysUnseen(oldSid) && !group.unseen;
  if (oldSid !== undefined && (index === 0 || oldSid === '') && !outdated) return oldSid;
  if (oldSid === undefined && !fresh && !group.unseen) return undefined;
  const services = new Set(group.actions.map(serviceOf));
  const service = services.size === 1 ? pascal([...services][0]!) : '';
  const base = (oldSid ?? '').replace(/KeptUnseen(?:Part)?\d*$/, '');
  if (group.unseen) return `${base || service}${UNSEEN}`;
  return `${base}${service}${kindName(group, catalogue)}` || 'Statement';
}

/** The kinds of resource that a statement names; nothing where they are many or not known. */
function kindName({ resource }: Group, catalogue: Catalogue): string {
  if (resource.not) return '';
  if (resource.patterns.includes(asPattern('*'))) return 'Any';
  const kinds = new Set(
    resource.patterns.map((pattern) => placeArn(pattern, catalogue)?.type?.split(':')[1] ?? ''),
  );
  return kinds.size > 2 ? '' : [...kinds].map(pascal).sort(byCodeUnit).join('');
}

const pascal = (words: string): string =>
  words
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
