import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliveredBy, parseDigest, parseDigestKey } from '../../src/trail/digest-inventory.ts';
import { openDirectory } from '../../src/trail/directory.ts';
import type { Batch } from '../../src/trail/source.ts';

const ACCOUNT = '111122223333';
const ROOT = `AWSLogs/${ACCOUNT}`;
const digestKey = (hour: string): string =>
  `${ROOT}/CloudTrail-Digest/eu-west-1/2026/01/02/${ACCOUNT}_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260102T${hour}0000Z.json.gz`;
const logKey = (day: string, n: number): string =>
  `${ROOT}/CloudTrail/eu-west-1/${day.replaceAll('-', '/')}/${ACCOUNT}_CloudTrail_eu-west-1_${day.replaceAll('-', '')}T0105Z_abcdefghijklmno${n}.json.gz`;
const digest = (from: string, to: string, files: readonly string[]): string =>
  JSON.stringify({
    awsAccountId: ACCOUNT,
    digestStartTime: from,
    digestEndTime: to,
    logFiles: files.map((s3Object) => ({ s3Bucket: 'b', s3Object, hashValue: '00' })),
  });

describe('digest inventory', () => {
  it('reads account, region and day of a key, backfill digests too', () => {
    const place = { accountId: ACCOUNT, region: 'eu-west-1', day: '2026-01-02' };
    expect(parseDigestKey(digestKey('05'))).toEqual(place);
    expect(parseDigestKey(digestKey('05').replace('Z.json', 'Z_backfill.json'))).toEqual(place);
    expect(parseDigestKey(logKey('2026-01-02', 1))).toBeUndefined();
  });

  it.each([
    ['text', 'not JSON'],
    ['null', 'null'],
    ['no times', '{"logFiles":[]}'],
    ['times in the wrong order', digest('2026-01-02T05:00:00Z', '2026-01-02T04:00:00Z', [])],
    ['no list', '{"digestStartTime":"2026-01-02T04:00:00Z","digestEndTime":"2026-01-02T05:00:00Z"}'],
    [
      'a file without a key',
      digest('2026-01-02T04:00:00Z', '2026-01-02T05:00:00Z', []).replace('[]', '[{}]'),
    ],
  ])('proves nothing with %s', (_, text) => {
    expect(parseDigest(digestKey('05'), text)).toBeUndefined();
  });

  it('tells what is missing, what was delivered and which days were covered from end to end', () => {
    const one = (from: string, to: string, files: readonly string[]) =>
      parseDigest(digestKey('05'), digest(from, to, files))!;
    const here = logKey('2026-01-02', 1);
    const lost = logKey('2026-01-02', 2);
    const told = deliveredBy(
      [
        one('2026-01-03T00:00:00Z', '2026-01-04T06:00:00Z', []),
        one('2026-01-01T23:00:00Z', '2026-01-02T12:00:00Z', [here]),
        one('2026-01-02T12:00:00Z', '2026-01-03T00:00:00Z', [lost]),
        one('2026-01-06T00:00:00Z', '2026-01-06T23:00:00Z', []),
      ],
      [here.replace('AWSLogs', 'copy/AWSLogs').replace('.gz', '')],
    );
    expect(told.missing.map((gap) => [gap.reason, gap.object.name, gap.object.day])).toEqual([
      ['not-found', lost, '2026-01-02'],
    ]);
    expect(told.cells.map((cell) => [cell.day, cell.objects])).toEqual([
      ['2026-01-02', 2],
      ['2026-01-03', 0],
    ]);
  });

  it('counts a file that two digests list once', () => {
    const file = logKey('2026-01-02', 1);
    const twice = [1, 2].map(
      () => parseDigest(digestKey('05'), digest('2026-01-02T04:00:00Z', '2026-01-02T05:00:00Z', [file]))!,
    );
    expect(deliveredBy(twice, []).missing).toHaveLength(1);
    expect(deliveredBy(twice, [file]).cells).toEqual([
      { accountId: ACCOUNT, region: 'eu-west-1', day: '2026-01-02', objects: 1 },
    ]);
  });
});

describe('digests in a folder', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gen-policy-digests-'));
  });
  afterEach(() => rm(root, { recursive: true }));
  const put = async (name: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), gzipSync(content));
  };
  const read = async () => {
    const source = await openDirectory(root);
    const batches: Batch[] = [];
    const window = { from: Date.parse('2026-01-01'), to: Date.parse('2026-01-04') };
    for await (const batch of source.read({ window })) batches.push(batch);
    return { gaps: batches.flatMap((one) => one.gap ?? []), facts: source.facts() };
  };

  it('make a file that is not there a gap', async () => {
    const [here, lost] = [logKey('2026-01-02', 1), logKey('2026-01-02', 2)];
    await put(here, '{"Records":[]}');
    await put(digestKey('05'), digest('2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', [here, lost]));
    const { gaps, facts } = await read();
    expect(gaps.map((gap) => [gap.reason, gap.object.name])).toEqual([['not-found', lost]]);
    expect(facts.delivered).toEqual([
      { accountId: ACCOUNT, region: 'eu-west-1', day: '2026-01-02', objects: 2 },
    ]);
    expect(facts.ignored).toContainEqual(['digest', 1]);
  });

  it('say nothing where they are damaged or absent', async () => {
    await put(logKey('2026-01-02', 1), '{"Records":[]}');
    await put(digestKey('05'), '{"awsAccountId":"111122223333","logFiles":[]}');
    const { gaps, facts } = await read();
    expect(gaps).toEqual([]);
    expect(facts.delivered).toBeUndefined();
  });
});
