import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import type { Resolution } from '../../src/permissions/permission.ts';
import type { Batch } from '../../src/trail/source.ts';
import { createIdSet } from '../../src/usage/id-set.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import { createDistinct, createSeen } from '../../src/usage/seen.ts';
import { BUCKETS, type PrincipalRef } from '../../src/usage/usage.ts';

const APP: PrincipalRef = {
  kind: 'role',
  arn: 'arn:aws:iam::111122223333:role/app',
  accountId: '111122223333',
  name: 'app',
};
const WINDOW = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 5, 11) };

/** A resolver of its own, so that the ledger's laws do not lean on the knowledge tables. */
const resolve = (event: TrailEvent): Resolution => {
  if (event.eventName === 'Unknown') return { status: 'unmapped', reason: 'no row' };
  if (event.eventName === 'GetCallerIdentity')
    return { status: 'no-permission', reason: 'none needed', source: 'test' };
  const resource = {
    kind: 'arn',
    arn: `arn:aws:s3:::b/${event.requestParameters?.key ?? ''}`,
    found: 'request',
  } as const;
  const permission = {
    action: `s3:${event.eventName}`,
    resource,
    level: 'primary',
    basis: 'test',
    context: [],
  } as const;
  return { status: 'mapped', permissions: [permission], hidden: [] };
};

interface Sketch {
  readonly role: string;
  readonly id: string;
  readonly day: number;
  readonly name: string;
  readonly key: string;
  readonly error: string | undefined;
  readonly session: string;
  readonly shared: string | undefined;
  readonly recipient: string;
}
const sketch: fc.Arbitrary<Sketch> = fc.record({
  role: fc.constantFrom('app', 'App', 'other'),
  id: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'),
  day: fc.integer({ min: -2, max: 12 }),
  name: fc.constantFrom('GetObject', 'PutObject', 'Unknown', 'GetCallerIdentity'),
  key: fc.constantFrom('a', 'b', '*', '__proto__'),
  error: fc.constantFrom(undefined, undefined, 'AccessDenied', 'NoSuchKey', 'ThrottlingException'),
  session: fc.constantFrom('s1', 's2', 's3'),
  shared: fc.constantFrom(undefined, undefined, 'x', 'y'),
  recipient: fc.constantFrom('111122223333', '444455556666'),
});

function eventOf(one: Sketch): TrailEvent {
  const decoded = decode({
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::111122223333:assumed-role/${one.role}/${one.session}`,
      accountId: '111122223333',
    },
    eventTime: new Date(WINDOW.from + one.day * 86_400_000 + Number(one.id) * 1000)
      .toISOString()
      .replace('.000Z', 'Z'),
    eventSource: 's3.amazonaws.com',
    eventName: one.name,
    awsRegion: 'eu-west-1',
    sourceIPAddress: `10.0.0.${one.id}`,
    requestParameters: { key: one.key },
    eventID: one.id,
    recipientAccountId: one.recipient,
    ...(one.error ? { errorCode: one.error } : {}),
    ...(one.shared ? { sharedEventID: one.shared } : {}),
  });
  if (!decoded.ok) throw new Error(decoded.rejection.detail);
  return decoded.event;
}
const batchOf = (events: readonly TrailEvent[], bad = 0): Batch => ({
  records: events.length + bad,
  events,
  skippedOtherPrincipal: 0,
  rejections: Array.from(
    { length: bad },
    () => ({ reason: 'missing-field', detail: 'no eventTime' }) as const,
  ),
});
const usageOf = (batches: readonly Batch[], wanted = true) => {
  const ledger = createLedger({
    window: WINDOW,
    resolve,
    ...(wanted ? { wanted: [{ kind: 'role' as const, name: 'app' }] } : {}),
  });
  for (const batch of batches) ledger.add(batch);
  return ledger.usage(APP);
};
/** Two records that share dedupeKey but not content cannot both be first; the laws hold for what CloudTrail delivers. */
const trail = fc
  .array(sketch, { maxLength: 40 })
  .map((all) =>
    [...new Map(all.map((one) => [eventOf(one).dedupeKey, one])).values()].flatMap((one, i) =>
      i % 4 === 0 ? [one, one] : [one],
    ),
  );

describe('ledger laws', () => {
  it('does not depend on the order of records or on batching', () => {
    fc.assert(
      fc.property(trail, fc.func(fc.nat()), fc.integer({ min: 1, max: 7 }), (sketches, weight, size) => {
        const events = sketches.map(eventOf);
        const shuffled = sketches
          .map((one, index) => ({ event: eventOf(one), at: weight(index) }))
          .sort((a, b) => a.at - b.at)
          .map(({ event }) => event);
        const batches: Batch[] = [];
        for (let i = 0; i < shuffled.length; i += size) batches.push(batchOf(shuffled.slice(i, i + size)));
        expect(usageOf(batches)).toEqual(usageOf([batchOf(events)]));
      }),
    );
  });

  it('gives one principal the same usage whether or not others are followed', () => {
    fc.assert(
      fc.property(trail, (sketches) => {
        const batch = batchOf(sketches.map(eventOf));
        expect(usageOf([batch], false)).toEqual(usageOf([batch]));
      }),
    );
  });

  it('closes its accounts: every record is in exactly one bucket', () => {
    fc.assert(
      fc.property(trail, fc.integer({ min: 0, max: 3 }), (sketches, bad) => {
        const { accounting } = usageOf([batchOf(sketches.map(eventOf), bad)]);
        expect(accounting.records).toBe(sketches.length + bad);
        expect(BUCKETS.reduce((sum, bucket) => sum + accounting.buckets[bucket], 0)).toBe(accounting.records);
        for (const bucket of BUCKETS) expect(accounting.buckets[bucket]).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('counts nothing twice when every record is delivered twice', () => {
    fc.assert(
      fc.property(trail, (sketches) => {
        const batch = batchOf(sketches.map(eventOf));
        const [once, twice] = [usageOf([batch]), usageOf([batch, batch])];
        expect(twice.entries).toEqual(once.entries);
        expect(twice.denials).toEqual(once.denials);
        expect(twice.unmapped).toEqual(once.unmapped);
      }),
    );
  });
});

const event = (change: Partial<Sketch>): TrailEvent =>
  eventOf({
    role: 'app',
    id: '1',
    day: 1,
    name: 'GetObject',
    key: 'a',
    error: undefined,
    session: 's',
    shared: undefined,
    recipient: '111122223333',
    ...change,
  });

describe('ledger', () => {
  it('never counts a denied call as use', () => {
    const usage = usageOf([batchOf([event({ error: 'AccessDenied' })])]);
    expect(usage.entries).toEqual([]);
    expect(usage.denials).toMatchObject([{ errorCode: 'AccessDenied', actions: ['s3:GetObject'], count: 1 }]);
  });

  it('counts a call that failed after it was authorised, and keeps apart one that proves nothing', () => {
    const usage = usageOf([
      batchOf([event({ error: 'NoSuchKey' }), event({ id: '2', error: 'ThrottlingException' })]),
    ]);
    expect(usage.entries).toMatchObject([{ count: 2, succeeded: 0, failed: 1, inconclusive: 1 }]);
  });

  it('prefers the caller account copy of a cross-account call and falls back on the owner copy', () => {
    const own = event({ id: '1', shared: 'x' });
    const copy = event({ id: '2', shared: 'x', recipient: '444455556666' });
    expect(usageOf([batchOf([copy, own])]).entries).toMatchObject([{ count: 1, sampleIds: ['1'] }]);
    expect(usageOf([batchOf([copy])]).entries).toMatchObject([{ count: 1, sampleIds: ['2'] }]);
  });

  it('takes the window half open', () => {
    const usage = usageOf([batchOf([event({ id: '1', day: -1 }), event({ id: '2', day: 10 })])]);
    expect(usage.accounting.buckets['outside-window']).toBe(2);
    expect(usage.entries).toEqual([]);
  });

  it('leaves excluded events out and says why', () => {
    const ledger = createLedger({
      window: WINDOW,
      resolve,
      exclude: (one) => (one.sourceIp === '10.0.0.1' ? 'session s' : undefined),
    });
    ledger.add(batchOf([event({}), event({ id: '2' })]));
    const { accounting, entries } = ledger.usage(APP);
    expect(accounting.reasons).toContainEqual(['excluded', 'session s', 1]);
    expect(entries).toMatchObject([{ count: 1 }]);
  });

  const carriedBy = (records: readonly (readonly [vpce: string | undefined, mfa: string | undefined])[]) => {
    const events = records.map(([vpcEndpointId, mfaAuthenticated], index) => {
      const decoded = decode({
        eventVersion: '1.11',
        userIdentity: {
          type: 'AssumedRole',
          arn: 'arn:aws:sts::111122223333:assumed-role/app/s',
          accountId: '111122223333',
          sessionContext: { attributes: { mfaAuthenticated } },
        },
        eventTime: '2026-06-03T00:00:00Z',
        eventID: String(index),
        eventSource: 's3.amazonaws.com',
        eventName: 'GetObject',
        awsRegion: 'eu-west-1',
        sourceIPAddress: '192.0.2.1',
        vpcEndpointId,
      });
      if (!decoded.ok) throw new Error(decoded.rejection.detail);
      return decoded.event;
    });
    const [entry] = usageOf([batchOf(events)]).entries;
    return { vpcEndpoints: entry!.vpcEndpoints, mfa: entry!.mfa };
  };

  it('tells whether every call of an entry carried an endpoint and MFA', () => {
    expect(
      carriedBy([
        ['vpce-2', 'true'],
        ['vpce-1', 'true'],
      ]),
    ).toEqual({
      vpcEndpoints: { values: ['vpce-1', 'vpce-2'], more: false, every: true },
      mfa: { values: ['true'], more: false, every: true },
    });
    expect(
      carriedBy([
        ['vpce-1', undefined],
        [undefined, 'false'],
      ]),
    ).toEqual({
      vpcEndpoints: { values: ['vpce-1'], more: false, every: false },
      mfa: { values: ['false'], more: false, every: false },
    });
  });

  it('knows a principal it never saw by an empty usage', () => {
    expect(usageOf([batchOf([event({ role: 'other' })])])).toMatchObject({
      principal: APP,
      entries: [],
      accounting: { records: 1 },
    });
  });
});

describe('pieces', () => {
  it('keeps the smallest distinct values in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 })), (values) => {
        const builder = createDistinct(3);
        for (const value of values) builder.add(value);
        const all = [...new Set(values)].sort();
        expect(builder.value()).toEqual({ values: all.slice(0, 3), more: all.length > 3 });
      }),
    );
  });

  it('keeps the earliest samples in any order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.string({ maxLength: 2 })), {
          selector: ([, id]) => id,
        }),
        (all) => {
          const builder = createSeen();
          for (const [time, id] of all) builder.add(1, time, time, [id]);
          const expected = [...all].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).slice(0, 3);
          expect(builder.value().sampleIds).toEqual(expected.map(([, id]) => id));
        },
      ),
    );
  });

  it('is a set', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 })), (ids) => {
        const [ours, theirs] = [createIdSet(), new Set<string>()];
        for (const id of ids) {
          expect(ours.has(id)).toBe(theirs.has(id));
          expect(ours.add(id)).toBe(!theirs.has(id));
          theirs.add(id);
        }
        expect(ours.size).toBe(theirs.size);
      }),
    );
  });

  it('remembers a bounded number, and takes what it does not remember for new', () => {
    const ids = createIdSet(100);
    for (let i = 0; i < 250; i++) expect(ids.add(`id-${i}`)).toBe(true);
    expect([ids.size, ids.unremembered]).toEqual([100, 150]);
    expect([ids.add('id-99'), ids.add('id-249'), ids.add('id-249')]).toEqual([false, true, true]);
  });

  it('stays a set when it grows', () => {
    const ids = createIdSet();
    for (let i = 0; i < 50_000; i++) expect(ids.add(`id-${i}`)).toBe(true);
    for (let i = 0; i < 50_000; i += 97) expect(ids.add(`id-${i}`)).toBe(false);
  });
});

describe('denials on many resources', () => {
  const WHY = 'Refused';
  const on = (count: number): readonly TrailEvent[] =>
    Array.from({ length: count }, (_, index) => {
      const one = { role: 'app', day: 1, name: 'GetObject', key: `k${index}`, session: 's1' };
      const event = eventOf({
        ...one,
        id: '1',
        error: 'AccessDenied',
        shared: undefined,
        recipient: APP.accountId,
      });
      return { ...event, dedupeKey: `${index}`, sampleIds: [`id-${String(index).padStart(6, '0')}`] };
    });
  const refusing = (event: TrailEvent): Resolution => ({
    status: 'unmapped',
    reason: WHY,
    denied: { resource: `arn:aws:s3:::b/${event.requestParameters?.key}`, explicit: false },
  });
  const told = (events: readonly TrailEvent[]) => {
    const ledger = createLedger({ window: WINDOW, resolve: refusing });
    ledger.add({ records: events.length, events, skippedOtherPrincipal: 0, rejections: [] });
    return { denials: ledger.usage(APP).denials, unnamed: ledger.unnamedDenials() };
  };

  it('are named up to ten thousand, and counted together beyond, in any order', () => {
    const few = told(on(10_000));
    expect([few.denials.length, few.unnamed]).toEqual([10_000, 0]);
    const many = told(on(10_001));
    expect(many.unnamed).toBe(1);
    expect(many.denials).toEqual([
      {
        ...few.denials[0]!,
        denied: { explicit: false },
        count: 10_001,
        sampleIds: ['id-000000', 'id-000001', 'id-000002'],
      },
    ]);
    expect(told([...on(12_000)].reverse())).toEqual(told(on(12_000)));
  });
});
