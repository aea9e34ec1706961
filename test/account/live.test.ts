/** The live reader through the real SDK against a local server in AWS's wire shapes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAuthorizationDetails } from '../../src/account/authorization-details.ts';
import { findPrincipal } from '../../src/account/find-principal.ts';
import { readCaller, readLiveAccount, readLivePrincipal } from '../../src/account/live.ts';
import { AccessError, isExpected, RunError, UsageError } from '../../src/errors.ts';
import { accountHandlers } from '../faults/aws-api-account.ts';
import {
  type ApiServer,
  denied,
  expired,
  Garbage,
  type Handlers,
  startApiServer,
  throttled,
} from '../faults/aws-api-server.ts';
import { liveOptions } from '../faults/live-options.ts';
import { AWS_READ, details, READER } from './fixture.ts';

const ID = '111122223333';
let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const live = (maxAttempts = 1) => liveOptions(server.url, maxAttempts);
const good = (size?: number): Handlers => accountHandlers(details, ID, size);
const role = { kind: 'role', name: 'worker' } as const;
const user = { kind: 'user', name: 'ann' } as const;
const fromFile = parseAuthorizationDetails(details, 'account.json');

async function failure(run: Promise<unknown>): Promise<Error> {
  const error = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(isExpected(error), String(error)).toBe(true);
  expect((error as Error).message).not.toMatch(/\n|\.$/);
  return error as Error;
}

describe('live account', () => {
  it.each([1, 2, 100])('is that of the file, at %i entries a page', async (size) => {
    server.use(good(size));
    expect((await readLiveAccount(live())).account).toEqual(fromFile);
  });

  it('is read again from the details it was made from', async () => {
    server.use(good());
    const { account, details: raw } = await readLiveAccount(live());
    expect(parseAuthorizationDetails(JSON.parse(JSON.stringify(raw)), 'snapshot')).toEqual(account);
  });

  it('asks by itself for a policy that the list of the account leaves out', async () => {
    const list = 'iam:GetAccountAuthorizationDetails';
    const short = accountHandlers({ ...details, Policies: [] }, ID, 100)[list]!;
    server.use({ ...good(), [list]: short });
    const { account } = await readLiveAccount(live());
    expect(account).toEqual(fromFile);
    server.use({ ...good(), [list]: short, 'iam:GetPolicy': () => denied('iam:GetPolicy') });
    const { problems } = (await readLiveAccount(live())).account;
    expect(problems).toContain(
      `role \`worker\`: policy \`${READER}\` is attached but not in \`account ${ID}\``,
    );
    expect(problems.join('\n')).toMatch(
      /could not read policy `.*Reader`: access denied, `iam:GetPolicy` is needed/,
    );
  });

  it.each([role, user])('gives one $kind by the targeted calls just the same', async (wanted) => {
    server.use(good());
    const { account } = await readLivePrincipal(live(), wanted);
    expect(account.principals).toEqual([findPrincipal(fromFile, wanted)]);
    expect(server.calls.map((call) => call.name)).not.toContain('iam:GetAccountAuthorizationDetails');
  });

  it('tells whose credentials these are', async () => {
    server.use(good());
    expect(await readCaller(live())).toEqual({
      accountId: ID,
      arn: `arn:aws:iam::${ID}:user/ann`,
      partition: 'aws',
    });
  });

  it('answers a name that does not exist with the nearest', async () => {
    server.use(good());
    const error = await failure(readLivePrincipal(live(), { kind: 'role', name: 'werker' }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/has no role `werker`: did you mean `worker`\?/);
  });

  it('refuses credentials of another account before it reads', async () => {
    server.use(good());
    const error = await failure(readLivePrincipal(live(), { ...role, accountId: '444455556666' }));
    expect(error.message).toMatch(/is in account `444455556666`, but the credentials are of `111122223333`/);
    expect(server.calls).toHaveLength(1);
  });

  it('waits and asks again where AWS throttles', async () => {
    const once = (call: string): Handlers => ({
      [call]: (one) => (one.earlier === 0 ? throttled : good()[call]!(one)),
    });
    server.use({ ...good(), ...once('iam:GetRole'), ...once('iam:GetPolicyVersion') });
    expect((await readLivePrincipal(live(3), role)).account.principals).toEqual([
      findPrincipal(fromFile, role),
    ]);
  });

  it('stops at once when aborted', async () => {
    server.use(good());
    const reason = new AbortController();
    reason.abort();
    await expect(readLiveAccount({ ...live(), signal: reason.signal })).rejects.toThrow(/abort/i);
  });
});

const ENDS = 'the run ends';
/** Each call a reader makes, and what denying it leads to: the end, or a named problem. */
const CALLS: readonly (readonly [
  call: string,
  wanted: 'account' | typeof role | typeof user,
  outcome: string,
])[] = [
  ['sts:GetCallerIdentity', 'account', ENDS],
  ['iam:GetAccountAuthorizationDetails', 'account', ENDS],
  ['iam:ListRoles', 'account', 'could not read how long sessions of roles may last'],
  ['iam:GetRole', role, ENDS],
  ['iam:ListAttachedRolePolicies', role, ENDS],
  ['iam:ListRolePolicies', role, ENDS],
  ['iam:GetRolePolicy', role, 'could not read inline policy `inline` of role `worker`'],
  ['iam:ListInstanceProfilesForRole', role, 'could not list the instance profiles of role `worker`'],
  ['iam:GetPolicy', role, `could not read policy \`${READER}\``],
  ['iam:GetPolicyVersion', role, `could not read policy \`${READER}\``],
  ['iam:GetUser', user, ENDS],
  ['iam:ListAttachedUserPolicies', user, ENDS],
  ['iam:ListUserPolicies', user, ENDS],
  ['iam:ListGroupsForUser', user, ENDS],
  ['iam:ListAttachedGroupPolicies', user, ENDS],
  ['iam:ListGroupPolicies', user, ENDS],
  ['iam:GetGroupPolicy', user, 'could not read inline policy `own` of group `devs`'],
  ['iam:GetPolicy', user, `could not read policy \`${AWS_READ}\``],
];
const read = (wanted: (typeof CALLS)[number][1]) =>
  wanted === 'account' ? readLiveAccount(live()) : readLivePrincipal(live(), wanted);

describe.each(CALLS)('%s of %o', (call, wanted, outcome) => {
  it(`denied: ${outcome}`, async () => {
    server.use({ ...good(), [call]: () => denied(call) });
    if (outcome === ENDS) {
      const error = await failure(read(wanted));
      expect(error).toBeInstanceOf(AccessError);
      expect(error.message).toContain(`\`${call}\` is needed`);
      return;
    }
    const { account } = await read(wanted);
    expect(account.problems.join('\n')).toContain(outcome);
    expect(account.problems.join('\n')).toContain(`\`${call}\` is needed`);
    if (wanted !== 'account') expect(account.principals[0]!.problems!.join('\n')).toContain(outcome);
  });

  it('throttled to the end is an error', async () => {
    server.use({ ...good(), [call]: () => throttled });
    const error = await failure(read(wanted));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(/`Throttling` \(Rate exceeded\)/);
  });

  it('with expired credentials says so', async () => {
    server.use({ ...good(), [call]: () => expired });
    const error = await failure(read(wanted));
    expect(error).toBeInstanceOf(AccessError);
    expect(error.message).toMatch(/credentials are expired \(`ExpiredToken`\)/);
  });
});

describe('a list that never ends well', () => {
  it.each<[string, unknown, RegExp]>([
    ['names no next page', { RoleDetailList: [], IsTruncated: true }, /names no next page/],
    ['goes in circles', { RoleDetailList: [], IsTruncated: true, Marker: 'same' }, /go in circles/],
    ['is no XML', new Garbage('<html><body>502</body>'), /could not read the account/],
  ])('%s: is an error, not half an account', async (_, value, message) => {
    server.use({ ...good(), 'iam:GetAccountAuthorizationDetails': () => value });
    const error = await failure(readLiveAccount(live()));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(message);
  });
});
