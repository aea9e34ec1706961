/** The IAM policy document: the parsed form, AWS's own JSON shape, and the way back. */
import type { Pattern } from './pattern.ts';

export interface Policy {
  readonly version?: '2012-10-17' | '2008-10-17';
  readonly id?: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: Selector<string>;
  readonly resource: Selector<Pattern>;
  /** Only in trust and resource policies. */
  readonly principal?: PrincipalSelector;
  /** All must hold. Sorted as written. */
  readonly conditions: readonly Condition[];
  /** A Condition element was written that holds no condition. */
  readonly blankCondition?: NonNullable<JsonStatement['Condition']>;
  /** Position in the document, 0-based. */
  readonly index: number;
}

/** `Action`/`Resource`, or with `not` `NotAction`/`NotResource`: a union of patterns or everything outside it. */
export interface Selector<P extends string = string> {
  readonly not: boolean;
  readonly patterns: readonly P[];
  /** How it was written; left out, one pattern is a string and several are a list. `absent`: a trust policy's resource. */
  readonly form?: 'one' | 'list' | 'absent';
}

export interface PrincipalSelector {
  readonly not: boolean;
  /** `any` is `"*"` itself; otherwise principal type (`AWS`, `Service`, `Federated`, `CanonicalUser`) to values. */
  readonly any: boolean;
  readonly values: readonly (readonly [type: string, values: readonly string[], form?: 'one' | 'list'])[];
}

export interface Condition {
  /** As written: `StringEquals`, `ForAnyValue:StringLike`, `BoolIfExists`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  /** The JSON as written, where it is not simply a string or a list of strings by count. */
  readonly written?: JsonConditionValue;
}

export type JsonScalar = string | number | boolean;
export type JsonConditionValue = JsonScalar | readonly JsonScalar[];

/** A policy document in AWS's own JSON shape. A single statement object is always held as a list of one. */
export interface JsonPolicy {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly JsonStatement[];
}
export interface JsonStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: JsonPrincipal;
  readonly NotPrincipal?: JsonPrincipal;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: JsonConditionValue } };
}
export type JsonPrincipal = '*' | { readonly [type: string]: string | readonly string[] };

const written = new WeakMap<Policy, JsonPolicy>();

/** The document as it was written: element order canonical, every value, list and order of values kept. */
export function policyToJson(policy: Policy): JsonPolicy {
  const known = written.get(policy) ?? toJson(policy);
  written.set(policy, known);
  return known;
}

/**
 * Tells that a policy was just read from a document that `statementToJson` wrote and nobody changes: it need not be
 * written again.
 */
export function writtenAs(policy: Policy, json: JsonPolicy): void {
  written.set(policy, json);
}

function toJson({ version, id, statements }: Policy): JsonPolicy {
  const json = {} as { -readonly [Name in keyof JsonPolicy]: JsonPolicy[Name] };
  if (version !== undefined) json.Version = version;
  if (id !== undefined) json.Id = id;
  json.Statement = statements.map(statementToJson);
  return json;
}

export function statementToJson(statement: Statement): JsonStatement {
  const { sid, effect, principal, action, resource, conditions, blankCondition } = statement;
  const condition = conditions.length === 0 ? blankCondition : conditionsToJson(conditions);
  const json = {} as { -readonly [Name in keyof JsonStatement]: JsonStatement[Name] };
  if (sid !== undefined) json.Sid = sid;
  json.Effect = effect;
  if (principal) json[principal.not ? 'NotPrincipal' : 'Principal'] = principalToJson(principal);
  json[action.not ? 'NotAction' : 'Action'] = listToJson(action.patterns, action.form);
  if (resource.form !== 'absent')
    json[resource.not ? 'NotResource' : 'Resource'] = listToJson(resource.patterns, resource.form);
  if (condition) json.Condition = condition;
  return json;
}

function listToJson(values: readonly string[], form: Selector['form']): string | readonly string[] {
  return values.length === 1 && form !== 'list' ? values[0]! : [...values];
}

function principalToJson(principal: PrincipalSelector): JsonPrincipal {
  if (principal.any) return '*';
  return Object.fromEntries(principal.values.map(([type, values, form]) => [type, listToJson(values, form)]));
}

function conditionsToJson(conditions: readonly Condition[]): NonNullable<JsonStatement['Condition']> {
  const operators = new Map<string, [string, JsonConditionValue][]>();
  for (const { operator, key, values, written } of conditions) {
    const rows = operators.get(operator) ?? [];
    rows.push([key, written ?? listToJson(values, undefined)]);
    operators.set(operator, rows);
  }
  // fromEntries defines own properties, so a key named `__proto__` stays a key.
  return Object.fromEntries([...operators].map(([operator, rows]) => [operator, Object.fromEntries(rows)]));
}
