/** Trail facts through the real SDK, against a local CloudTrail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrailFacts } from '../../src/trail/facts.ts';
import { chooseTrail, readTrailFacts } from '../../src/trail/facts-live.ts';
import { type Call, fail, type JsonServer, type Reply, startJson } from '../faults/json-server.ts';
import { isolateAws } from '../faults/s3-run.ts';

const MAIN = {
  Name: 'main',
  TrailARN: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main',
  HomeRegion: 'eu-west-1',
  S3BucketName: 'logs',
  S3KeyPrefix: 'audit',
  IsMultiRegionTrail: true,
  IsOrganizationTrail: true,
  IncludeGlobalServiceEvents: true,
  LogFileValidationEnabled: true,
  KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/x',
};
const LOCAL = {
  Name: 'local',
  TrailARN: 'arn:aws:cloudtrail:ap-south-1:111122223333:trail/local',
  HomeRegion: 'ap-south-1',
  S3BucketName: 'other',
  IsMultiRegionTrail: false,
};

function healthy({ operation, input, region }: Call): Reply {
  switch (operation) {
    case 'DescribeTrails':
      return {
        body: {
          trailList: input.trailNameList === undefined ? [MAIN] : region === 'ap-south-1' ? [LOCAL] : [],
        },
      };
    case 'ListTrails':
      return input.NextToken === undefined
        ? { body: { Trails: [{ TrailARN: MAIN.TrailARN, HomeRegion: 'eu-west-1' }], NextToken: 'more' } }
        : { body: { Trails: [{ TrailARN: LOCAL.TrailARN, HomeRegion: 'ap-south-1' }] } };
    case 'GetEventSelectors':
      return { body: { EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] } };
    case 'GetTrailStatus':
      return { body: { IsLogging: true, StartLoggingTime: 1_700_000_000, StopLoggingTime: 1_600_000_000.5 } };
    default:
      return fail('UnknownOperationException');
  }
}

let server: JsonServer;
beforeEach(async () => {
  isolateAws();
  server = await startJson(healthy);
});
afterEach(() => server.stop());
const read = () => readTrailFacts({ region: 'us-east-1', endpointUrl: server.url, maxAttempts: 1 });

describe('readTrailFacts', () => {
  it('finds the trails of all regions and asks each at home', async () => {
    const { trails, problems } = await read();
    expect(problems).toEqual([]);
    expect(trails.map((trail) => trail.name)).toEqual(['local', 'main']);
    expect(trails[1]).toEqual({
      name: 'main',
      arn: MAIN.TrailARN,
      homeRegion: 'eu-west-1',
      multiRegion: true,
      organization: true,
      includesGlobalServiceEvents: true,
      logFileValidation: true,
      bucket: 'logs',
      prefix: 'audit',
      kmsKeyId: MAIN.KmsKeyId,
      management: { read: true, write: true, excludedSources: [] },
      data: [],
      isLogging: true,
      startedLogging: 1_700_000_000_000,
      stoppedLogging: 1_600_000_000_500,
    });
    const homes = server.calls
      .filter((call) => call.operation === 'GetTrailStatus')
      .map((call) => call.region);
    expect(homes).toEqual(['ap-south-1', 'eu-west-1']);
  });

  it('leaves out a trail whose selectors are not known, and says so', async () => {
    server.answer = (call) =>
      call.operation === 'GetEventSelectors' && call.region === 'eu-west-1'
        ? fail('AccessDeniedException')
        : healthy(call);
    const { trails, problems } = await read();
    expect(trails.map((trail) => trail.name)).toEqual(['local']);
    expect(problems).toEqual([expect.stringMatching(/`main` is left out.*AccessDeniedException/)]);
  });

  it('goes on without the status, and without the trails of other regions', async () => {
    server.answer = (call) =>
      call.operation === 'GetTrailStatus' || call.operation === 'ListTrails'
        ? fail('AccessDeniedException')
        : healthy(call);
    const { trails, problems } = await read();
    expect(trails.map((trail) => [trail.name, trail.isLogging])).toEqual([['main', undefined]]);
    expect(problems).toHaveLength(2);
  });

  it('is an AccessError where nothing may be asked', async () => {
    server.answer = () => fail('AccessDeniedException', 'no');
    await expect(read()).rejects.toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/DescribeTrails/),
    });
  });
});

describe('chooseTrail', () => {
  const trail = (given: Partial<TrailFacts>): TrailFacts => ({
    name: 'main',
    arn: `arn:aws:cloudtrail:eu-west-1:111122223333:trail/${given.name ?? 'main'}`,
    homeRegion: 'eu-west-1',
    multiRegion: true,
    organization: false,
    includesGlobalServiceEvents: true,
    logFileValidation: true,
    bucket: 'logs',
    management: { read: true, write: true, excludedSources: [] },
    data: [],
    isLogging: true,
    ...given,
  });

  it('takes the one that covers most', () => {
    const wide = trail({});
    const others = [trail({ name: 'local', multiRegion: false }), trail({ name: 'off', isLogging: false })];
    expect(chooseTrail([...others, wide])).toBe(wide);
    expect(chooseTrail([...others, wide], 'local')).toBe(others[0]);
    expect(chooseTrail([...others, wide], others[1]!.arn)).toBe(others[1]);
  });

  it('asks where it cannot tell', () => {
    const two = [trail({}), trail({ name: 'second', bucket: 'elsewhere' })];
    expect(() => chooseTrail(two)).toThrow(/`main`, `second`.*--trail/);
    expect(() => chooseTrail(two, 'third')).toThrow(/no trail `third`/);
    expect(() => chooseTrail([])).toThrow(/--bucket/);
  });
});
