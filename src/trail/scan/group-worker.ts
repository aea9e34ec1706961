/**
 * One thread that reads files into settled rows. Of what is alike it tells once: a whole record where its principal is
 * new, what is kept of one where its group is. Which members the mapping reads it finds out with a mapping of its own.
 */
import { workerData } from 'node:worker_threads';
import { loadCatalogue } from '../../catalogue/load.ts';
import { requestMembersRead } from '../../permissions/needed.ts';
import { createResolver } from '../../permissions/resolver.ts';
import { NOBODY, VOLATILE } from './front.ts';
import { createGroupReader } from './group-reader.ts';
import { createHashSet } from './hash-table.ts';
import { LIMITS } from './inflate.ts';
import { EXACT, loadKernel, ROW_WORDS, STATUS } from './kernel.ts';
import type { GroupedFile, GroupWork } from './pool.ts';
import { serve } from './serve.ts';

const { seed } = workerData as GroupWork;
const catalogue = await loadCatalogue();
const { resolve } = createResolver(catalogue);
const reader = createGroupReader(loadKernel()!, seed, LIMITS, resolve, (source, name) =>
  requestMembersRead(catalogue, source, name),
);
const told = createHashSet();
let words = new Uint32Array(1 << 16);
let kept = Buffer.allocUnsafeSlow(1 << 20);

serve<Omit<GroupedFile, 'index' | 'bytes' | 'failed'>>(
  (bytes) => {
    let used = 0;
    let end = 0;
    const { records, damage } = reader.read(bytes, (rows, at, of, first) => {
      if (used + ROW_WORDS > words.length) words = grown(words, new Uint32Array(words.length * 2));
      for (let word = 0; word < ROW_WORDS; word++) words[used + word] = rows[at + word]!;
      const status = rows[at + STATUS];
      const [low, high] = [rows[at]! ^ Math.imul(rows[at + 4]!, 0x27d4eb2f), rows[at + 1]! ^ rows[at + 5]!];
      const fresh = status === EXACT || (status !== NOBODY && (told.add(low, high) || first));
      const start = end;
      if (fresh) {
        const whole = status === EXACT || first;
        const value = whole ? Buffer.from(of.whole(rows, at)) : of.kept(rows, at, status === VOLATILE);
        while (end + value.length > kept.length) kept = grown(kept, Buffer.allocUnsafeSlow(kept.length * 2));
        kept.set(value, end);
        end += value.length;
      }
      words[used + 13] = start;
      words[used + 14] = end;
      used += ROW_WORDS;
    });
    const result = { records, rows: words.slice(0, used), kept: new Uint8Array(kept.subarray(0, end)) };
    return damage ? { ...result, damage } : result;
  },
  { records: 0, rows: new Uint32Array(), kept: new Uint8Array() },
  ({ rows, kept: bytes }) => [rows.buffer, bytes.buffer],
);

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
