/** What the resolver keeps from one event to the next must never show: the same answers in any order, from any copy. */
import { beforeAll, describe, expect, it } from 'vitest';
import { hasShared, readRecords, sharedFolder } from '../../scripts/score/shared.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { decode } from '../../src/events/decode.ts';
import type { Json, TrailEvent } from '../../src/events/event.ts';
import { createResolver } from '../../src/permissions/resolver.ts';
import { readCases } from '../support/cases.ts';
import { eventOf, type PermissionCase } from '../support/permission-cases.ts';

const shared = sharedFolder(process.cwd());
const real: readonly TrailEvent[] = hasShared(shared)
  ? readRecords(shared).flatMap((record) => {
      const decoded = decode(record);
      return decoded.ok ? [decoded.event] : [];
    })
  : [];
if (real.length === 0) console.warn('SKIPPED: ../shared is absent, so only the cases are resolved');
const events = [
  ...readCases<PermissionCase>('permissions').flatMap(({ cases }) => cases.map(eventOf)),
  ...real,
];

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

describe('an event that was just resolved', () => {
  const event = eventOf({ event: 's3:GetObject', request: { bucketName: 'b', key: 'k' } });
  it('is answered at once, and a copy for another day as well', () => {
    const { resolve } = createResolver(catalogue);
    const first = resolve(event);
    expect(resolve(event)).toBe(first);
    expect(resolve({ ...event, firstSeen: event.firstSeen + 86_400_000, count: 7 })).toBe(first);
  });
  const other = eventOf({ event: 's3:PutObject', request: { bucketName: 'c', key: 'l', versionId: 'v' } });
  const changes: readonly (readonly [string, Partial<TrailEvent>])[] = [
    ['event name', { eventName: 'DeleteObject' }],
    ['event source', { eventSource: 'kms.amazonaws.com' }],
    ['event type', { eventType: 'AwsServiceEvent' }],
    ['region', { awsRegion: 'us-gov-west-1' }],
    ['account', { recipientAccountId: '999999999999' }],
    ['caller', { invokedBy: 'athena.amazonaws.com' }],
    ['principal', { principal: { kind: 'none', reason: 'anonymous' } }],
    [
      'outcome',
      {
        outcome: {
          kind: 'denied',
          errorCode: 'AccessDenied',
          errorMessage: 'User: x is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k"',
        },
      },
    ],
    ['parameters', { requestParameters: other.requestParameters }],
    ['response', { responseElements: { arn: 'arn:aws:s3:::d' } }],
    ['additional data', { additionalEventData: { a: 'b' } }],
    ['resources', { resources: [{ arn: 'arn:aws:s3:::e/f' }] }],
  ];
  it.each(changes)('says nothing about one with another %s', (_, change) => {
    const { resolve } = createResolver(catalogue);
    const first = resolve(event);
    const changed = { ...event, ...change };
    const second = resolve(changed);
    expect(second).not.toBe(first);
    expect(second).toEqual(createResolver(catalogue).resolve(changed));
  });
});

describe('a call of another principal', () => {
  const role = (name: string, accountId = '111122223333', partition = 'aws'): TrailEvent['principal'] => ({
    kind: 'role',
    arn: `arn:${partition}:iam::${accountId}:role/${name}`,
    accountId,
    name,
    id: `AROA${name.toUpperCase()}`,
    session: name,
    pathKnown: true,
  });
  const user = (name: string): TrailEvent['principal'] => ({
    kind: 'user',
    arn: `arn:aws:iam::111122223333:user/${name}`,
    accountId: '111122223333',
    name,
  });
  const principals: readonly TrailEvent['principal'][] = [
    role('a'),
    role('b'),
    role('b', '444455556666'),
    role('b', '444455556666', 'aws-cn'),
    role('c', '444455556666', 'aws-us-gov'),
    user('a'),
    user('b'),
    { kind: 'none', reason: 'root', accountId: '111122223333' },
  ];
  it('is answered as if it came alone', () => {
    const { resolve } = createResolver(catalogue);
    const alone = createResolver(catalogue);
    for (const event of events)
      for (const principal of principals)
        expect(resolve({ ...event, principal })).toEqual(
          // A list of its own: nothing that was kept is used.
          alone.resolve({ ...event, principal, resources: [...event.resources] }),
        );
  });
  it('is answered at once where only the role is another', () => {
    const { resolve } = createResolver(catalogue);
    const event = eventOf({ event: 's3:GetObject', request: { bucketName: 'b', key: 'k' } });
    const first = resolve({ ...event, principal: role('a') });
    expect(resolve({ ...event, principal: role('b') })).toBe(first);
    expect(resolve({ ...event, principal: role('b', '444455556666') })).not.toBe(first);
  });
});

/** Every text among the parameters twice: the usual way through one value must lead where that through many does. */
const doubled = (event: TrailEvent): TrailEvent => ({
  ...event,
  requestParameters:
    event.requestParameters &&
    Object.fromEntries(
      Object.entries(event.requestParameters).map(([name, value]): [string, Json] => [
        name,
        typeof value === 'string' && value !== '' && !value.startsWith('{') ? [value, value] : value,
      ]),
    ),
});

describe('all events', () => {
  it('are answered alike forwards, backwards, and without what came before', () => {
    const { resolve } = createResolver(catalogue);
    const forwards = events.map((event) => JSON.stringify(resolve(event)));
    const backwards = [...events].reverse().map((event) => JSON.stringify(resolve(event)));
    expect(backwards.reverse()).toEqual(forwards);
  });

  it('have the same resources where a parameter has its value twice', () => {
    const { resolve } = createResolver(catalogue);
    const different = events.filter(
      (event) => JSON.stringify(resolve(event)) !== JSON.stringify(resolve(doubled(event))),
    );
    expect(different.map((event) => `${event.eventSource} ${event.eventName}`)).toEqual([]);
  });
});
