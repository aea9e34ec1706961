/**
 * `policies/read-account.json` is what the account readers need: every call they make is in the table it is made of, and
 * nothing else is. Whose credentials they are (sts:GetCallerIdentity) may be asked without any permission.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/account/fields.ts';
import { readLivePrincipal } from '../../src/account/live.ts';
import { takeSnapshot } from '../../src/account/live-snapshot.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { PARTS } from '../../src/commands/doctor/needs.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { snapshotHandlers } from '../faults/aws-api-account.ts';
import { type ApiServer, startApiServer } from '../faults/aws-api-server.ts';
import { fakeAwsEnvironment } from '../faults/aws-env.ts';
import { liveOptions } from '../faults/live-options.ts';
import { allow, changed } from './fixture.ts';

const FILE = new URL('../../policies/read-account.json', import.meta.url);
let server: ApiServer;
let restore: () => void;
beforeAll(async () => {
  restore = fakeAwsEnvironment();
  server = await startApiServer();
});
afterAll(async () => {
  restore();
  await server.stop();
});

describe('policies/read-account.json', () => {
  it('lists exactly the calls that the readers make', async () => {
    // A user with an inline policy, so that this is asked for, too.
    const account = changed((copy) => {
      copy.UserDetailList[0].UserPolicyList = [{ PolicyName: 'own', PolicyDocument: allow('s3:GetObject') }];
    }) as Json;
    const scp = { Id: 'p-1', Name: 'p', Type: 'SERVICE_CONTROL_POLICY', AwsManaged: false };
    server.use({
      ...snapshotHandlers(account, '111122223333'),
      'organizations:DescribeOrganization': () => ({ Organization: { Id: 'o-example1' } }),
      'organizations:ListParents': () => ({ Parents: [{ Id: 'r-ab12', Type: 'ROOT' }] }),
      'organizations:ListPoliciesForTarget': () => ({ Policies: [scp] }),
      'organizations:DescribePolicy': () => ({ Policy: { PolicySummary: scp, Content: '{}' } }),
      'iam:GenerateOrganizationsAccessReport': () => ({ JobId: 'job' }),
      'iam:GetOrganizationsAccessReport': () => ({
        JobStatus: 'COMPLETED',
        JobCreationDate: '2024-06-01T12:00:00Z',
      }),
    });
    const root = await mkdtemp(join(tmpdir(), 'gen-policy-reader-'));
    try {
      const { missing } = await takeSnapshot({
        ...liveOptions(server.url),
        aws: { endpointUrl: server.url, region: 'us-east-1', maxAttempts: 1 },
        directory: join(root, 'out'),
        wanted: () => true,
        version: '0.0.0',
        takenAt: '2024-06-02T00:00:00Z',
        waiting: { first: 2, longest: 40 },
      });
      expect(missing).toEqual([]);
    } finally {
      await rm(root, { recursive: true });
    }
    const live = liveOptions(server.url);
    for (const [kind, name] of [
      ['role', 'worker'],
      ['user', 'ann'],
    ] as const) {
      await readLivePrincipal(live, { kind, name });
      // A name that does not exist is answered with the nearest, which lists names.
      await expect(readLivePrincipal(live, { kind, name: 'nobody' })).rejects.toThrow(/has no/);
    }
    const made = new Set(
      server.calls.map((call) => call.name).filter((name) => name !== 'sts:GetCallerIdentity'),
    );
    const { Statement } = JSON.parse(await readFile(FILE, 'utf8')) as { Statement: { Sid: string }[] };
    const sids = new Set(Statement.map((one) => one.Sid));
    const listed = PARTS.filter((part) => sids.has(part.sid)).flatMap((part) => part.calls);
    expect([...made].sort()).toEqual([...new Set(listed.map((call) => call.command))].sort());
  });

  it('is a policy of actions that AWS publishes, none of which changes a thing', async () => {
    const parsed = parsePolicy(JSON.parse(await readFile(FILE, 'utf8')));
    expect(parsed.ok).toBe(true);
    const catalogue = await loadCatalogue();
    const { Statement } = JSON.parse(await readFile(FILE, 'utf8'));
    for (const action of Statement.flatMap((one: { Action: string[] }) => one.Action))
      expect([action, catalogue.action(action)?.accessLevel]).toEqual([
        action,
        expect.stringMatching(/^(Read|List)$/),
      ]);
  });
});
