/** Records that are valid JSON and tell something that cannot be, or tell it twice, too late or in no order. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import type { Bucket } from '../../src/usage/usage.ts';
import { faultTests } from './suite.ts';
import { cleanPlan, DAYS, documentOf, judge, openWorld, record, recordsOf, type World } from './world.ts';

let world: World;
let clean: Plan;
beforeAll(async () => {
  world = await openWorld();
  clean = await cleanPlan(world);
});
afterAll(() => world.close());

const RECORD = recordsOf(DAYS[1])[0]!;
type Row = {
  readonly name: string;
  readonly records: readonly unknown[];
  /** Where the record ends instead of with the succeeded ones. */
  readonly bucket?: Bucket;
  readonly count?: number;
};
const one = (name: string, change: object, bucket?: Bucket): Row => ({
  name,
  records: [{ ...RECORD, ...change }],
  ...(bucket ? { bucket, count: 1 } : {}),
});
const without = (member: string, bucket?: Bucket): Row => {
  const { [member]: _, ...rest } = RECORD;
  return { name: `no ${member}`, records: [rest], ...(bucket ? { bucket, count: 1 } : {}) };
};
const others = Array.from({ length: 9 }, (_, at) =>
  record(DAYS[1], at, at % 2 ? 'GetQueueAttributes' : 'SetQueueAttributes'),
);

const ROWS: readonly Row[] = [
  { name: 'the same record five times', records: Array(5).fill(RECORD), bucket: 'duplicate', count: 4 },
  { name: 'a copy with another time', records: [RECORD, { ...RECORD, eventTime: `${DAYS[1]}T05:00:00Z` }] },
  { name: 'an id taken from another record', records: [{ ...RECORD, eventName: 'GetQueueUrl' }, RECORD] },
  {
    name: 'an id taken by a denied call',
    records: [{ ...RECORD, errorCode: 'AccessDenied' }, RECORD],
    bucket: 'denied',
    count: 1,
  },
  { name: 'reversed order', records: [...others, RECORD].reverse() },
  { name: 'shuffled order', records: [others[5], RECORD, others[0], others[8], others[3]] },
  ...[
    ['an hour', '2026-05-01T23:10:01Z'],
    ['a day', '2026-05-01T00:10:01Z'],
  ].map(([much, eventTime]) => one(`a clock ${much} behind`, { eventTime })),
  one('a clock years behind', { eventTime: '1999-05-02T00:10:01Z' }, 'outside-window'),
  one('a clock a week ahead', { eventTime: '2026-05-09T00:10:01Z' }, 'outside-window'),
  one('the year 9999', { eventTime: '9999-12-31T23:59:59Z' }, 'outside-window'),
  one('the epoch', { eventTime: '1970-01-01T00:00:00Z' }, 'outside-window'),
  one('the last second of the window', { eventTime: '2026-05-03T23:59:59Z' }),
  one('the first second after the window', { eventTime: '2026-05-04T00:00:00Z' }, 'outside-window'),
  one('a leap second', { eventTime: '2026-05-02T23:59:60Z' }),
  one('fractions of a second', { eventTime: '2026-05-02T00:10:01.123456789Z' }),
  ...[
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-05-00T00:00:00Z',
    '2026-05-32T00:00:00Z',
    '2026-05-02T24:00:00Z',
    '2026-05-02T00:60:00Z',
    '2026-05-02T00:00:61Z',
    '2025-02-29T00:00:00Z',
    '2026-05-02',
    '2026-05-02 00:10:01',
    '2026-05-02T00:10:01+02:00',
    '1777680601',
    'yesterday',
    '',
    'T',
    `2026-05-02T00:10:01${'.'.repeat(50_000)}Z`,
  ].map((eventTime) => one(`the date ${eventTime.slice(0, 30)}`, { eventTime }, 'malformed')),
  ...Object.keys(RECORD).map((member) =>
    without(
      member,
      ['eventSource', 'eventName', 'eventTime'].includes(member)
        ? 'malformed'
        : member === 'userIdentity'
          ? 'other-principal'
          : undefined,
    ),
  ),
  ...['1.0', '1.02', '1.05', '1.06', '1.07', '1.08', '1.09', '1.10', '1.12', '1.99', '1'].map(
    (eventVersion) => one(`version ${eventVersion}`, { eventVersion }),
  ),
  ...['2.0', '0.9', '10', '1.x', 'latest', '1.11.1'].map((eventVersion) =>
    one(`version ${eventVersion}`, { eventVersion }, 'malformed'),
  ),
  one('a member of the future', { quantumContext: { entangled: ['x'] } }),
  one('a category of the future', { eventCategory: 'Dream' }),
  one('a type of the future', { eventType: 'AwsDream' }, 'unmapped'),
  one('a service of the future', { eventSource: 'dreams.amazonaws.com', eventName: 'Sleep' }, 'unmapped'),
  one('an operation of the future', { eventName: 'PurgeQueueV2Async' }, 'unmapped'),
  one('denied', { errorCode: 'AccessDenied', errorMessage: 'no' }, 'denied'),
  one('failed', { errorCode: 'QueueDoesNotExist', errorMessage: 'no' }, 'failed'),
  one('throttled', { errorCode: 'ThrottlingException', errorMessage: 'slow' }, 'inconclusive'),
  one('an error message alone', { errorMessage: 'odd' }, 'failed'),
  one('another account that says it is ours', {
    userIdentity: { ...(RECORD.userIdentity as object), accountId: '999999999999' },
  }),
  one(
    'a role of the same name in another account',
    {
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::999999999999:assumed-role/app/task',
        accountId: '999999999999',
      },
    },
    'other-principal',
  ),
  one(
    "a user of the role's name",
    {
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::111122223333:user/app',
        accountId: '111122223333',
        userName: 'app',
      },
    },
    'other-principal',
  ),
  one(
    'the root user',
    { userIdentity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' } },
    'other-principal',
  ),
  one(
    'a correction of a record',
    { addendum: { reason: 'UPDATED_DATA', originalEventID: 'x' } },
    'correction',
  ),
];

describe('events', () => {
  faultTests('events', ROWS, async ({ records, bucket, count = 0 }) => {
    // The one use of the action may have been moved out of the evidence by what the record now says: it is counted there.
    const counted = bucket === undefined ? (['other-principal'] as const) : ([bucket] as const);
    const plan = await judge(await world.with(documentOf(records)), clean, {
      counted,
      ends: [],
    });
    if (bucket)
      expect([bucket, plan!.evidence.accounting.buckets[bucket]]).toEqual([
        bucket,
        clean.evidence.accounting.buckets[bucket] + count,
      ]);
    if (bucket === 'malformed') expect(plan!.evidence.complete).toBe(false);
  });
});
