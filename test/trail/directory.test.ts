import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectory } from '../../src/trail/directory.ts';
import type { Batch, SourceFacts } from '../../src/trail/source.ts';

const WINDOW = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 6, 1) };
const record = (id: string) => ({
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/app/s',
    accountId: '111122223333',
  },
  eventTime: '2026-06-02T10:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventID: id,
});
const key = (day: string, kind = 'CloudTrail', org = '') =>
  `AWSLogs/${org}111122223333/${kind}/eu-west-1/${day.replaceAll('-', '/')}/111122223333_${kind}_eu-west-1_${day.replaceAll('-', '')}T1005Z_abcdefghijklmnop.json.gz`;
const log = (...ids: string[]) => gzipSync(JSON.stringify({ Records: ids.map(record) }));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-dir-'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
async function read(path = root): Promise<{ batches: Batch[]; facts: SourceFacts; ids: string[] }> {
  const source = await openDirectory(path);
  const batches: Batch[] = [];
  for await (const batch of source.read({ window: WINDOW })) batches.push(batch);
  return {
    batches,
    facts: source.facts(),
    ids: batches.flatMap((one) => one.events.flatMap((event) => event.sampleIds)).sort(),
  };
}

describe('directory source', () => {
  it('reads single-account and organisation layouts and skips the sibling folders', async () => {
    await put(key('2026-06-02'), log('a'));
    await put(`some/prefix/${key('2026-06-03', 'CloudTrail', 'o-abcde12345/')}`, log('b', 'c'));
    await put(key('2026-06-02', 'CloudTrail-Digest'), log('x'));
    await put(key('2026-06-02', 'CloudTrail-Insight'), log('y'));
    const { ids, facts } = await read();
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(facts.ignored).toEqual([
      ['digest', 1],
      ['insight', 1],
    ]);
    expect(facts.cells).toEqual([
      { accountId: '111122223333', region: 'eu-west-1', day: '2026-06-02', objects: 1 },
      { accountId: '111122223333', region: 'eu-west-1', day: '2026-06-03', objects: 1 },
    ]);
  });

  it('reads loose files of every form and leaves other JSON alone', async () => {
    await put('one.json', JSON.stringify({ Records: [record('a')] }));
    await put('two.json.gz', log('b'));
    await put('three.ndjson', `${JSON.stringify(record('c'))}\n${JSON.stringify(record('d'))}\n`);
    await put('manifest.json', '{"files": 3}');
    await put('notes.txt', 'nothing');
    const { ids, facts, batches } = await read();
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(batches.filter((one) => one.gap)).toEqual([]);
    expect(facts.ignored).toEqual([
      ['JSON without CloudTrail records', 1],
      ['other file', 1],
    ]);
  });

  it('reads a single file', async () => {
    await put('one.json.gz', log('a'));
    expect((await read(join(root, 'one.json.gz'))).ids).toEqual(['a']);
  });

  it('counts a bad file as a gap and uses the good ones beside it', async () => {
    await put(key('2026-06-02'), log('a'));
    await put(key('2026-06-03'), log('b', 'c').subarray(0, 40));
    await put('broken.json', 'not json at all');
    const { ids, batches } = await read();
    expect(ids).toContain('a');
    expect(batches.filter((one) => one.gap)).toHaveLength(2);
  });

  it('skips what was delivered before the window could begin, and says so', async () => {
    await put(key('2026-05-01'), log('old'));
    await put(key('2026-05-31'), log('edge'));
    const { ids, facts } = await read();
    expect(ids).toEqual(['edge']);
    expect(facts.ignored).toEqual([['delivered before the window', 1]]);
  });

  it('follows a link to a folder once, and never in circles', async () => {
    await put('logs/one.json.gz', log('a'));
    await symlink(root, join(root, 'logs', 'again'));
    await symlink(join(root, 'nowhere'), join(root, 'dangling.json'));
    const { ids, facts } = await read();
    expect(ids).toEqual(['a']);
    expect(facts.ignored).toEqual([
      ['dangling link', 1],
      ['folder linked twice', 1],
    ]);
  });

  it('names a folder that is not there', async () => {
    await expect(openDirectory(join(root, 'missing'))).rejects.toThrow(/does not exist/);
  });
});
