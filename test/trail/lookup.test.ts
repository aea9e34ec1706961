/** The event history through the real SDK, against a local CloudTrail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LookupOptions, openLookupSource } from '../../src/trail/lookup.ts';
import { regionsLike } from '../../src/trail/regions.ts';
import type { Batch } from '../../src/trail/source.ts';
import { type Call, fail, type JsonServer, type Reply, startJson } from '../faults/json-server.ts';
import { isolateAws } from '../faults/s3-run.ts';
import { record } from '../support/trail-objects.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-31T00:00:00Z');
const WINDOW = { from: NOW - 30 * DAY, to: NOW };
const ACCOUNT = '111122223333';

let server: JsonServer;
beforeEach(() => isolateAws());
afterEach(() => server.stop());

/** Three pages of two events in each region. */
function pages({ input, region }: Call): Reply {
  const page = Number(input.NextToken ?? 0);
  const events = [0, 1].map((index) => ({
    CloudTrailEvent: JSON.stringify(record(ACCOUNT, region, WINDOW.from, page * 2 + index)),
  }));
  return { body: { Events: events, ...(page < 2 && { NextToken: String(page + 1) }) } };
}

async function run(more: Partial<LookupOptions> = {}, window = WINDOW) {
  const source = openLookupSource({
    aws: { region: 'us-east-1', endpointUrl: server.url, maxAttempts: 1 },
    regions: ['eu-west-1', 'us-east-1'],
    now: NOW,
    interval: 20,
    ...more,
  });
  const batches: Batch[] = [];
  for await (const batch of source.read({ window })) batches.push(batch);
  return {
    source,
    batches,
    events: batches.flatMap((batch) => batch.events),
    gaps: batches.flatMap((one) => one.gap ?? []),
  };
}

describe('openLookupSource', () => {
  it('reads all pages of all regions, within the window', async () => {
    server = await startJson(pages);
    const { source, batches, events } = await run();
    expect(batches).toHaveLength(6);
    expect(events.map((event) => event.sampleIds[0]).sort()).toHaveLength(12);
    expect(new Set(events.map((event) => event.awsRegion))).toEqual(new Set(['eu-west-1', 'us-east-1']));
    const call = server.calls.at(-1);
    expect(call?.input).toMatchObject({
      StartTime: WINDOW.from / 1000,
      EndTime: WINDOW.to / 1000,
      MaxResults: 50,
    });
    expect(source.facts()).toMatchObject({
      kind: 'lookup',
      location: 'event history',
      objectsRead: 6,
      cells: [],
    });
  });

  it('asks all regions of the partition where none is named', async () => {
    server = await startJson(() => ({ body: { Events: [] } }));
    await run({ regions: undefined as never, aws: { region: 'cn-north-1', endpointUrl: server.url } });
    expect([...new Set(server.calls.map((call) => call.region))].sort()).toEqual([
      'cn-north-1',
      'cn-northwest-1',
    ]);
  });

  it('keeps to the limit of each region', async () => {
    server = await startJson(pages);
    await run({ interval: 120 });
    const times = server.calls.filter((call) => call.region === 'eu-west-1').map((call) => call.at);
    const steps = times.slice(1).map((time, index) => time - times[index]!);
    expect(times).toHaveLength(3);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(100);
  });

  it('goes on after throttling', async () => {
    let calls = 0;
    server = await startJson((call) => {
      calls += 1;
      return calls === 3 ? fail('ThrottlingException', 'Rate exceeded') : pages(call);
    });
    const { events } = await run({ aws: { region: 'us-east-1', endpointUrl: server.url, maxAttempts: 3 } });
    expect(events).toHaveLength(12);
  });

  it('rejects an event that is no record, and keeps its neighbours', async () => {
    const good = JSON.stringify(record(ACCOUNT, 'us-east-1', WINDOW.from, 1));
    const Events = [{ CloudTrailEvent: '],"Records":[{' }, { CloudTrailEvent: good }, {}];
    server = await startJson(() => ({ body: { Events } }));
    const { batches } = await run({ regions: ['us-east-1'] });
    expect(batches[0]).toMatchObject({ records: 3, rejections: [{}, {}] });
    expect(batches[0]?.events).toHaveLength(1);
  });

  it('names a region that may not be read, and one that breaks off', async () => {
    server = await startJson((call) => {
      if (call.region === 'eu-west-1') return fail('AccessDeniedException', 'an explicit deny');
      return call.input.NextToken === '1' ? fail('InvalidNextTokenException') : pages(call);
    });
    const { events, gaps } = await run();
    expect(gaps.map(({ reason, object }) => [reason, object.region]).sort()).toEqual([
      ['access-denied', 'eu-west-1'],
      ['list-failed', 'us-east-1'],
    ]);
    expect(events).toHaveLength(2);
  });

  it('tells a region that is not enabled from one that old session tokens do not reach', async () => {
    const regions = ['us-east-1', 'me-central-1'];
    server = await startJson((call) =>
      call.region === 'me-central-1'
        ? fail('UnrecognizedClientException', 'The security token is invalid')
        : pages(call),
    );
    const enabled = await run({ regions });
    expect(enabled.gaps).toEqual([]);
    expect(enabled.source.facts().ignored).toEqual([['region-not-enabled', 1]]);
    process.env.AWS_SESSION_TOKEN = 'FwoGversion1';
    expect((await run({ regions })).gaps.map((gap) => gap.reason)).toEqual(['region-missing']);
    process.env.AWS_SESSION_TOKEN = 'IQoJversion2';
    expect((await run({ regions })).gaps).toEqual([]);
    const always = ['us-east-1', 'eu-west-1'];
    server.answer = (call) =>
      call.region === 'eu-west-1' ? fail('UnrecognizedClientException') : pages(call);
    expect((await run({ regions: always })).gaps.map((gap) => gap.reason)).toEqual(['region-missing']);
  });

  it('says that a longer window is not held', async () => {
    server = await startJson(pages);
    const { gaps } = await run({}, { from: NOW - 120 * DAY, to: NOW });
    expect(gaps).toMatchObject([{ reason: 'day-missing', detail: expect.stringMatching(/90 days/) }]);
    expect((await run({}, { from: NOW - 90 * DAY - 5000, to: NOW })).gaps).toEqual([]);
  });

  it('is an AccessError where nothing can be read, or the credentials expire', async () => {
    server = await startJson(() => fail('AccessDeniedException', 'no'));
    await expect(run()).rejects.toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/LookupEvents/),
    });
    server.answer = (call) => (call.input.NextToken === '2' ? fail('ExpiredTokenException') : pages(call));
    await expect(run()).rejects.toMatchObject({
      name: 'AccessError',
      message: expect.stringMatching(/expired/),
    });
  });
});

it('knows no regions of a partition it has never heard of', () => {
  expect(regionsLike('us-west-2')).toHaveLength(34);
  expect(() => regionsLike('us-iso-east-1')).toThrow(/--regions/);
});
