/** More resources than are held by name: what stands for them, and that no order of events changes it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/events/decode.ts';
import type { TrailEvent } from '../../src/events/event.ts';
import type { Resolution, ResourceRef } from '../../src/permissions/permission.ts';
import { asPattern, matchesResource } from '../../src/policy/pattern.ts';
import { createLedger } from '../../src/usage/ledger.ts';
import type { Limits } from '../../src/usage/many.ts';
import type { PrincipalUsage, UsageEntry } from '../../src/usage/usage.ts';

const FROM = Date.UTC(2026, 5, 1);
const WINDOW = { from: FROM, to: FROM + 10 * 86_400_000 };
/** `made:x` is the id of a thing that the call made; everything else is a name. */
const madeOf = (name: string): string | undefined =>
  name.startsWith('made:') ? `arn:aws:ec2:::${name.slice(5, 6)}/*` : undefined;
const refOf = (name: string): ResourceRef => {
  const pattern = madeOf(name);
  const inexact = pattern && { why: 'created' as const, patterns: [asPattern(pattern)] };
  return { kind: 'arn', arn: name, found: 'request', ...(inexact && { inexact }) };
};
const resolve = ({ eventName, requestParameters }: TrailEvent): Resolution => ({
  status: 'mapped',
  permissions: [
    {
      action: `s3:${eventName}`,
      resource: refOf(String(requestParameters?.key)),
      level: 'primary',
      basis: 'test',
      context: [],
    },
  ],
  hidden: [],
});

interface Call {
  readonly role: string;
  readonly name: string;
  readonly key: string;
  readonly day: number;
}
function eventOf(call: Call, number: number): TrailEvent {
  const decoded = decode({
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::111122223333:assumed-role/${call.role}/s${number % 3}`,
      accountId: '111122223333',
    },
    eventTime: new Date(FROM + call.day * 86_400_000 + number * 1000).toISOString().replace('.000Z', 'Z'),
    eventSource: 's3.amazonaws.com',
    eventName: call.name,
    awsRegion: number % 5 === 0 ? 'eu-west-1' : 'us-east-1',
    sourceIPAddress: `10.0.0.${number}`,
    requestParameters: { key: call.key },
    eventID: `id-${number}`,
  });
  if (!decoded.ok) throw new Error(decoded.rejection.detail);
  return decoded.event;
}

function usages(events: readonly TrailEvent[], limits: Limits): readonly PrincipalUsage[] {
  const ledger = createLedger({ window: WINDOW, resolve, limits });
  for (const event of events)
    ledger.add({ records: 1, events: [event], skippedOtherPrincipal: 0, rejections: [] });
  return ledger.principals().map((one) => ledger.usage(one));
}
const holds = ({ resource }: UsageEntry, name: string): boolean => {
  if (resource.kind !== 'unresolved') return resource.kind === 'arn' && resource.arn === name;
  const made = madeOf(name);
  return (resource.patterns ?? []).some((one) =>
    made ? one === '*' || one === made : matchesResource(one, name),
  );
};

const word = fc.constantFrom('a', 'b', 'c', '2026', '*', 'é', '${x}', '');
const key = fc.oneof(
  fc
    .tuple(fc.constantFrom('x', 'y'), fc.array(word, { minLength: 1, maxLength: 4 }))
    .map(([bucket, words]) => `arn:aws:s3:::${bucket}/${words.join('/')}`),
  fc.constantFrom('made:i-1', 'made:i-2', 'made:v-1', 'no arn', ''),
);
const call: fc.Arbitrary<Call> = fc.record({
  role: fc.constantFrom('app', 'other'),
  name: fc.constantFrom('GetObject', 'PutObject'),
  key,
  day: fc.integer({ min: 0, max: 9 }),
});
const limits = fc.constantFrom(
  { exact: 3, patterns: 2, total: 100 },
  { exact: 8, patterns: 3, total: 9 },
  { exact: 64, patterns: 2, total: 6 },
  { exact: 5, patterns: 1, total: 4 },
);

describe('more resources than are held by name', () => {
  it('come out the same in any order, hold every name, and lose no call', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), fc.func(fc.nat()), limits, (calls, weight, bounds) => {
        const events = calls.map(eventOf);
        const shuffled = events
          .map((event, index) => ({ event, at: weight(index) }))
          .sort((a, b) => a.at - b.at)
          .map(({ event }) => event);
        const usage = usages(events, bounds);
        expect(usages(shuffled, bounds)).toEqual(usage);
        for (const { principal, entries } of usage) {
          const own = calls.filter((one) => one.role === principal.name);
          expect(entries.reduce((sum, one) => sum + one.succeeded, 0)).toBe(own.length);
          for (const one of own) {
            const alike = entries.filter((entry) => entry.action === `s3:${one.name}`);
            expect(alike.some((entry) => holds(entry, one.key))).toBe(true);
            expect(alike.length).toBeLessThanOrEqual(bounds.exact);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('stay by name up to the limit, and become their longest beginnings beyond it', () => {
    const bounds = { exact: 6, patterns: 2, total: 100 };
    const keys = ['x/2026/01/a', 'x/2026/01/b', 'x/2026/02/a', 'x/2026/02/b', 'x/2026/02/c', 'x/2026/02/d'];
    const calls = keys.map((one) => ({ role: 'app', name: 'GetObject', key: `arn:aws:s3:::${one}`, day: 1 }));
    expect(usages(calls.map(eventOf), bounds)[0]!.entries.map((one) => one.resource.kind)).toEqual(
      keys.map(() => 'arn'),
    );
    const more = [...calls, { ...calls[0]!, key: 'arn:aws:s3:::x/2026/02/e' }];
    const [usage] = usages(more.map(eventOf), bounds);
    expect(usage!.entries).toMatchObject([
      { resource: { patterns: ['arn:aws:s3:::x/2026/01/*'], many: true }, count: 2 },
      { resource: { patterns: ['arn:aws:s3:::x/2026/02/*'], many: true }, count: 5 },
    ]);
    expect(usage!.entries[0]!.resource).toMatchObject({
      reason: 'more than 6 different resources were used',
    });
  });
});
