import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { copiesAmong } from '../../src/trail/copies.ts';

const root = mkdtempSync(join(tmpdir(), 'gen-policy-copies-'));
afterAll(() => rmSync(root, { recursive: true }));
let next = 0;
function file(content: Buffer | string, claim = '') {
  const path = join(root, `${next++}`);
  writeFileSync(path, content);
  return { path, bytes: Buffer.byteLength(content), claim };
}
const CLAIM = '111122223333/eu-west-1/2026-06-02';

describe('copies among files', () => {
  it('are those that equal an earlier one', () => {
    const [a, b, c] = [file(gzipSync('same')), file(gzipSync('other')), file(gzipSync('same'))];
    expect([...copiesAmong([a, b, c])]).toEqual([c]);
    expect([...copiesAmong([c, b, a])]).toEqual([a]);
  });

  it('are not those that only end alike, or only have one size', () => {
    expect(copiesAmong([file('a-tail-of-it'), file('b-tail-of-it'), file('a-tail-of-xx')]).size).toBe(0);
  });

  it('are not those whose paths claim different regions or days: each is evidence of a delivery', () => {
    const [a, b] = [file('same', CLAIM), file('same', CLAIM.replace('eu-west-1', 'us-east-1'))];
    expect(copiesAmong([a, b]).size).toBe(0);
  });

  it('are the loose ones where one lies in the layout', () => {
    const [loose, laid] = [file('same'), file('same', CLAIM)];
    expect([...copiesAmong([loose, laid])]).toEqual([loose]);
  });

  it('are not files that cannot be read, nor empty names of files that are gone', () => {
    const folder = join(root, 'folder');
    mkdirSync(folder);
    const gone = { path: join(root, 'gone'), bytes: 4, claim: '' };
    expect(copiesAmong([gone, gone, { path: folder, bytes: 4, claim: '' }, file('same')]).size).toBe(0);
  });

  it('finds files larger than the piece it reads at once, that differ in one byte', () => {
    const large = Buffer.alloc((1 << 20) * 2 + 5, 'x');
    const other = Buffer.from(large);
    other[1 << 20] = 0;
    const [a, b, c] = [file(large), file(other), file(large)];
    expect([...copiesAmong([a, b, c])]).toEqual([c]);
  });

  it('takes empty files for copies of each other', () => {
    const [a, b] = [file(''), file('')];
    expect([...copiesAmong([a, b])]).toEqual([b]);
  });
});
