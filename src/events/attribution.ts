/**
 * Whose permissions a record speaks of.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { type Attribution, type Json, type JsonObject, member, type NoPrincipalReason } from './event.ts';

const PRINCIPAL_ARN = /^arn:(aws[a-z-]*):iam::(\d{12}):(role|user)\/((?:.*\/)?)([^/]+)$/s;
const SESSION_ARN = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)(?:\/(.*))?$/s;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: what else stands there is no IAM user's name. */
const USER_NAME = /^[\w+=,.@-]{1,64}$/;

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Types that never lead to a role or user whose policies could be reduced. */
const WITHOUT_POLICIES: ReadonlyMap<string, NoPrincipalReason> = new Map([
  ['Root', 'root'],
  ['AWSService', 'aws-service'],
  ['AWSAccount', 'other-account'],
  ['SAMLUser', 'federation-without-role'],
  ['WebIdentityUser', 'federation-without-role'],
  ['IdentityCenterUser', 'identity-center-user'],
  ['Directory', 'directory-user'],
]);

/** Attributes a userIdentity element. Never throws; what cannot be attributed says why. */
export function attribute(identity: Json | undefined): Attribution {
  const type = text(member(identity, 'type'));
  const accountId = text(member(identity, 'accountId'));
  if (accountId === 'ANONYMOUS_PRINCIPAL' || text(member(identity, 'principalId')) === 'ANONYMOUS_PRINCIPAL')
    return { kind: 'none', reason: 'anonymous' };
  const fixed = type === undefined ? undefined : WITHOUT_POLICIES.get(type);
  if (fixed) return none(fixed, accountId);
  if (type === 'AssumedRole' || type === 'Role')
    return role(identity) ?? none('unknown-identity-type', accountId);
  if (type === 'IAMUser') return user(identity) ?? none('unknown-identity-type', accountId);
  if (type === 'FederatedUser') return federated(identity, accountId);
  if (type === undefined && text(member(identity, 'invokedBy'))) return none('aws-service', accountId);
  return none('unknown-identity-type', accountId);
}

function none(reason: NoPrincipalReason, accountId: string | undefined): Attribution {
  return accountId === undefined ? { kind: 'none', reason } : { kind: 'none', reason, accountId };
}

/** The session issuer holds the role with its path; the session's own ARN drops the path. */
function role(identity: Json | undefined): Attribution | undefined {
  const arn = text(member(identity, 'arn')) ?? '';
  const issuer = member(member(identity, 'sessionContext'), 'sessionIssuer');
  const session = SESSION_ARN.exec(arn);
  const issued = PRINCIPAL_ARN.exec(text(member(issuer, 'arn')) ?? (session ? '' : arn));
  const principalId = text(member(identity, 'principalId'));
  const id = text(member(issuer, 'principalId')) ?? principalId?.split(':')[0];
  const sessionName = session?.[4] ?? principalId?.split(':')[1];
  const extra = { ...(id ? { id } : {}), ...(sessionName ? { session: sessionName } : {}) };
  if (issued?.[3] === 'role')
    return {
      kind: 'role',
      arn: issued[0],
      accountId: issued[2]!,
      name: issued[5]!,
      ...extra,
      pathKnown: true,
    };
  if (!session) return undefined;
  const [, partition, accountId, name] = session as unknown as [string, string, string, string];
  return {
    kind: 'role',
    arn: `arn:${partition}:iam::${accountId}:role/${name}`,
    accountId,
    name,
    ...extra,
    pathKnown: false,
  };
}

/** With MFA or GetSessionToken a user's record has a sessionContext whose issuer is `{}`: still the user. */
function user(identity: Json | undefined): Attribution | undefined {
  const match = PRINCIPAL_ARN.exec(text(member(identity, 'arn')) ?? '');
  const id = text(member(identity, 'principalId'));
  if (match?.[3] === 'user')
    return { kind: 'user', arn: match[0], accountId: match[2]!, name: match[5]!, ...(id ? { id } : {}) };
  const accountId = text(member(identity, 'accountId'));
  const name = text(member(identity, 'userName'));
  if (!accountId || !name || !/^\d{12}$/.test(accountId) || !USER_NAME.test(name)) return undefined;
  return {
    kind: 'user',
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    accountId,
    name,
    ...(id ? { id } : {}),
  };
}

/** GetFederationToken: the issuer is an IAM user, or the root user, which no policy reduces. */
function federated(identity: Json | undefined, accountId: string | undefined): Attribution {
  const issuer = member(member(identity, 'sessionContext'), 'sessionIssuer') as JsonObject | undefined;
  if (text(member(issuer, 'type')) === 'Root') return none('root', accountId);
  const owner = user(issuer);
  if (owner?.kind !== 'user') return none('unknown-identity-type', accountId);
  return { ...owner, federated: text(member(identity, 'arn')) ?? 'federated' };
}
