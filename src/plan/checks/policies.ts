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
  const { action, resource, conditions } = statement;
  const label = statement.sid || `#${statement.index}`;
  const where = `statement \`${label}\` of policy \`${name}\``;
  const key = `${name} ${label}`;
  const say = (check: string, what: string): CheckResult =>
    found(check, principal.arn, `${where} ${what}`, key);
  const results: CheckResult[] = [];
  const everyAction = !action.not && action.patterns.some((one) => /^\*+(?::\*+)?$/.test(one));
  const everyResource = isEverything(statement);
  if (isAdmin(statement)) results.push(say('full-admin', 'allows every action on every resource'));
  else if (everyAction) results.push(say('action-wildcard', 'allows every action'));
  const services = action.not ? [] : action.patterns.filter((one) => /^[^*?:]+:\*+$/.test(one));
  if (services.length > 0) results.push(say('service-wildcard', `allows ${services.join(', ')}`));
  if (action.not)
    results.push(say('allow-not-action', `allows all but ${action.patterns.slice(0, 5).join(', ')}`));
  if (resource.not)
    results.push(
      say('allow-not-resource', `allows all resources but ${resource.patterns.slice(0, 5).join(', ')}`),
    );
  // Where nothing narrower can be written, `*` is no weakness; nor where a condition narrows it.
  if (everyResource && conditions.length === 0 && !everyAction && !action.not) {
    const { count, first } = narrowable(action, catalogue);
    if (first !== undefined)
      results.push(
        say(
          'resource-wildcard',
          `allows ${count} actions on every resource that could be limited, such as ${first}`,
        ),
      );
  }
  if (passesAnyRole(statement, principal) && !everyAction)
    results.push(
      say(
        'passrole-unrestricted',
        conditions.some((one) => one.key.toLowerCase() === 'iam:passedtoservice')
          ? 'lets every role be passed to the services it names'
          : 'lets every role be passed to any service',
      ),
    );
  return results;
}

interface Narrowable {
  readonly count: number;
  readonly first: string | undefined;
}

const counted = new WeakMap<Catalogue, WeakMap<Statement['action'], Narrowable>>();

/** Actions whose resource could be named; many principals have the same statements. */
function narrowable(selector: Statement['action'], catalogue: Catalogue): Narrowable {
  const known = counted.get(catalogue) ?? new WeakMap<Statement['action'], Narrowable>();
  counted.set(catalogue, known);
  const found = known.get(selector);
  if (found) return found;
  const all = selector.patterns
    .flatMap((one) => catalogue.expand(one))
    .filter((one) => one.resourceTypes.length > 0 && one.accessLevel !== 'List');
  const made = { count: all.length, first: all[0]?.action };
  known.set(selector, made);
  return made;
}

const isAdmin = (one: Statement): boolean =>
  !one.action.not &&
  one.action.patterns.some((pattern) => /^\*+(?::\*+)?$/.test(pattern)) &&
  isEverything(one) &&
  one.conditions.length === 0;

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

/** Known ways to more rights than were given. Statements with conditions or named resources are left out. */
function escalation(principal: AccountPrincipal, read: readonly Read[]): CheckResult[] {
  const statements = read.flatMap(({ policy }) => policy.statements);
  const allows = statements.filter((one) => one.effect === 'Allow' && one.conditions.length === 0);
  if (allows.some(isAdmin)) return [];
  const wide = allows.filter((one) => one.resource.not || one.resource.patterns.some((p) => WIDE.test(p)));
  const denies = statements.filter(
    (one) => one.effect === 'Deny' && isEverything(one) && one.conditions.length === 0,
  );
  const can = (action: string): boolean =>
    wide.some((one) => stepsOf(one.action).has(action)) &&
    !denies.some((one) => stepsOf(one.action).has(action));
  const ways = escalations.filter((row) => row.actions.every(can)).map((row) => row.actions.join(' + '));
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
