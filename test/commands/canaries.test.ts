/** Credentials in the environment and secrets in records come out nowhere: not in output, messages, files or the cache. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { isolateAws } from '../faults/s3-run.ts';
import { type FaultServer, startS3 } from '../faults/s3-server.ts';
import { CANARIES, documentOf, OBJECTS, openWorld, VICTIM, type World } from '../faults/world.ts';
import { run } from '../support/run.ts';

const ALL = Object.values(CANARIES);
/** What STS answered, as CloudTrail logs it. The id of a key is no secret. */
const RECORD_SECRETS = ['canary-session-of-a-record', 'canary-secret-of-a-record'];
let world: World;
let server: FaultServer;
let folder: string;
beforeEach(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), 'gen-policy-canary-'));
  const objects = [...OBJECTS].map(([key, body]) => {
    if (key !== VICTIM) return [key, body] as const;
    const { Records } = JSON.parse(gunzipSync(body).toString());
    const [session, secret] = RECORD_SECRETS;
    Records[0].responseElements = {
      credentials: { sessionToken: session, secretAccessKey: secret },
    };
    return [key, gzipSync(documentOf(Records))] as const;
  });
  server = await startS3(objects);
  server.secret = CANARIES.secretAccessKey;
  isolateAws();
  process.env.AWS_ACCESS_KEY_ID = CANARIES.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CANARIES.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = CANARIES.sessionToken;
});
afterEach(async () => {
  delete process.env.AWS_SESSION_TOKEN;
  await server.stop();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});
const found = (text: string, of: readonly string[] = [...ALL, ...RECORD_SECRETS]): readonly string[] =>
  of.filter((one) => text.includes(one));
const aws = (): readonly string[] => ['--endpoint-url', server.url, '--region', 'us-east-1'];
const s3 = (): readonly string[] => [
  '--source',
  's3',
  '--bucket',
  'logs',
  ...aws(),
  '--store',
  join(folder, 'store'),
];

describe('canaries', { timeout: 120_000 }, () => {
  it('stay in no output, file or cache of a run over S3', async () => {
    const out = join(folder, 'out');
    const ran = await run([...world.account, ...s3(), '--out', out, '--format', FORMAT_NAMES.join(',')]);
    expect([ran.code, found(ran.out + ran.err)]).toEqual([0, []]);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    let unpacked = 0;
    for (const one of files) {
      const path = join(one.parentPath, one.name);
      const bytes = await readFile(path);
      expect([path, found(bytes.toString('latin1'))]).toEqual([path, []]);
      if (!one.name.endsWith('.seg')) continue;
      // Entries are deflated one by one: each start is tried.
      for (let at = 0; at < bytes.length; at++)
        try {
          const text = inflateRawSync(bytes.subarray(at)).toString();
          if (text.includes('"events"')) unpacked++;
          expect(found(text)).toEqual([]);
        } catch (error) {
          if ((error as { code?: string }).code === undefined) throw error;
        }
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(one.parentPath)).mode & 0o777).toBe(0o700);
    }
    expect(unpacked).toBeGreaterThan(2);
  });

  it('stay in no output of any command, with good and with refused calls', async () => {
    const policy = join(folder, 'policy.json');
    await writeFile(policy, (await run([...world.args, '--format', 'policy'])).out);
    const result = join(folder, 'result.json');
    await writeFile(result, (await run([...world.args, '--format', 'json'])).out);
    const live = [...s3(), '--account', 'live'];
    const lines: Readonly<Record<string, readonly string[]>> = {
      athena: ['athena', 'init', '--location', 's3://logs/AWSLogs/', '--table', 't', ...aws()],
      cache: ['cache', 'stats', '--store', join(folder, 'store')],
      demo: ['demo', '--out', join(folder, 'demo')],
      doctor: ['doctor', '--role', 'app', ...s3()],
      explain: ['explain', '--event', 's3:GetObject'],
      render: ['render', result],
      review: ['review', ...world.args.slice(2)],
      snapshot: ['snapshot', '--out', join(folder, 'snapshot'), ...aws()],
      'validate-logs': ['validate-logs', '--logs', join(world.folder, 'trail'), ...aws()],
      verify: ['verify', ...world.args, '--policy', policy],
    };
    for (const { name } of COMMANDS) {
      const ran = await run(lines[name] ?? [name]);
      expect([name, found(ran.out + ran.err)]).toEqual([name, []]);
    }
    for (const argv of [
      [...world.account.slice(0, 2), ...live],
      [...world.account, '--source', 'lookup', ...aws()],
    ]) {
      const ran = await run(argv);
      expect([argv, found(ran.out + ran.err)]).toEqual([argv, []]);
    }
  });
});
