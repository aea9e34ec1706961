/**
 * The catalogue: every action, resource type and condition key that AWS publishes in the Service Authorization
 * Reference, as one immutable value. Pure: the data are an argument (see load.ts).
 */

/** `service:Action` in the catalogue's own spelling, or as a policy wrote it. Compare case-insensitively. */
export type ActionName = string;

export type AccessLevel = 'List' | 'Read' | 'Write' | 'Permissions management' | 'Tagging';

export interface ActionResourceType {
  readonly name: string;
  /** True when AWS evaluates the action against this resource type in every request (asterisk in the reference). */
  readonly required: boolean;
}

export interface CatalogueAction {
  readonly action: ActionName;
  readonly service: string;
  readonly name: string;
  readonly accessLevel: AccessLevel;
  /** Empty: the action supports no resource-level permission and only `Resource: "*"` matches it. */
  readonly resourceTypes: readonly ActionResourceType[];
  readonly conditionKeys: readonly string[];
  readonly dependentActions: readonly ActionName[];
}

export interface CatalogueResourceType {
  readonly service: string;
  readonly name: string;
  /** e.g. `arn:${Partition}:s3:::${BucketName}/${ObjectName}` */
  readonly arnTemplates: readonly string[];
  readonly conditionKeys: readonly string[];
}

/** The compact form written by compile.ts. Arrays, because objects with repeated keys parse three times slower. */
export interface CatalogueData {
  readonly version: string;
  readonly levels: readonly AccessLevel[];
  readonly services: readonly (ServiceData | PackedService)[];
}
/** A service that is parsed when it is first asked about: `text` is `[actions, resource types]` as JSON. */
export interface PackedService {
  readonly prefix: string;
  readonly title: string;
  readonly text: string;
}
/** [prefix, display name, actions, resource types] */
export type ServiceData = readonly [string, string, readonly ActionData[], readonly ResourceData[]];
/** [name, index into levels, resource types (a trailing `*` marks a required one), condition keys, dependent actions] */
export type ActionData = readonly [string, number, readonly string[], readonly string[], readonly string[]];
/** [name, ARN templates, condition keys] */
export type ResourceData = readonly [string, readonly string[], readonly string[]];

export interface Catalogue {
  readonly version: string;
  /** Service prefixes, sorted. */
  readonly services: readonly string[];
  serviceName(prefix: string): string | undefined;
  /** Looks an action up without regard to case; undefined where AWS does not publish it. */
  action(action: string): CatalogueAction | undefined;
  /** Actions of one service, sorted by name; empty for an unknown prefix. */
  actionsOf(prefix: string): readonly CatalogueAction[];
  resourceType(prefix: string, name: string): CatalogueResourceType | undefined;
  resourceTypesOf(prefix: string): readonly CatalogueResourceType[];
  /**
   * Expands an action pattern of a policy (`s3:Get*`, `*`, `ec2:?escribe*`) to the published actions it matches,
   * sorted. An action AWS does not publish expands to nothing: the caller keeps the pattern and names it.
   */
  expand(pattern: string): readonly CatalogueAction[];
}

type Parts = readonly [actions: readonly ActionData[], resources: readonly ResourceData[]];
/** A prefix may be any text of a log or a policy: nothing is kept of one that AWS does not have. */
const NO_ACTIONS: ReadonlyMap<string, CatalogueAction> = new Map();
const NO_RESOURCES: ReadonlyMap<string, CatalogueResourceType> = new Map();
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Builds the look-ups lazily, service by service: a run touches a dozen of 450. */
export function createCatalogue(data: CatalogueData): Catalogue {
  const rows = new Map(data.services.map((one) => ['text' in one ? one.prefix : one[0], one]));
  const actions = new Map<string, ReadonlyMap<string, CatalogueAction>>();
  const resources = new Map<string, ReadonlyMap<string, CatalogueResourceType>>();
  const lists = new Map<string, readonly CatalogueAction[]>();
  const services = [...rows.keys()].sort(byCodeUnit);
  const parsed = new Map<string, Parts>();
  const partsOf = (prefix: string): Parts => {
    const known = parsed.get(prefix);
    if (known) return known;
    const row = rows.get(prefix)!;
    const made = 'text' in row ? (JSON.parse(row.text) as Parts) : ([row[2], row[3]] as const);
    parsed.set(prefix, made);
    return made;
  };

  const actionMap = (prefix: string): ReadonlyMap<string, CatalogueAction> => {
    const known = actions.get(prefix) ?? (rows.has(prefix) ? undefined : NO_ACTIONS);
    if (known) return known;
    const built = new Map<string, CatalogueAction>();
    for (const [name, level, types, conditionKeys, dependentActions] of partsOf(prefix)[0]) {
      built.set(name.toLowerCase(), {
        action: `${prefix}:${name}`,
        service: prefix,
        name,
        accessLevel: data.levels[level]!,
        resourceTypes: types.map((type) =>
          type.endsWith('*') ? { name: type.slice(0, -1), required: true } : { name: type, required: false },
        ),
        conditionKeys,
        dependentActions,
      });
    }
    actions.set(prefix, built);
    return built;
  };
  const resourceMap = (prefix: string): ReadonlyMap<string, CatalogueResourceType> => {
    const known = resources.get(prefix) ?? (rows.has(prefix) ? undefined : NO_RESOURCES);
    if (known) return known;
    const built = new Map<string, CatalogueResourceType>();
    for (const [name, arnTemplates, conditionKeys] of partsOf(prefix)[1])
      built.set(name, { service: prefix, name, arnTemplates, conditionKeys });
    resources.set(prefix, built);
    return built;
  };
  const actionsOf = (prefix: string): readonly CatalogueAction[] => {
    const known = lists.get(prefix) ?? (rows.has(prefix) ? undefined : []);
    if (known) return known;
    const built = [...actionMap(prefix).values()].sort((a, b) => byCodeUnit(a.name, b.name));
    lists.set(prefix, built);
    return built;
  };

  return {
    version: data.version,
    services,
    serviceName: (prefix) => {
      const row = rows.get(prefix);
      return row && ('text' in row ? row.title : row[1]);
    },
    action: (action) => {
      const colon = action.indexOf(':');
      if (colon < 0) return undefined;
      return actionMap(action.slice(0, colon).toLowerCase()).get(action.slice(colon + 1).toLowerCase());
    },
    actionsOf,
    resourceType: (prefix, name) => resourceMap(prefix).get(name),
    resourceTypesOf: (prefix) => [...resourceMap(prefix).values()],
    expand: (pattern) => {
      if (pattern === '*') return services.flatMap(actionsOf);
      const colon = pattern.indexOf(':');
      if (colon < 0) return [];
      const prefix = pattern.slice(0, colon).toLowerCase();
      const name = pattern.slice(colon + 1);
      if (!/[*?]/.test(name)) {
        const one = actionMap(prefix).get(name.toLowerCase());
        return one ? [one] : [];
      }
      const expression = wildcardExpression(name);
      return actionsOf(prefix).filter((action) => expression.test(action.name));
    },
  };
}

/** Action names hold letters, digits and dashes only, so a wildcard expression over them cannot backtrack badly. */
function wildcardExpression(name: string): RegExp {
  const source = name
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'i');
}
