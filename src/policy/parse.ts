/**
 * Reads a policy document: the whole grammar of identity, trust and resource policies, tolerant where IAM is and
 * pointing at the JSON path where it is not. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { operatorOf } from './conditions.ts';
import type {
  Condition,
  JsonConditionValue,
  JsonScalar,
  Policy,
  PrincipalSelector,
  Selector,
  Statement,
} from './document.ts';
import { duplicateKeys } from './json-text.ts';
import type { Pattern } from './pattern.ts';

export interface Problem {
  /** JSON path, e.g. `$.Statement[2].Condition.StringLike`. */
  readonly path: string;
  readonly message: string;
}
export type ParseResult =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Fields = ReadonlyMap<string, unknown>;
type Report = (path: string, message: string) => void;

const POLICY_ELEMENTS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const PRINCIPAL_TYPES: ReadonlySet<string> = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);
const VERSIONS = ['2012-10-17', '2008-10-17'] as const;

/** Reads a document from text: JSON, or JSON percent-encoded as the IAM API returns it. A repeated key is a problem. */
export function parsePolicyText(text: string): ParseResult {
  let json = text.replace(/^\uFEFF/, '').trim();
  if (/^%7b/i.test(json)) {
    try {
      json = decodeURIComponent(json);
    } catch {
      return failed('$', 'the document looks percent-encoded but cannot be decoded');
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return failed('$', `not JSON: ${(error as Error).message}`);
  }
  const repeated = duplicateKeys(json);
  if (repeated.length > 0)
    return { ok: false, problems: repeated.map((path) => ({ path, message: 'the key is given twice' })) };
  return parsePolicy(value);
}

const parsedOnes = new WeakMap<object, ParseResult>();

/** As `parsePolicy`, once for each document: for values that nobody changes, as those of an account are. */
export function parseOnce(document: unknown): ParseResult {
  if (typeof document !== 'object' || document === null) return parsePolicy(document);
  const known = parsedOnes.get(document) ?? parsePolicy(document);
  parsedOnes.set(document, known);
  return known;
}

/** Reads a document from a JSON value. */
export function parsePolicy(value: unknown): ParseResult {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  const fields = objectFields(value, '$', POLICY_ELEMENTS, report);
  if (!fields) return { ok: false, problems };

  const version = fields.get('Version');
  if (version !== undefined && !VERSIONS.includes(version as never))
    report('$.Version', `must be ${VERSIONS.map((one) => `\`${one}\``).join(' or ')}`);
  const id = fields.get('Id');
  if (id !== undefined && typeof id !== 'string') report('$.Id', 'must be a string');

  const written = fields.get('Statement');
  if (written === undefined) report('$.Statement', 'is missing');
  const list = Array.isArray(written) ? written : written === undefined ? [] : [written];
  const statements: Statement[] = [];
  const sids = new Map<string, string>();
  for (let index = 0; index < list.length; index += 1) {
    const path = Array.isArray(written) ? `$.Statement[${index}]` : '$.Statement';
    const statement = parseStatement(list[index], path, index, report);
    if (!statement) continue;
    statements.push(statement);
    if (!statement.sid) continue;
    const first = sids.get(statement.sid);
    if (first) report(`${path}.Sid`, `\`${statement.sid}\` is already the Sid of ${first}`);
    else sids.set(statement.sid, path);
  }
  if (problems.length > 0) return { ok: false, problems };
  const policy: { -readonly [Name in keyof Policy]: Policy[Name] } = { statements };
  if (version !== undefined) policy.version = version as (typeof VERSIONS)[number];
  if (id !== undefined) policy.id = id as string;
  return { ok: true, policy };
}

function parseStatement(value: unknown, path: string, index: number, report: Report): Statement | undefined {
  const fields = objectFields(value, path, STATEMENT_ELEMENTS, report);
  if (!fields) return undefined;
  const sid = fields.get('Sid');
  if (sid !== undefined && typeof sid !== 'string') report(`${path}.Sid`, 'must be a string');
  const effect = fields.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') report(`${path}.Effect`, 'must be `Allow` or `Deny`');
  const action = parseSelector(fields, 'Action', path, actionProblem, report);
  const principal = parsePrincipal(fields, path, report);
  const hasResource = fields.has('Resource') || fields.has('NotResource');
  // A trust policy names no resource: the role it is attached to is the resource.
  const resource =
    hasResource || !principal
      ? parseSelector(fields, 'Resource', path, resourceProblem, report)
      : ({ not: false, patterns: ['*'], form: 'absent' } as const);
  const condition = fields.get('Condition');
  const conditions = condition === undefined ? [] : parseConditions(condition, `${path}.Condition`, report);
  if (!action || !resource) return undefined;
  // By assignment: what we write is read back, for each principal.
  const statement: { -readonly [Name in keyof Statement]: Statement[Name] } = {
    effect: effect as 'Allow' | 'Deny',
    action,
    resource: resource as Selector<Pattern>,
    conditions,
    index,
  };
  if (sid !== undefined) statement.sid = sid as string;
  if (principal) statement.principal = principal;
  if (condition !== undefined && conditions.length === 0)
    statement.blankCondition = condition as Record<string, never>;
  return statement;
}

function parseSelector(
  fields: Fields,
  name: 'Action' | 'Resource',
  path: string,
  problemOf: (pattern: string) => string | undefined,
  report: Report,
): Selector | undefined {
  const not = fields.has(`Not${name}`);
  if (not && fields.has(name)) {
    report(path, `has both \`${name}\` and \`Not${name}\``);
    return undefined;
  }
  const element = not ? `Not${name}` : name;
  if (!fields.has(element)) {
    report(path, `has neither \`${name}\` nor \`Not${name}\``);
    return undefined;
  }
  const written = fields.get(element);
  const patterns = strings(written, `${path}.${element}`, report);
  if (!patterns) return undefined;
  if (patterns.length === 0) report(`${path}.${element}`, 'must not be empty');
  for (let at = 0; at < patterns.length; at += 1) {
    const message = problemOf(patterns[at]!);
    if (message) report(Array.isArray(written) ? `${path}.${element}[${at}]` : `${path}.${element}`, message);
  }
  return { not, patterns, form: Array.isArray(written) ? 'list' : 'one' };
}

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html: no wildcard in the service.
 * Blanks in the name are taken: AWS's own managed policies had some (ReadOnlyAccess v62). They match no action.
 */
function actionProblem(pattern: string): string | undefined {
  if (pattern === '*' || pattern === '*:*') return undefined;
  if (/^[A-Za-z0-9_-]+:[^:]+$/.test(pattern)) return undefined;
  return `\`${pattern}\` is not an action: \`*\` or \`service:Name\` is expected, without a wildcard in the service`;
}

function resourceProblem(pattern: string): string | undefined {
  if (pattern.startsWith('arn') || pattern.startsWith('*') || pattern.startsWith('${')) return undefined;
  return `\`${pattern}\` is not a resource: \`*\` or an ARN is expected`;
}

function parsePrincipal(fields: Fields, path: string, report: Report): PrincipalSelector | undefined {
  const not = fields.has('NotPrincipal');
  if (not && fields.has('Principal')) report(path, 'has both `Principal` and `NotPrincipal`');
  const element = not ? 'NotPrincipal' : 'Principal';
  if (!fields.has(element)) return undefined;
  const value = fields.get(element);
  if (value === '*') return { not, any: true, values: [] };
  const types = objectFields(value, `${path}.${element}`, PRINCIPAL_TYPES, report);
  const values = [...(types ?? [])].map(([type, written]) => {
    const list = strings(written, `${path}.${element}.${type}`, report) ?? [];
    return [type, list, Array.isArray(written) ? 'list' : 'one'] as const;
  });
  return { not, any: false, values };
}

function parseConditions(value: unknown, path: string, report: Report): Condition[] {
  const operators = objectFields(value, path, undefined, report);
  const conditions: Condition[] = [];
  for (const [operator, block] of operators ?? []) {
    if (!operatorOf(operator)) report(`${path}.${operator}`, 'is not a condition operator');
    for (const [key, written] of objectFields(block, `${path}.${operator}`, undefined, report) ?? []) {
      const values = Array.isArray(written) ? written : [written];
      if (!values.every(isScalar))
        report(`${path}.${operator}.${key}`, 'must be a string, a number, a boolean or a list of them');
      else
        conditions.push({
          operator,
          key,
          values: values.map(String),
          ...(typeof written === 'string' ? {} : { written: written as JsonConditionValue }),
        });
    }
  }
  return conditions;
}

const isScalar = (value: unknown): value is JsonScalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function strings(value: unknown, path: string, report: Report): string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((one) => typeof one === 'string')) return list as string[];
  report(path, 'must be a string or a list of strings');
  return undefined;
}

/** An object's own entries. With `known`, every other element is a problem: IAM refuses them too. */
function objectFields(
  value: unknown,
  path: string,
  known: ReadonlySet<string> | undefined,
  report: Report,
): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(path, 'must be an object');
    return undefined;
  }
  const fields = new Map<string, unknown>();
  for (const name of Object.keys(value)) {
    fields.set(name, (value as Record<string, unknown>)[name]);
    if (known && !known.has(name)) report(`${path}.${name}`, `is not a policy element`);
  }
  return fields;
}

const failed = (path: string, message: string): ParseResult => ({ ok: false, problems: [{ path, message }] });
