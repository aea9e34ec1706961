/** The whole command over the event history. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fail, type JsonServer, startJson } from '../faults/json-server.ts';
import { isolateAws } from '../faults/s3-run.ts';
import { run } from '../support/run.ts';
import { record } from '../support/trail-objects.ts';

const START = Date.parse('2026-08-01T00:00:00Z');
let folder: string;
let server: JsonServer;
beforeEach(async () => {
  isolateAws();
  folder = mkdtempSync(join(tmpdir(), 'gen-policy-lookup-'));
  server = await startJson(({ region }) => ({
    body: {
      Events: [0, 1, 2, 3].map((index) => ({
        CloudTrailEvent: JSON.stringify(record('111122223333', region, START, index)),
      })),
    },
  }));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
const lookup = (...more: string[]) =>
  run([
    ...['--role', 'app', '--source', 'lookup', '--account', 'none', '--regions', 'us-east-1,eu-west-1'],
    ...[
      '--end',
      '2026-08-29',
      '--days',
      '40',
      '--region',
      'us-east-1',
      '--endpoint-url',
      server.url,
      ...more,
    ],
  ]);

describe('--source lookup', () => {
  it('makes a plan of it, and says what it cannot hold', async () => {
    const ran = await lookup('--out', join(folder, 'out'));
    expect(ran.err).toContain('no data events');
    const result = JSON.parse(readFileSync(join(folder, 'out', 'result.json'), 'utf8'));
    expect(result.evidence.source).toMatchObject({ kind: 'lookup', location: 'event history' });
    expect(ran.code).toBe(0);
    expect([...new Set(server.calls.map((call) => call.region))].sort()).toEqual(['eu-west-1', 'us-east-1']);
  });

  it('says by its exit code what went wrong', async () => {
    server.answer = () => fail('AccessDeniedException', 'no');
    expect(await lookup()).toMatchObject({
      code: 4,
      err: expect.stringContaining('cloudtrail:LookupEvents'),
    });
    expect(await lookup('--regions', 'mars')).toMatchObject({ code: 64 });
  });
});
