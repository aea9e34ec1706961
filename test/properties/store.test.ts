/** What the store gives back is what it got, whatever the logs held. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { scanObject } from '../../src/trail/scan/scan.ts';
import type { Batch } from '../../src/trail/source.ts';
import { openStore } from '../../src/trail/store/store.ts';
import { record } from '../support/trail-objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'gen-policy-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Any JSON, with the names and strings that break naive code. */
const hostile = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'toString', '\u2028', '\ud800', '"'),
    fc.jsonValue(),
  ),
);

it('round-trips any batch', () => {
  const directory = join(folder, 'store');
  fc.assert(
    fc.property(
      fc.array(hostile, { maxLength: 4 }),
      fc.string(),
      fc.string({ minLength: 1 }),
      (values, key, etag) => {
        const records = values.map((value, index) => ({
          ...record('111122223333', 'us-east-1', 0, index),
          requestParameters: value,
        }));
        const object = { name: `s3://logs/${key}`, bytes: 7, accountId: '111122223333' };
        const bytes = Buffer.from(JSON.stringify({ Records: [...records, 'no record', ...values] }));
        const batch: Batch = scanObject(bytes.subarray(0, bytes.length - (key.length % 3)), object);
        const identity = { key, etag, bytes: 7 };
        const scope = { bucket: 'logs', knowledge: '1' };
        const store = openStore(directory, scope);
        store.put(identity, { batch });
        expect(store.problem()).toBeUndefined();
        store.close();
        const again = openStore(directory, scope);
        expect(again.get(identity, object)).toEqual({ batch: JSON.parse(JSON.stringify(batch)) });
        expect(again.get({ ...identity, etag: `${etag}x` }, object)).toBeUndefined();
        again.close();
        rmSync(directory, { recursive: true });
      },
    ),
    { numRuns: 60 },
  );
});
