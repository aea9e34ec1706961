import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scanObject } from '../../../src/trail/scan/scan.ts';

const object = { name: 'a.json.gz', bytes: 0 };
const record = (id: string) => ({
  eventVersion: '1.08',
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::123456789012:assumed-role/app/i-1',
    sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::123456789012:role/app' } },
  },
  eventTime: '2024-01-02T03:04:05Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventID: id,
});
const [a, b] = [JSON.stringify(record('a')), JSON.stringify(record('b'))];
const scan = (text: string) => scanObject(Buffer.from(text), object);
const seen = (text: string) => {
  const batch = scan(text);
  return {
    ids: batch.events.flatMap((event) => event.sampleIds),
    records: batch.records,
    rejected: batch.rejections.map((one) => one.reason),
    gap: batch.gap && [batch.gap.reason, batch.gap.partial],
  };
};
const whole = (ids: string[]) => ({ ids, records: ids.length, rejected: [], gap: undefined });

describe('scanObject', () => {
  it.each([
    ['Records', `{"Records":[${a},${b}]}`, ['a', 'b']],
    ['Records, spaced', ` {\n "Records" : [\n ${a} ,\n ${b} ]\n}\n`, ['a', 'b']],
    ['other members around Records', `{"x":{"Records":[1]},"Records":[${a}],"y":[${b}]}`, ['a']],
    ['an escaped Records', `{"\\u0052ecords":[${a}]}`, ['a']],
    ['two Records: the last, as JSON.parse', `{"Records":[${a}],"Records":[${b}]}`, ['b']],
    ['no records', '{"Records":[]}', []],
    ['an array', `[${a},${b}]`, ['a', 'b']],
    ['one record', a, ['a']],
    ['one record, printed', JSON.stringify(record('a'), null, 2), ['a']],
    ['a byte order mark', `\ufeff{"Records":[${a}]}`, ['a']],
    ['lines', `${a}\n${b}\n`, ['a', 'b']],
    ['lines, CRLF, empty ones', `${a}\r\n\r\n${b}\r\n`, ['a', 'b']],
    ['lines of documents', `{"Records":[${a}]}\n{"Records":[${b}]}`, ['a', 'b']],
    ['documents end to end', `{"Records":[${a}]}{"Records":[${b}]}`, ['a', 'b']],
  ])('reads %s', (_, text, ids) => {
    expect(seen(text)).toEqual(whole(ids));
    expect(scanObject(gzipSync(text), object).events).toEqual(scan(text).events);
  });

  it.each([
    ['nothing', '', 0, [], ['not-json', false]],
    ['white space', ' \n', 0, [], ['not-json', false]],
    ['text', 'hello', 0, [], ['not-json', false]],
    ['a digest', '{"awsAccountId":"1","logFiles":[]}', 0, [], ['no-records-key', false]],
    ['Records that is no array', '{"Records":5}', 0, [], ['no-records-key', false]],
    ['a document cut in a record', `{"Records":[${a},${b.slice(0, 50)}`, 1, [], ['truncated', true]],
    ['a document cut between', `{"Records":[${a},`, 1, [], ['truncated', true]],
    ['a record cut', a.slice(0, 80), 0, [], ['truncated', false]],
    ['rubbish after the end', `{"Records":[${a}]} x`, 1, [], ['not-json', true]],
    [
      'a broken record among good ones',
      `{"Records":[{"a":tru},${a},7]}`,
      3,
      ['invalid-json', 'not-an-object'],
      undefined,
    ],
    ['a broken line among good ones', `${a}\n{"x":\n${b}\n`, 3, ['invalid-json'], undefined],
    ['a stranger among lines', `${a}\n{"x":1}\n`, 2, ['missing-field'], undefined],
  ])('accounts for %s', (_, text, records, rejected, gap) => {
    expect(seen(text)).toMatchObject({ records, rejected, gap });
  });

  it('keeps what one principal asked for and counts the rest', () => {
    const other = JSON.stringify(record('c')).replaceAll('app', 'application');
    const batch = scanObject(Buffer.from(`[${a},${other}]`), object, {
      principals: [{ kind: 'role', name: 'App' }],
    });
    expect(batch.events.map((event) => event.sampleIds)).toEqual([['a']]);
    expect(batch).toMatchObject({ records: 2, skippedOtherPrincipal: 1, rejections: [] });
  });
});
