/** Decides one request: Deny beats the boundary beats the identity policies. */
import {
  allOf,
  anyOf,
  type CompiledCondition,
  compileCondition,
  not,
  type Truth,
  testCondition,
} from './conditions.ts';
import type { Policy, Statement } from './document.ts';
import { type Glob, isVariable, matchGlob, STAR, substitute, variableOf } from './glob.ts';
import { compileResource, isPlainName, resolveVariable } from './pattern.ts';
import { selectsLower } from './selects.ts';

export interface Request {
  /** `service:Action`; case does not count. */
  readonly action: string;
  /** A literal ARN, or `*` for an action that has no resource-level permission. */
  readonly resource: string;
  /** Condition keys in lower case. A key that is not here is absent, or unknown with `unknownKeys`. */
  readonly context: ReadonlyMap<string, readonly string[]>;
  /** `all-others`: keys that `context` does not hold may have had any value or none. Default `none`. */
  readonly unknownKeys?: 'none' | 'all-others';
}

export interface PolicySets {
  readonly identity: readonly Policy[];
  /** Undefined: no boundary. */
  readonly boundary?: readonly Policy[];
}

export interface Decision {
  readonly decision: 'allowed' | 'explicit-deny' | 'implicit-deny' | 'unknown';
  /** Statements that match for certain, identity policies first, in order; indexes into the given lists. */
  readonly matched: readonly MatchedStatement[];
  /** Keys on which an `unknown` decision hangs; sorted. */
  readonly unknownKeys: readonly string[];
}
export interface MatchedStatement {
  readonly set: 'identity' | 'boundary';
  readonly policy: number;
  readonly statement: number;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html */
export function evaluate(sets: PolicySets, request: Request): Decision {
  const matched: MatchedStatement[] = [];
  const unknown = new Set<string>();
  const action = request.action.toLowerCase();
  const collect = (
    set: 'identity' | 'boundary',
    policies: readonly Policy[],
  ): { allow: Truth; deny: Truth } => {
    let allow: Truth = 'false';
    let deny: Truth = 'false';
    for (let policy = 0; policy < policies.length; policy += 1) {
      const statements = compiledPolicy(policies[policy]!);
      for (let statement = 0; statement < statements.length; statement += 1) {
        const compiled = statements[statement]!;
        const applies = statementApplies(compiled, request, action, unknown);
        if (applies === 'false') continue;
        if (applies === 'true') matched.push({ set, policy, statement });
        if (compiled.effect === 'Allow') allow = either(allow, applies);
        else deny = either(deny, applies);
      }
    }
    return { allow, deny };
  };
  const identity = collect('identity', sets.identity);
  const boundary = sets.boundary ? collect('boundary', sets.boundary) : undefined;
  const denied = anyOf([identity.deny, boundary?.deny ?? 'false']);
  const granted = allOf([identity.allow, boundary?.allow ?? 'true']);
  const { decision, unknownKeys } = outcome(granted, denied, unknown);
  return { decision, matched, unknownKeys };
}

const either = (a: Truth, b: Truth): Truth => (a === 'true' ? a : b === 'false' ? a : b);

function outcome(granted: Truth, denied: Truth, unknown: ReadonlySet<string>): Omit<Decision, 'matched'> {
  const allowed = allOf([granted, not(denied)]);
  if (allowed === 'unknown') return { decision: 'unknown', unknownKeys: [...unknown].sort() };
  const decision = allowed === 'true' ? 'allowed' : denied === 'true' ? 'explicit-deny' : 'implicit-deny';
  return { decision, unknownKeys: [] };
}

interface CompiledStatement {
  readonly effect: Statement['effect'];
  readonly action: Statement['action'];
  readonly notResource: boolean;
  /** Resources without wildcards and variables: a tightened statement lists very many. */
  readonly names: ReadonlySet<string>;
  /** Those with wildcards, without variables. */
  readonly plain: readonly Glob[];
  readonly variable: readonly { readonly glob: Glob; readonly keys: readonly string[] }[];
  readonly conditions: readonly (CompiledCondition & { readonly keys: readonly string[] })[];
}

const policies = new WeakMap<Policy, readonly CompiledStatement[]>();
const statements = {
  current: new WeakMap<Statement, CompiledStatement>(),
  old: new WeakMap<Statement, CompiledStatement>(),
};

function compiledPolicy(policy: Policy): readonly CompiledStatement[] {
  const known = policies.get(policy);
  if (known) return known;
  const variables = policy.version === '2012-10-17';
  const cache = variables ? statements.current : statements.old;
  const built = policy.statements.map((statement) => {
    const compiled = cache.get(statement) ?? compiledStatement(statement, variables);
    cache.set(statement, compiled);
    return compiled;
  });
  policies.set(policy, built);
  return built;
}

function compiledStatement(statement: Statement, variables: boolean): CompiledStatement {
  const names = new Set<string>();
  const plain: Glob[] = [];
  const variable: { readonly glob: Glob; readonly keys: readonly string[] }[] = [];
  for (const pattern of statement.resource.patterns) {
    // Nearly all patterns of a tightened statement are whole names.
    if (isPlainName(pattern)) {
      names.add(pattern);
      continue;
    }
    const glob = compileResource(pattern, variables);
    if (glob.some(isVariable))
      variable.push({ glob, keys: glob.filter(isVariable).map((token) => variableOf(token).key) });
    else if (isLiteral(glob)) names.add(String.fromCharCode(...glob));
    else plain.push(glob);
  }
  return {
    effect: statement.effect,
    action: statement.action,
    notResource: statement.resource.not,
    names,
    plain,
    variable,
    conditions: statement.conditions.map((condition) => ({
      ...compileCondition(condition, variables),
      keys: variables ? variableKeys(condition.values) : [],
    })),
  };
}

const isLiteral = (glob: Glob): boolean => glob.every((token) => token >= 0);

/** What of some policies can matter for one action. */
export interface Selected {
  readonly statements: readonly CompiledStatement[];
  /** True where the decision hangs on the resource alone, whatever the context. */
  readonly plain: boolean;
}

/** The statements of the policies that select the action: a log holds few actions and very many resources. */
export function selectFor(policies: readonly Policy[], action: string): Selected {
  const name = action.toLowerCase();
  const found: CompiledStatement[] = [];
  for (const policy of policies)
    for (const one of compiledPolicy(policy)) if (selectsLower(one.action, name)) found.push(one);
  return { statements: found, plain: found.every(isPlain) };
}

const isPlain = (one: CompiledStatement): boolean => one.variable.length === 0 && one.conditions.length === 0;

/** As `evaluate` on identity policies, for a request of the action that they were selected for. */
export function decide({ statements, plain }: Selected, request: Request): Omit<Decision, 'matched'> {
  if (plain) return onResource(statements, request.resource);
  const unknown = new Set<string>();
  let allow: Truth = 'false';
  let deny: Truth = 'false';
  for (const one of statements) {
    const applies = resourceAndContext(one, request, unknown);
    if (applies === 'false') continue;
    if (one.effect === 'Allow') allow = either(allow, applies);
    else deny = either(deny, applies);
  }
  return outcome(allow, deny, unknown);
}

const DECIDED = {
  allowed: { decision: 'allowed', unknownKeys: [] },
  'explicit-deny': { decision: 'explicit-deny', unknownKeys: [] },
  'implicit-deny': { decision: 'implicit-deny', unknownKeys: [] },
} as const;

/** Where neither a condition nor a variable has a say. */
function onResource(statements: readonly CompiledStatement[], resource: string): Omit<Decision, 'matched'> {
  let allowed = false;
  for (const one of statements) {
    const named = one.names.has(resource) || matchesSome(one.plain, resource);
    if (named === one.notResource) continue;
    if (one.effect === 'Deny') return DECIDED['explicit-deny'];
    allowed = true;
  }
  return allowed ? DECIDED.allowed : DECIDED['implicit-deny'];
}

const variableKeys = (values: readonly string[]): string[] =>
  values.flatMap((value) =>
    compileResource(value, true)
      .filter(isVariable)
      .map((token) => variableOf(token).key),
  );

function statementApplies(
  statement: CompiledStatement,
  request: Request,
  action: string,
  unknown: Set<string>,
): Truth {
  if (!selectsLower(statement.action, action)) return 'false';
  return resourceAndContext(statement, request, unknown);
}

function resourceAndContext(statement: CompiledStatement, request: Request, unknown: Set<string>): Truth {
  const plain = statement.names.has(request.resource) || matchesSome(statement.plain, request.resource);
  if (isPlain(statement)) return plain === statement.notResource ? 'false' : 'true';
  const othersUnknown = request.unknownKeys === 'all-others';
  const resolve = (variable: ReturnType<typeof variableOf>) =>
    resolveVariable(variable, request.context, othersUnknown);
  const waits: string[] = [];
  const onResource = anyOf([
    plain ? 'true' : 'false',
    ...statement.variable.map(({ glob, keys }): Truth => {
      const concrete = substitute(glob, resolve);
      if (concrete === 'absent') return 'false';
      if (concrete !== 'unknown') return matchGlob(concrete, request.resource) ? 'true' : 'false';
      // Whatever the variable's value, the text around it must match.
      if (
        !matchGlob(
          glob.map((token) => (isVariable(token) ? STAR : token)),
          request.resource,
        )
      )
        return 'false';
      waits.push(...keys.filter((key) => !request.context.has(key)));
      return 'unknown';
    }),
  ]);
  const results = [statement.notResource ? not(onResource) : onResource];
  if (results[0] === 'false') return 'false';
  for (const condition of statement.conditions) {
    const values = request.context.get(condition.key);
    const result =
      values === undefined && othersUnknown ? 'unknown' : testCondition(condition, values, resolve);
    if (result === 'false') return 'false';
    if (result === 'unknown')
      waits.push(...[condition.key, ...condition.keys].filter((key) => !request.context.has(key)));
    results.push(result);
  }
  const applies = allOf(results);
  if (applies === 'unknown') for (const key of waits) unknown.add(key);
  return applies;
}

function matchesSome(globs: readonly Glob[], text: string): boolean {
  for (const glob of globs) if (matchGlob(glob, text)) return true;
  return false;
}
