/** Findings about the role itself: who may take it on, whom it may pass, and whether it is still the same role. */
import type { AccountPrincipal } from '../../account/account.ts';
import type { Policy, Statement } from '../../policy/document.ts';
import { parseOnce } from '../../policy/parse.ts';
import { asPattern, patternCovers } from '../../policy/pattern.ts';
import { selectsAction } from '../../policy/selects.ts';
import type { Grant } from '../grants.ts';
import type { PlanInput } from '../input.ts';
import { isoTime } from '../iso-time.ts';
import type { Finding, Severity } from '../plan.ts';
import { seenEvidence } from './evidence.ts';
import { makeFinding } from './make.ts';

export function principalFindings(input: PlanInput, grants: readonly Grant[]): Finding[] {
  const { account } = input;
  if (!account) return [];
  return [
    ...broadTrust(account),
    ...grants.flatMap((grant) => unrestrictedPassRole(account, grant)),
    ...recreated(input, account),
  ];
}

function broadTrust(account: AccountPrincipal): Finding[] {
  const parsed = account.trustPolicy === undefined ? undefined : parseOnce(account.trustPolicy);
  const policy: Policy | undefined = parsed?.ok ? parsed.policy : undefined;
  return (policy?.statements ?? [])
    .filter((one) => one.effect === 'Allow')
    .flatMap((statement) =>
      trusted(statement, account).map(({ who, what, severity }) =>
        makeFinding({
          kind: 'broad-trust',
          subject: who,
          values: { what },
          policy: 'trust policy',
          statement: statement.sid || `#${statement.index}`,
          severity,
        }),
      ),
    );
}

interface Trusted {
  readonly rule: 'anyone' | 'own-account' | 'other-account' | 'oidc';
  readonly who: string;
  readonly what: string;
  readonly severity: Severity;
}

/** Condition keys that tie an AWS principal down to known accounts, principals or networks. */
const NARROWS_ANYONE =
  /^(?:aws:principal(?:orgid|orgpaths|arn|account)|aws:source(?:account|arn|orgid|vpc|vpce|ip)|sts:externalid|aws:userid)$/;
const NARROWS_ACCOUNT =
  /^(?:sts:externalid|aws:principal(?:arn|orgid|orgpaths|tag\/.*)|aws:userid|sts:rolesessionname)$/;

/** Whom a trust statement lets in too freely, each with the words for it. */
export function trusted(statement: Statement, account: Pick<AccountPrincipal, 'accountId'>): Trusted[] {
  const { principal, conditions } = statement;
  if (!principal) return [];
  const keys = conditions.map((one) => one.key.toLowerCase());
  const has = (expression: RegExp): boolean => keys.some((key) => expression.test(key));
  if (principal.not)
    return [
      {
        rule: 'anyone',
        who: 'NotPrincipal',
        what: 'The trust policy allows everyone but a list',
        severity: 'critical',
      },
    ];
  const values = principal.any ? [['AWS', ['*']] as const] : principal.values;
  return values.flatMap(([type, names]) =>
    names.flatMap((name): Trusted[] => {
      if (type === 'AWS' && name === '*') {
        const narrowed = has(NARROWS_ANYONE);
        const what = narrowed
          ? 'Every AWS principal that meets the condition may assume the role'
          : 'Every AWS principal of every account may assume the role';
        return [{ rule: 'anyone', who: '*', what, severity: narrowed ? 'medium' : 'critical' }];
      }
      const whole = type === 'AWS' ? /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1] : undefined;
      if (whole !== undefined && !has(NARROWS_ACCOUNT)) {
        const own = whole === account.accountId;
        const what = own
          ? 'Every principal of its own account that may call AssumeRole may assume the role'
          : `Every principal of account ${whole} that may call AssumeRole may assume the role, without an external id`;
        return [
          { rule: own ? 'own-account' : 'other-account', who: whole, what, severity: own ? 'low' : 'medium' },
        ];
      }
      if (type === 'Federated') return federated(name, statement);
      return [];
    }),
  );
}

/** An OIDC provider vouches for every one of its users: only a condition on the subject tells them apart. */
function federated(provider: string, statement: Statement): Trusted[] {
  if (provider.includes(':saml-provider/')) return [];
  const host = provider.replace(/^.*:oidc-provider\//, '');
  const subjects = statement.conditions.filter((one) => /:(?:sub|amr)$/i.test(one.key));
  if (subjects.length === 0)
    return [
      {
        rule: 'oidc',
        who: host,
        what: `Every identity that ${host} vouches for may assume the role: no condition names a subject`,
        severity: 'high',
      },
    ];
  const open = subjects.flatMap((one) => one.values).find((value) => /^(?:repo:)?\*/.test(value));
  return open === undefined
    ? []
    : [
        {
          rule: 'oidc',
          who: host,
          what: `The subject pattern \`${open}\` of ${host} fits everyone`,
          severity: 'high',
        },
      ];
}

/** Whether an Allow lets every role of the account be passed, to whichever service. */
export function passesAnyRole(
  source: Statement,
  account: Pick<AccountPrincipal, 'arn' | 'accountId'>,
): boolean {
  if (source.effect !== 'Allow' || !selectsAction(source.action, 'iam:PassRole')) return false;
  if (source.resource.not) return true;
  const partition = account.arn.split(':')[1] ?? 'aws';
  const everyRole = asPattern(`arn:${partition}:iam::${account.accountId}:role/*`);
  // Principals of one account have the same statements.
  let known = passing.get(source);
  if (known?.everyRole !== everyRole) {
    known = { everyRole, passes: source.resource.patterns.some((one) => patternCovers(one, everyRole)) };
    passing.set(source, known);
  }
  return known.passes;
}

const passing = new WeakMap<Statement, { readonly everyRole: string; readonly passes: boolean }>();

function unrestrictedPassRole(account: AccountPrincipal, grant: Grant): Finding[] {
  const { source } = grant;
  if (!passesAnyRole(source, account)) return [];
  const services = source.conditions.some((one) => one.key.toLowerCase() === 'iam:passedtoservice');
  const policy = account.policies[grant.policy]?.name ?? `#${grant.policy}`;
  return [
    makeFinding({
      kind: 'passrole-unrestricted',
      subject: 'iam:PassRole',
      values: {
        what: services
          ? 'The statement lets every role of the account be passed to the services it names'
          : 'The statement lets every role of the account be passed to any service',
      },
      severity: services ? 'medium' : 'high',
      policy,
      statement: grant.label,
      actions: ['iam:PassRole'],
      resources: source.resource.patterns,
    }),
  ];
}

function recreated(input: PlanInput, account: AccountPrincipal): Finding[] {
  const others = input.usage.ids.filter((one) => one.id !== account.id);
  if (others.length === 0) return [];
  const ids = others.map((one) => one.id).sort();
  const last = others.reduce((time, one) => Math.max(time, one.lastSeen), Number.NEGATIVE_INFINITY);
  return [
    makeFinding({
      kind: 'recreated-principal',
      subject: account.name,
      values: {
        what: `The logs show ${account.kind} ${account.name} under ${ids.join(', ')}, last on ${isoTime(last)}; today it is ${account.id}`,
      },
      key: ids,
      evidence: seenEvidence(others.map((one) => ({ ...one, sampleIds: [] }))),
    }),
  ];
}
