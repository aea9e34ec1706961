/**
 * Which of an action's resource types a call is about: types that stand for one another (a listener of an application
 * or of a network load balancer), and types that a parameter switches on or off.
 */
import type { CatalogueAction } from '../catalogue/catalogue.ts';
import alternatives from './data/alternatives.json' with { type: 'json' };
import forms from './data/arn-forms.json' with { type: 'json' };
import requiredTypes from './data/required-types.json' with { type: 'json' };
import selection from './data/type-selection.json' with { type: 'json' };
import { type Condition, compileWhen, pathsOf, type When } from './when.ts';

export interface Groups {
  /** Must be there in every call, alone or through one of its alternatives. */
  isRequired(type: string): boolean;
  /** True when one of the found types stands for this one. */
  isCovered(type: string, found: readonly string[]): boolean;
  /** Types that stand for one another have one key. */
  keyOf(type: string): string;
}

interface SelectionRow {
  readonly action: string;
  readonly type: string;
  readonly when: When;
  readonly source: string;
}
const SELECTION = new Map(
  (selection as readonly SelectionRow[]).map((row) => [`${row.action} ${row.type}`, compileWhen(row.when)]),
);

const SELECTION_PATHS = new Map(
  (selection as readonly SelectionRow[]).map((row) => [`${row.action} ${row.type}`, pathsOf(row.when)]),
);

/** Paths that decide whether the action is evaluated against the type. */
export const selectionPaths = (action: string, type: string): readonly string[] =>
  SELECTION_PATHS.get(`${action} ${type}`) ?? [];

/** Whether AWS evaluates the action against this type for a request; undefined where it always does. */
export const typeApplies = (action: string, type: string): Condition | undefined =>
  SELECTION.get(`${action} ${type}`);

export function groupsOf(action: CatalogueAction): Groups {
  const rows = alternatives.filter((row) => row.service === action.service);
  const required = new Set(action.resourceTypes.filter((type) => type.required).map((type) => type.name));
  for (const row of requiredTypes) if (row.action === action.action) required.add(row.type);
  // AWS marks every type of a tagging action as required; a call tags one.
  const all = action.accessLevel === 'Tagging';
  const byType = new Map(rows.flatMap((row) => row.types.map((type) => [type, row] as const)));
  const groupOf = (type: string) => byType.get(type);
  return {
    keyOf: (type) => (all ? '' : (groupOf(type)?.types.join() ?? type)),
    isRequired: (type) => required.has(type) || groupOf(type)?.required === true,
    isCovered: (type, found) =>
      found.length > 0 && (all || found.some((other) => groupOf(type)?.types.includes(other) === true)),
  };
}

/**
 * How IAM spells an ARN of the type for this action, where that is not the template's way: CloudWatch Logs evaluates a
 * log group as `log-group:NAME:log-stream:`, which `log-group:NAME:*` matches and `log-group:NAME` does not.
 */
export function formOf(action: CatalogueAction, type: string): ((arn: string) => string) | undefined {
  const row = forms.find((one) => one.service === action.service && one.type === type);
  if (row === undefined || row.except.includes(action.action)) return undefined;
  return (arn) => {
    if (arn.endsWith(row.add)) return arn;
    return (arn.endsWith(row.drop) ? arn.slice(0, -row.drop.length) : arn) + row.add;
  };
}
