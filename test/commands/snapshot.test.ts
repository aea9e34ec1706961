/** `gen-policy snapshot` against a local server in AWS's wire shapes, and the snapshot as an account again. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/account/fields.ts';
import { readSnapshot } from '../../src/account/snapshot.ts';
import { snapshotHandlers } from '../faults/aws-api-account.ts';
import { type ApiServer, denied, type Handlers, startApiServer } from '../faults/aws-api-server.ts';
import { fakeAwsEnvironment } from '../faults/aws-env.ts';
import { run } from '../support/run.ts';

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
let server: ApiServer;
let root: string;
let restore: () => void;
let handlers: Handlers;
beforeAll(async () => {
  restore = fakeAwsEnvironment();
  const account = JSON.parse(await readFile(`${SAMPLES}/account.json`, 'utf8')) as Json;
  handlers = snapshotHandlers(account, '111122223333');
  server = await startApiServer();
});
afterAll(async () => {
  restore();
  await server.stop();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gen-policy-snapshot-'));
  server.use(handlers);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const aws = () => ['--endpoint-url', server.url, '--region', 'us-east-1'];
const snapshot = (...more: string[]) => run(['snapshot', '--out', join(root, 'out'), ...aws(), ...more]);

describe('gen-policy snapshot', () => {
  it('saves the account and says on stdout what, on stderr what is unknown', async () => {
    const ran = await snapshot('--match', '*-REPORTING');
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^account 111122223333: \d+ roles, \d+ users, \d+ files\n$/),
    });
    expect(ran.err).toMatch(/^note: organisation policies are unknown: .*\nwrote \d+ files to /);
    const { takenAt, digests } = await readSnapshot(join(root, 'out'));
    expect(takenAt).toBe(Date.UTC(2026, 7, 30));
    expect(digests.map(([name]) => name).filter((name) => name.startsWith('last-accessed'))).toEqual([
      'last-accessed/role-legacy-reporting.json',
    ]);
  });

  it('leaves the last-accessed reports out where asked to', async () => {
    await snapshot('--no-last-accessed');
    expect(server.calls.map((call) => call.name)).not.toContain('iam:GenerateServiceLastAccessedDetails');
  });

  it('is for generate the same as the live account', async () => {
    await snapshot();
    const generate = (account: readonly string[]) =>
      run([
        '--role',
        'order-service',
        '--logs',
        `${SAMPLES}/trail`,
        '--end',
        '2026-08-29',
        '--out',
        join(root, 'plan'),
        ...account,
      ]);
    const plan = async (): Promise<unknown> => {
      const { inputDigests: _, ...rest } = JSON.parse(
        await readFile(join(root, 'plan', 'result.json'), 'utf8'),
      );
      return rest;
    };
    Object.assign(process.env, { AWS_ENDPOINT_URL: server.url, AWS_REGION: 'us-east-1' });
    const fromLive = await generate(['--account', 'live']);
    expect(fromLive.err).not.toMatch(/gen-policy:/);
    const livePlan = await plan();
    const fromFolder = await generate(['--account', join(root, 'out')]);
    expect(fromFolder.code).toBe(fromLive.code);
    expect(fromFolder.out).toBe(fromLive.out);
    expect(
      JSON.stringify(await plan()).replaceAll(`${root}/out/last-accessed/role-order-service.json`, 'live'),
    ).toBe(JSON.stringify(livePlan));
  });

  it('ends with 3 where something but the organisation is missing, with 0 where that is allowed', async () => {
    server.use({ ...handlers, 'iam:GetAccountSummary': () => denied('iam:GetAccountSummary') });
    const ran = await snapshot('--no-last-accessed');
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/incomplete: 2 parts could not be read, named in snapshot.json/);
    expect(ran.err).toMatch(/note: could not read the account summary: access denied/);
    await rm(join(root, 'out'), { recursive: true });
    expect((await snapshot('--no-last-accessed', '--allow-incomplete')).code).toBe(0);
  });

  it('ends with 4 where the account may not be read, with 64 for a folder in use', async () => {
    await snapshot('--no-last-accessed');
    const again = await snapshot('--no-last-accessed');
    expect(again).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringMatching(/is not empty: give a new folder/),
    });
    await rm(join(root, 'out'), { recursive: true });
    const call = 'iam:GetAccountAuthorizationDetails';
    server.use({ ...handlers, [call]: () => denied(call) });
    expect(await snapshot()).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringMatching(/`iam:GetAccountAuthorizationDetails` is needed/),
    });
    expect((await run(['snapshot'])).code).toBe(64);
  });
});
