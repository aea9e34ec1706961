/** IAM, STS and CloudTrail that refuse or answer nonsense, call by call, while the account is read live. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { run } from '../support/run.ts';
import { accountHandlers } from './aws-api-account.ts';
import {
  type ApiServer,
  denied,
  expired,
  Fault,
  Garbage,
  type Handlers,
  noSuchEntity,
  startApiServer,
} from './aws-api-server.ts';
import { isolateAws } from './s3-run.ts';
import { faultSweep } from './suite.ts';
import { accountDetails, CANARIES, judge, openWorld, type World } from './world.ts';

let world: World;
let server: ApiServer;
let clean: Plan;
let called: readonly string[];
const good = (): Handlers => accountHandlers(accountDetails() as never, '111122223333', 100);
const args = (): string[] => {
  const own = world.args.filter((one, at, all) => one !== '--account' && all[at - 1] !== '--account');
  return [
    ...own,
    '--account',
    'live',
    '--endpoint-url',
    server.url,
    '--region',
    'us-east-1',
    '--format',
    'json',
  ];
};
beforeAll(async () => {
  isolateAws();
  world = await openWorld();
  server = await startApiServer(good());
  const ran = await run(args());
  expect([ran.code, ran.err]).toEqual([0, expect.anything()]);
  clean = JSON.parse(ran.out) as Plan;
  called = [...new Set(server.calls.map(({ name }) => name))].sort();
});
afterAll(async () => {
  await server.stop();
  await world.close();
});
beforeEach(() => {
  isolateAws();
  process.env.AWS_SECRET_ACCESS_KEY = CANARIES.secretAccessKey;
});

const ANSWERS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['denied', denied('it')],
  ['expired', expired],
  [
    'not valid',
    new Fault('InvalidClientTokenId', 403, 'The security token included in the request is invalid.'),
  ],
  ['wrong clock', new Fault('RequestExpired', 400, 'Request has expired.')],
  ['not there', noSuchEntity('it')],
  ['an unknown error', new Fault('DreamException', 400, 'x\u001b[2J')],
  ['a web page', new Garbage('<html><body>Sign in</body></html>')],
  ['nothing', new Garbage('')],
  ['half a document', new Garbage('<GetRoleResponse><GetRoleResult><Role><RoleName>app')],
  ['an answer without members', {}],
  ['other types', { Role: 'x', RoleDetailList: 'x', Account: [], trailList: 'x' }],
  ['a document that is no policy', { PolicyDocument: 'x', RoleName: 'app', PolicyName: 'app' }],
]);

describe('IAM', () => {
  const CALLS = [
    'iam:GetRole',
    'iam:GetRolePolicy',
    'iam:ListAttachedRolePolicies',
    'iam:ListInstanceProfilesForRole',
    'iam:ListRolePolicies',
    'iam:GenerateServiceLastAccessedDetails',
    'sts:GetCallerIdentity',
    'cloudtrail:DescribeTrails',
  ];
  it('are the calls that the run makes', () => {
    expect(called).toEqual([...CALLS].sort());
  });
  faultSweep(
    'iam',
    'answers',
    CALLS.flatMap((call) => [...ANSWERS.keys()].map((what) => `${call}: ${what}`)),
    async (row) => {
      const [call, what] = row.split(': ') as [string, string];
      server.use({ ...good(), [call]: () => ANSWERS.get(what) });
      const ran = await run(args());
      await judge(ran, clean, { ends: [1, 3, 4, 64] });
    },
  );
});
