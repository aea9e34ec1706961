/** Public keys through the real SDK, against a local CloudTrail. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../../src/errors.ts';
import { type LiveKeys, liveKeys } from '../../../src/trail/digest/keys-live.ts';
import { validateLogs } from '../../../src/trail/digest/validate.ts';
import { fail, type JsonServer, startJson } from '../../faults/json-server.ts';
import { isolateAws } from '../../faults/s3-run.ts';
import { bucketArchive, buildTrail } from '../../support/digest-trail.ts';

const built = buildTrail({ region: 'ap-south-1' });
const [ours] = built.keys.PublicKeyList;
const WINDOW = { from: Date.parse('2026-01-02T00:00:00Z'), to: Date.parse('2026-01-02T06:30:00Z') };
const HOUR = 3_600_000;

let server: JsonServer;
let keys: LiveKeys;
beforeEach(async () => {
  isolateAws();
  server = await startJson(({ input }) =>
    input.NextToken === undefined
      ? { body: { PublicKeyList: [], NextToken: 'more' } }
      : { body: { PublicKeyList: [ours] } },
  );
  keys = liveKeys({ region: 'us-east-1', endpointUrl: server.url, maxAttempts: 1 });
});
afterEach(async () => {
  keys.close();
  await server.stop();
});
const validate = () => validateLogs({ window: WINDOW, keys, archive: bucketArchive(built) });
const asked = (): unknown[] =>
  server.calls
    .filter(({ input }) => input.NextToken === undefined)
    .map(({ operation, region, input }) => [operation, region, input.StartTime, input.EndTime])
    .sort();

describe('liveKeys', () => {
  it("asks in the digests' region, once for the window and once for the hours around a backfill", async () => {
    const report = await validate();
    expect(report.digests).toEqual({ valid: 9, invalid: 0, unverified: 0 });
    const made = Date.parse('2026-01-02T12:00:00Z');
    expect(asked()).toEqual([
      ['ListPublicKeys', 'ap-south-1', WINDOW.from / 1000, (WINDOW.to + 2 * HOUR) / 1000],
      ['ListPublicKeys', 'ap-south-1', (made - HOUR) / 1000, (made + HOUR) / 1000],
    ]);
  });

  it('says that a key is unknown where aws does not list it', async () => {
    server.answer = () => ({ body: { PublicKeyList: [] } });
    expect(await keys.find('eu-west-1', ours!.Fingerprint, WINDOW)).toEqual({ kind: 'unknown' });
  });

  it('proves nothing where the call is refused', async () => {
    server.answer = () => fail('AccessDeniedException', 'no');
    const report = await validate();
    expect(report.digests).toEqual({ valid: 0, invalid: 0, unverified: 9 });
    expect(report.findings[0]).toMatchObject({
      fault: 'key-unavailable',
      detail: '`cloudtrail:ListPublicKeys` in `ap-south-1` failed (AccessDeniedException: no)',
    });
  });

  it('stops where the credentials are no good', async () => {
    server.answer = () => fail('ExpiredTokenException');
    await expect(validate()).rejects.toThrow(AccessError);
  });
});
