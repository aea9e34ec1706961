/** `gen-policy explain` end to end: every form of input, both formats, and what goes to stderr. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function explain(args: readonly string[], stdin = '') {
  const ran = await run(['explain', ...args], { stdin });
  return { ...ran, lines: ran.out.trim().split('\n') };
}

const record = {
  eventVersion: '1.08',
  eventID: 'aaaaaaaa-0000-4000-8000-000000000001',
  eventTime: '2026-01-02T03:04:05Z',
  eventType: 'AwsApiCall',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-central-1',
  recipientAccountId: '111122223333',
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/app/session',
    accountId: '111122223333',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        arn: 'arn:aws:iam::111122223333:role/app',
        accountId: '111122223333',
        userName: 'app',
        principalId: 'AROAEXAMPLE',
      },
    },
  },
  requestParameters: { bucketName: 'data', key: 'a*b.txt' },
};
const answer = {
  eventID: record.eventID,
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  principal: 'arn:aws:iam::111122223333:role/app',
  outcome: 'succeeded',
  status: 'mapped',
};

describe('explain', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['a single record', JSON.stringify(record, null, 2)],
    ['a list', JSON.stringify([record])],
    ['a log file', JSON.stringify({ Records: [record] })],
    ['lookup-events output', JSON.stringify({ Events: [{ CloudTrailEvent: JSON.stringify(record) }] })],
    ['NDJSON', `${JSON.stringify(record)}\n\n`],
  ];
  it.each(forms)('reads %s from standard input', async (_, text) => {
    const { code, lines, err } = await explain(['--format', 'ndjson'], text);
    expect([code, err, lines.length]).toEqual([0, '', 1]);
    expect(JSON.parse(lines[0]!)).toMatchObject(answer);
  });
  it.each(forms)('reads %s from a gzipped file', async (_, text) => {
    const file = join(folder, 'log.json.gz');
    writeFileSync(file, gzipSync(text));
    const { code, lines } = await explain([file, '--format', 'ndjson']);
    expect(code).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject(answer);
  });
  it('prints the contract of ndjson', async () => {
    const { lines } = await explain(['-', '--format', 'ndjson'], JSON.stringify(record));
    expect(JSON.parse(lines[0]!)).toEqual({
      ...answer,
      permissions: [
        {
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::data/a*b.txt',
          basis: 'operations.json s3:GetObject [S3P]',
          level: 'primary',
          found: 'request',
        },
        expect.objectContaining({ action: 's3-object-lambda:GetObject', resource: null, level: 'possible' }),
        expect.objectContaining({ action: 's3:GetObjectLegalHold', level: 'possible' }),
        expect.objectContaining({ action: 's3:GetObjectRetention', level: 'possible' }),
        expect.objectContaining({ action: 's3:GetObjectTagging', level: 'possible' }),
      ],
    });
  });
  it('tells what AWS said of a refused call', async () => {
    const denied = {
      ...record,
      errorCode: 'AccessDenied',
      errorMessage:
        'User: arn:aws:sts::111122223333:assumed-role/app/session is not authorized to perform: s3:GetObject on resource: "x" because no identity-based policy allows the s3:GetObject action',
    };
    const { lines } = await explain(['--format', 'ndjson'], JSON.stringify(denied));
    expect(JSON.parse(lines[0]!)).toMatchObject({
      outcome: 'denied',
      denied: { action: 's3:GetObject', policyType: 'identity-based' },
    });
  });
  it('names what it could not read and explains the rest', async () => {
    const text = `${JSON.stringify(record)}\nnot json\n{"eventName":"x"}\n`;
    const { code, lines, err } = await explain(['--format', 'ndjson'], text);
    expect([code, lines.length]).toEqual([0, 1]);
    expect(err).toContain('line 2 of standard input is not JSON');
    expect(err).toContain('record 2 of standard input: missing-field');
  });
  it.each([
    ['nothing', ''],
    ['no record', '{"Records":[]}'],
    ['damaged gzip', '\u001f\u008b'],
  ])('refuses %s with one line', async (_, text) => {
    const { code, out, err } = await explain([], text);
    expect([code, out]).toEqual([64, '']);
    expect(err).toMatch(/^gen-policy: [^\n]+\n$/);
  });
  it('shows people the row, the document and how the resource was found', async () => {
    const { out } = await explain([], JSON.stringify(record));
    expect(out).toContain('primary      s3:GetObject  arn:aws:s3:::data/a*b.txt (from request)');
    expect(out).toContain('operations.json s3:GetObject [S3P]: Amazon S3 User Guide');
  });
  it('lets no control character of a log reach the terminal', async () => {
    const hostile = {
      ...record,
      eventName: 'Get\u001b[2JObject',
      requestParameters: { bucketName: 'b\u001b]0;x\u0007' },
    };
    const { out } = await explain([], JSON.stringify([hostile, { ...hostile, eventName: 'ListObjects' }]));
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
  it('answers for an event without a record', async () => {
    const { out } = await explain(['--event', 's3.amazonaws.com:ListObjects']);
    expect(out).toContain('primary      s3:ListBucket');
    const { lines } = await explain(['--event', 'lambda:CreateFunction20150331', '--format', 'ndjson']);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      eventSource: 'lambda.amazonaws.com',
      status: 'mapped',
      passRole: ['Role'],
    });
    expect((await explain(['--event', 'sts:GetCallerIdentity'])).out).toContain('needs no permission');
    const { out: unsigned } = await explain(['--event', 'cognito-idp:InitiateAuth']);
    expect(unsigned).toContain('without an IAM identity it needs no permission');
    expect(unsigned).toContain('primary      cognito-idp:InitiateAuth');
    expect((await explain(['--event', 's3:Frobnicate'])).out).toContain('unmapped');
    expect((await explain(['--event', 'ListObjects'])).code).toBe(64);
  });
});
