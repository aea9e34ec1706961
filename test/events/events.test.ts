import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/events/attribution.ts';
import codes from '../../src/events/data/error-codes.json' with { type: 'json' };
import { decode, parseTime, preview } from '../../src/events/decode.ts';
import type { Json } from '../../src/events/event.ts';
import { outcomeKind, outcomeOf } from '../../src/events/outcome.ts';
import { readCases } from '../support/cases.ts';

interface AttributionCase {
  readonly name: string;
  readonly identity?: Json;
  readonly expect: unknown;
}
for (const { file, cases } of readCases<AttributionCase>('events/attribution'))
  describe(`attribution: ${file}`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      expect(attribute(one.identity)).toEqual(one.expect);
    });
  });

interface OutcomeCase {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  readonly expect: string;
}
for (const { file, cases } of readCases<OutcomeCase>('events/outcome'))
  describe(`outcome: ${file}`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      expect(outcomeOf(one.code, one.message).kind).toBe(one.expect);
    });
  });

interface DecodeCase {
  readonly name: string;
  /** Members laid over a record that decodes; null removes one. */
  readonly change?: { readonly [key: string]: Json };
  /** Instead of a record. */
  readonly raw?: Json;
  readonly rejected?: string;
  readonly expect?: { readonly [key: string]: unknown };
}
const GOOD = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/app/s',
    accountId: '111122223333',
  },
  eventTime: '2026-06-01T10:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  eventID: 'a',
};
for (const { file, cases } of readCases<DecodeCase>('events/decode'))
  describe(`decode: ${file}`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const raw = one.raw === undefined ? overlay(one.change ?? {}) : one.raw;
      const decoded = decode(raw);
      if (one.rejected !== undefined)
        expect(decoded).toMatchObject({ ok: false, rejection: { reason: one.rejected } });
      else expect(decoded).toMatchObject({ ok: true, event: one.expect ?? {} });
    });
  });

function overlay(change: { readonly [key: string]: Json }): unknown {
  const record = new Map<string, unknown>(Object.entries(GOOD));
  for (const [key, value] of Object.entries(change))
    value === null ? record.delete(key) : record.set(key, value);
  return Object.fromEntries(record);
}

describe('error codes', () => {
  it('has sorted, unique rows with a source, each of which matters', () => {
    const names = codes.map((row) => row.code);
    expect(names).toEqual([...new Set(names)].sort());
    for (const row of codes) {
      expect(row.source).not.toBe('');
      expect(outcomeKind(row.code)).toBe(row.outcome);
      expect(outcomeKind(`Client.${row.code}`)).toBe(row.outcome);
    }
  });
});

describe('time', () => {
  it.each([
    ['2026-02-28T23:59:59Z', Date.UTC(2026, 1, 28, 23, 59, 59)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2026-06-01T10:00:00.123Z', Date.UTC(2026, 5, 1, 10)],
  ])('reads %s', (text, time) => expect(parseTime(text)).toBe(time));
  it.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01 10:00:00',
    '2026-06-01T10:00:00+02:00',
    '',
    '9999999999999',
  ])('refuses %s', (text) => expect(parseTime(text)).toBeUndefined());
});

describe('preview', () => {
  it('shows control, bidirectional and line characters instead of printing them', () => {
    expect(preview('a\u001b[31m\u202e\u2028b')).toBe('`a\\u001b[31m\\u202e\\u2028b`');
  });
  it('shortens', () => expect(preview('x'.repeat(500)).length).toBeLessThan(90));
});

describe('copies', () => {
  const key = (change: { readonly [key: string]: Json }): string => {
    const decoded = decode(overlay(change));
    if (!decoded.ok) throw new Error('rejected');
    return decoded.event.dedupeKey;
  };
  it('gives true copies one key', () => expect(key({})).toBe(key({})));
  it.each([
    { eventName: 'PutObject' },
    { eventTime: '2026-06-01T10:00:01Z' },
    { errorCode: 'AccessDenied' },
    { eventID: 'b' },
    { eventSource: 'sqs.amazonaws.com' },
  ])('lets no forged copy hide behind an id: %o', (change) => expect(key(change)).not.toBe(key({})));
  it('tells records without an id apart by all they hold', () => {
    expect(key({ eventID: null, requestParameters: { a: 1 } })).not.toBe(
      key({ eventID: null, requestParameters: { a: 2 } }),
    );
  });
});
