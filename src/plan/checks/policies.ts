/** Checks of what a principal's policies say, statement by statement. */
import type { AccountPrincipal, AttachedPolicy } from '../../account/account.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Policy, Statement } from '../../policy/document.ts';
import { parseOnce } from '../../policy/parse.ts';
import { selectsAction } from '../../policy/selects.ts';
import deprecated from '../data/deprecated-policies.json' with { type: 'json' };
import escalations from '../data/escalations.json' with { type: 'json' };
import { passesAnyRole } from '../findings/trust.ts';
import { type CheckContext, type CheckResult, found } from './check.ts';

interface Read {
  readonly source: AttachedPolicy;
  readonly policy: Policy;
}

export function policyChecks(principal: AccountPrincipal, context: CheckContext): CheckResult[] {
  const read = principal.policies.flatMap((source): Read[] => {
    const parsed = source.document === undefined ? undefined : parseOnce(source.document);
    return parsed?.ok ? [{ source, policy: parsed.policy }] : [];
  });
  return [
    ...attachments(principal),
    ...read.flatMap(({ source, policy }) =>
      policy.statements.flatMap((one) =>
        one.effect === 'Allow' ? statementChecks(principal, source, one, context) : [],
      ),
    ),
    ...escalation(principal, read),
  ];
}

function attachments({ kind, arn, policies }: AccountPrincipal): CheckResult[] {
  return policies.flatMap(({ source, name, arn: policyArn, group }) => {
    const results: CheckResult[] = [];
    if (source === 'inline') results.push(found('inline-policy', arn, `inline policy \`${name}\``, name));
    if (kind === 'user' && group === undefined)
      results.push(found('user-policy', arn, `policy \`${name}\` is attached to the user itself`, name));
    const old =
      source === 'aws-managed' || source === 'group-managed'
        ? deprecated.find((row) => policyArn?.endsWith(`::aws:policy/${row.name}`))
        : undefined;
    if (old)
      results.push(
        found(
          'deprecated-policy',
          arn,
          `\`${name}\` is deprecated; its replacement is \`${old.replacement}\``,
          name,
        ),
      );
    return results;
  });
}

function statementChecks(
  principal: AccountPrincipal,
  { name }: AttachedPolicy,
  statement: Statement,
  { catalogue }: CheckContext,
): CheckResult[] {
  const label = statement.sid || `#${statement.index}`;
  const where = `statement \`${label}\` of policy \`${name}\``;
  const key = `${name} ${label}`;
  const results = saidOf(statement, catalogue).map(({ check, what }) =>
    found(check, principal.arn, `${where} ${what}`, key),
  );
  if (passesAnyRole(statement, principal) && !allowsEveryAction(statement)) {
    const services = statement.conditions.some((one) => one.key.toLowerCase() === 'iam:passedtoservice');
    const what = services
      ? 'lets every role be passed to the services it names'
      : 'lets every role be passed to any service';
    results.push(found('passrole-unrestricted', principal.arn, `${where} ${what}`, key));
  }
  return results;
}

interface Said {
  readonly check: string;
  readonly what: string;
}

const said = new WeakMap<Catalogue, WeakMap<Statement, readonly Said[]>>();

/** What a statement says whoever has it; many principals have the same statements. */
function saidOf(statement: Statement, catalogue: Catalogue): readonly Said[] {
  const known = said.get(catalogue) ?? new WeakMap<Statement, readonly Said[]>();
  said.set(catalogue, known);
  const before = known.get(statement);
  if (before) return before;
  const results = judged(statement, catalogue);
  known.set(statement, results);
  return results;
}

const allowsEveryAction = ({ action }: Statement): boolean =>
  !action.not && action.patterns.some((one) => /^\*+(?::\*+)?$/.test(one));

function judged(statement: Statement, catalogue: Catalogue): readonly Said[] {
  const { action, resource, conditions } = statement;
  const results: Said[] = [];
  const say = (check: string, what: string): void => {
    results.push({ check, what });
  };
  const everyAction = allowsEveryAction(statement);
  if (isAdmin(statement)) say('full-admin', 'allows every action on every resource');
  else if (everyAction) say('action-wildcard', 'allows every action');
  const services = action.not ? [] : action.patterns.filter((one) => /^[^*?:]+:\*+$/.test(one));
  if (services.length > 0) say('service-wildcard', `allows ${services.join(', ')}`);
  if (action.not) say('allow-not-action', `allows all but ${action.patterns.slice(0, 5).join(', ')}`);
  if (resource.not)
    say('allow-not-resource', `allows all resources but ${resource.patterns.slice(0, 5).join(', ')}`);
  // Where nothing narrower can be written, `*` is no weakness; nor where a condition narrows it.
  if (isEverything(statement) && conditions.length === 0 && !everyAction && !action.not) {
    const { count, first } = narrowable(action, catalogue);
    if (first !== undefined)
      say(
        'resource-wildcard',
        `allows ${count} actions on every resource that could be limited, such as ${first}`,
      );
  }
  return results;
}

interface Narrowable {
  readonly count: number;
  readonly first: string | undefined;
}

/** Actions whose resource could be named. */
function narrowable(selector: Statement['action'], catalogue: Catalogue): Narrowable {
  const all = selector.patterns
    .flatMap((one) => catalogue.expand(one))
    .filter((one) => one.resourceTypes.length > 0 && one.accessLevel !== 'List');
  return { count: all.length, first: all[0]?.action };
}

const isAdmin = (one: Statement): boolean =>
  allowsEveryAction(one) && isEverything(one) && one.conditions.length === 0;

const isEverything = ({ resource }: Statement): boolean =>
  !resource.not && resource.patterns.some((one) => /^\*+$/.test(one));

/** `*`, or all of a kind: `arn:aws:iam::111122223333:role/*`. */
const WIDE = /^(?:\*+|arn:\*(?::\*)*|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:\*|[a-z-]+[:/]\*))$/;

const STEPS = [...new Set(escalations.flatMap((row) => row.actions))];
const steps = new WeakMap<Statement['action'], ReadonlySet<string>>();

/** Actions of known ways to more rights that a statement selects. */
function stepsOf(selector: Statement['action']): ReadonlySet<string> {
  const known = steps.get(selector) ?? new Set(STEPS.filter((one) => selectsAction(selector, one)));
  steps.set(selector, known);
  return known;
}

interface Group {
  readonly policies: readonly Policy[];
  readonly ways: readonly string[];
}

/** By the first policy of a principal: few lists of policies are had by many. */
const groups = new WeakMap<Policy, Group[]>();
const GROUPS = 16;

function waysOf(policies: readonly Policy[]): readonly string[] {
  const [first] = policies;
  if (!first) return [];
  const known = groups.get(first) ?? [];
  const same = known.find(
    (one) =>
      one.policies.length === policies.length && one.policies.every((each, at) => each === policies[at]),
  );
  if (same) return same.ways;
  const ways = findWays(policies);
  if (known.length >= GROUPS) known.shift();
  known.push({ policies, ways });
  groups.set(first, known);
  return ways;
}

/** Known ways to more rights than were given. Statements with conditions or named resources are left out. */
function findWays(policies: readonly Policy[]): readonly string[] {
  const statements = policies.flatMap((policy) => policy.statements);
  const allows = statements.filter((one) => one.effect === 'Allow' && one.conditions.length === 0);
  if (allows.some(isAdmin)) return [];
  const wide = allows.filter((one) => one.resource.not || one.resource.patterns.some((p) => WIDE.test(p)));
  const denies = statements.filter(
    (one) => one.effect === 'Deny' && isEverything(one) && one.conditions.length === 0,
  );
  const can = (action: string): boolean =>
    wide.some((one) => stepsOf(one.action).has(action)) &&
    !denies.some((one) => stepsOf(one.action).has(action));
  return escalations.filter((row) => row.actions.every(can)).map((row) => row.actions.join(' + '));
}

function escalation(principal: AccountPrincipal, read: readonly Read[]): CheckResult[] {
  const ways = waysOf(read.map((one) => one.policy));
  if (ways.length === 0) return [];
  const limit = principal.boundary ? '; its permissions boundary may still stop it' : '';
  return [
    found(
      'privilege-escalation',
      principal.arn,
      `allowed without limits: ${ways.slice(0, 5).join('; ')}${ways.length > 5 ? ` and ${ways.length - 5} more ways` : ''}${limit}`,
      '',
      principal.boundary ? 'medium' : undefined,
    ),
  ];
}
