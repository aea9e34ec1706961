/** Access Advisor through the real SDK: polling, paging, failed and stuck jobs, and every way to be refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLastAccessed } from '../../src/account/last-accessed.ts';
import { openIam } from '../../src/account/live-calls.ts';
import {
  readLastAccessed,
  readLastAccessedReport,
  readOrganizationReport,
} from '../../src/account/live-last-accessed.ts';
import { AccessError, isExpected, RunError } from '../../src/errors.ts';
import { page } from '../faults/aws-api-account.ts';
import {
  type ApiServer,
  denied,
  expired,
  Fault,
  type Handlers,
  noSuchEntity,
  startApiServer,
  throttled,
} from '../faults/aws-api-server.ts';
import { liveOptions } from '../faults/live-options.ts';

const ARN = 'arn:aws:iam::111122223333:role/team/worker';
const WAITING = { first: 2, longest: 40 };
const GENERATE = 'iam:GenerateServiceLastAccessedDetails';
const GET = 'iam:GetServiceLastAccessedDetails';
const services = ['ec2', 's3', 'sqs'].map((service) => ({
  ServiceName: `Amazon ${service}`,
  ServiceNamespace: service,
  LastAuthenticated: '2024-05-30T01:02:03Z',
  LastAuthenticatedEntity: ARN,
  LastAuthenticatedRegion: 'eu-west-1',
  TotalAuthenticatedEntities: 1,
  TrackedActionsLastAccessed: [
    {
      ActionName: 'Used',
      LastAccessedEntity: ARN,
      LastAccessedTime: '2024-05-30T01:02:03Z',
      LastAccessedRegion: 'eu-west-1',
    },
    { ActionName: 'Never' },
  ],
}));
const job = (JobStatus: string) => ({
  JobStatus,
  JobType: 'ACTION_LEVEL',
  JobCreationDate: '2024-06-01T12:00:00Z',
});

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

/** A job that is looked at twice before it is done, then gives one service a page. */
const good: Handlers = {
  [GENERATE]: () => ({ JobId: 'examplejob-0000' }),
  [GET]: (call) =>
    call.earlier < 2
      ? { ...job('IN_PROGRESS'), JobCompletionDate: '2024-06-01T12:00:00Z', ServicesLastAccessed: [] }
      : {
          ...job('COMPLETED'),
          JobCompletionDate: '2024-06-01T12:00:09Z',
          ...page(call, 'ServicesLastAccessed', services, 1),
        },
  'iam:GenerateOrganizationsAccessReport': () => ({ JobId: 'examplejob-0001' }),
  'iam:GetOrganizationsAccessReport': (call) =>
    call.earlier < 1
      ? { JobStatus: 'IN_PROGRESS', JobCreationDate: '2024-06-01T12:00:00Z' }
      : {
          JobStatus: 'COMPLETED',
          JobCreationDate: '2024-06-01T12:00:00Z',
          NumberOfServicesAccessible: 2,
          NumberOfServicesNotAccessed: 1,
          ...page(
            call,
            'AccessDetails',
            [
              { ServiceName: 'Amazon S3', ServiceNamespace: 's3', EntityPath: 'o-1/r-1/111122223333' },
              { ServiceName: 'Amazon EC2', ServiceNamespace: 'ec2' },
            ],
            1,
          ),
        },
};
const iam = () => openIam(liveOptions(server.url));
async function failure(run: Promise<unknown>): Promise<Error> {
  const error = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(isExpected(error), String(error)).toBe(true);
  expect((error as Error).message).not.toMatch(/\n|\.$/);
  return error as Error;
}

describe('last-accessed live', () => {
  it('waits for the job, reads all its pages at action level, and asks for the principal', async () => {
    server.use(good);
    const report = await readLastAccessed(await iam(), ARN, WAITING);
    expect(report.level).toBe('action');
    expect(report.generatedAt).toBe(Date.UTC(2024, 5, 1, 12));
    expect(report.services.map((one) => [one.service, one.actions.length])).toEqual([
      ['ec2', 2],
      ['s3', 2],
      ['sqs', 2],
    ]);
    expect(report.entities).toEqual([ARN]);
    expect(Object.fromEntries(server.calls[0]!.params)).toMatchObject({
      Arn: ARN,
      Granularity: 'ACTION_LEVEL',
    });
    expect(server.calls.map((call) => call.name)).toEqual([GENERATE, GET, GET, GET, GET, GET]);
  });

  it('gives the output of the AWS command line, which reads back the same', async () => {
    server.use(good);
    const raw = await readLastAccessedReport(await iam(), ARN, WAITING);
    server.use(good);
    expect(parseLastAccessed(JSON.parse(JSON.stringify(raw)), 'live')).toEqual(
      await readLastAccessed(await iam(), ARN, WAITING),
    );
    expect(raw).toMatchObject({
      JobStatus: 'COMPLETED',
      IsTruncated: false,
      JobCreationDate: '2024-06-01T12:00:00Z',
    });
  });

  it('reads the report of the organisation', async () => {
    server.use(good);
    const raw = await readOrganizationReport(await iam(), 'o-1/r-1/111122223333', WAITING);
    expect(raw.AccessDetails).toHaveLength(2);
    expect(raw).toMatchObject({ NumberOfServicesNotAccessed: 1, IsTruncated: false });
  });

  it.each<[string, Handlers, RegExp]>([
    [
      'a failed job',
      {
        [GET]: () => ({
          ...job('FAILED'),
          ServicesLastAccessed: [],
          Error: { Code: 'ServiceFailure', Message: 'try later' },
        }),
      },
      /the job of aws failed \(`ServiceFailure: try later`\); run again/,
    ],
    [
      'a stuck job',
      { [GET]: () => ({ ...job('IN_PROGRESS'), ServicesLastAccessed: [] }) },
      /has not finished in 0 s/,
    ],
    [
      'a job that AWS forgot',
      { [GET]: () => noSuchEntity('The job') },
      /could not read the last-accessed report.*NoSuchEntity/,
    ],
    [
      'a server fault',
      { [GENERATE]: () => new Fault('ServiceFailure', 500, 'x') },
      /could not start the last-accessed report/,
    ],
    [
      'pages in circles',
      {
        [GET]: () => ({
          ...job('COMPLETED'),
          ServicesLastAccessed: services,
          IsTruncated: true,
          Marker: 'm',
        }),
      },
      /go in circles/,
    ],
    ['throttling at the start', { [GENERATE]: () => throttled }, /`Throttling`/],
    ['throttling while waiting', { [GET]: () => throttled }, /`Throttling`/],
  ])('ends at %s', async (_, handlers, message) => {
    server.use({ ...good, ...handlers });
    const error = await failure(readLastAccessed(await iam(), ARN, WAITING));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(message);
  });

  it.each([GENERATE, GET])('ends where %s is denied or the credentials expire', async (call) => {
    server.use({ ...good, [call]: () => denied(call) });
    const refused = await failure(readLastAccessed(await iam(), ARN, WAITING));
    expect(refused).toBeInstanceOf(AccessError);
    expect(refused.message).toContain(`\`${call}\` is needed`);
    server.use({ ...good, [call]: () => expired });
    expect((await failure(readLastAccessed(await iam(), ARN, WAITING))).message).toMatch(/expired/);
  });

  it.each(['iam:GenerateOrganizationsAccessReport', 'iam:GetOrganizationsAccessReport'])(
    'ends where %s is denied',
    async (call) => {
      server.use({ ...good, [call]: () => denied(call) });
      const refused = await failure(readOrganizationReport(await iam(), 'o-1/r-1/1', WAITING));
      expect(refused).toBeInstanceOf(AccessError);
      expect(refused.message).toContain(`\`${call}\` is needed`);
    },
  );

  it('stops waiting when aborted', async () => {
    server.use({ ...good, [GET]: () => ({ ...job('IN_PROGRESS'), ServicesLastAccessed: [] }) });
    const controller = new AbortController();
    const opened = await openIam({ ...liveOptions(server.url), signal: controller.signal });
    const run = readLastAccessed(opened, ARN, { first: 10_000, longest: 100_000 });
    setTimeout(() => controller.abort(), 100);
    await expect(run).rejects.toThrow(/abort/i);
  });
});
