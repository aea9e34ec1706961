/** Organisation policies through the real SDK: read where permitted, named where not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrganization } from '../../src/account/live-organization.ts';
import { AccessError, RunError } from '../../src/errors.ts';
import { type ApiServer, Fault, type Handlers, startApiServer } from '../faults/aws-api-server.ts';
import { liveOptions } from '../faults/live-options.ts';

const ID = '111122223333';
let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const parents = new Map([
  [ID, { Id: 'ou-ab12-cdefghij', Type: 'ORGANIZATIONAL_UNIT' }],
  ['ou-ab12-cdefghij', { Id: 'r-ab12', Type: 'ROOT' }],
]);
const policy = (Id: string, Type: string) => ({
  Id,
  Arn: `arn:aws:organizations::1:policy/${Id}`,
  Name: Id,
  Type,
  AwsManaged: false,
});
const good: Handlers = {
  'organizations:DescribeOrganization': () => ({
    Organization: { Id: 'o-example1', MasterAccountId: '999988887777', FeatureSet: 'ALL' },
  }),
  'organizations:ListParents': (call) => ({ Parents: [parents.get(String(call.params.get('ChildId')))] }),
  // Two pages for every target, to see that both are read; the account itself has none.
  'organizations:ListPoliciesForTarget': (call) => {
    const target = call.params.get('TargetId');
    const type = String(call.params.get('Filter'));
    if (target === ID || type === 'RESOURCE_CONTROL_POLICY') return { Policies: [] };
    return call.params.get('NextToken') === 'two'
      ? { Policies: [policy(`p-two-${target}`, type)] }
      : { Policies: [policy(`p-one-${target}`, type)], NextToken: 'two' };
  },
  'organizations:DescribePolicy': (call) => ({
    Policy: {
      PolicySummary: policy(String(call.params.get('PolicyId')), 'SERVICE_CONTROL_POLICY'),
      Content: '{"Version":"2012-10-17","Statement":[]}',
    },
  }),
};
const read = () => readOrganization(liveOptions(server.url), ID);

describe('organisation', () => {
  it('is read from the account up to its root, all pages', async () => {
    server.use(good);
    const answer = await read();
    expect(answer).toMatchObject({
      found: {
        EntityPath: `o-example1/r-ab12/ou-ab12-cdefghij/${ID}`,
        Organization: { MasterAccountId: '999988887777' },
      },
    });
    expect(
      'found' in answer && answer.found.Targets.map((one) => [one.TargetId, one.Policies.length]),
    ).toEqual([
      [ID, 0],
      ['ou-ab12-cdefghij', 2],
      ['r-ab12', 2],
    ]);
  });

  it('goes on where a type of policy is switched off', async () => {
    server.use({
      ...good,
      'organizations:ListPoliciesForTarget': (call) =>
        call.params.get('Filter') === 'RESOURCE_CONTROL_POLICY'
          ? new Fault('PolicyTypeNotAvailableForOrganizationException', 400, 'x')
          : good['organizations:ListPoliciesForTarget']!(call),
    });
    expect(await read()).toHaveProperty('found');
  });

  it.each(Object.keys(good))('stays unknown, in one line, where %s is denied', async (call) => {
    server.use({
      ...good,
      [call]: () =>
        new Fault('AccessDeniedException', 400, "You don't have permissions to access this resource."),
    });
    expect(await read()).toEqual({
      missing: expect.stringMatching(
        /^organisation policies are unknown: `AccessDeniedException` \(You don't have/,
      ),
    });
  });

  it('stays unknown where there is no organisation', async () => {
    server.use({
      'organizations:DescribeOrganization': () =>
        new Fault('AWSOrganizationsNotInUseException', 400, 'not a member'),
    });
    expect(await read()).toEqual({ missing: expect.stringContaining('AWSOrganizationsNotInUseException') });
  });

  it.each<[string, Fault, unknown]>([
    ['throttled', new Fault('TooManyRequestsException', 400, 'slow down'), RunError],
    ['expired', new Fault('ExpiredTokenException', 400, 'x'), AccessError],
  ])('ends the run where it is %s', async (_, fault, kind) => {
    server.use({ ...good, 'organizations:ListParents': () => fault });
    await expect(read()).rejects.toBeInstanceOf(kind);
  });
});
