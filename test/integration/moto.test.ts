/** The support for moto itself: a server starts, forgets on reset, and stops. */

import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, describe, expect, it } from 'vitest';
import { MOTO_ACCOUNT, startMoto } from './support/moto.ts';

const moto = await startMoto();
afterAll(() => moto?.stop());

describe.skipIf(!moto)('moto', () => {
  const config = {
    endpoint: moto?.url ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  };

  it('answers for its account', async () => {
    const who = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    expect(who.Account).toBe(MOTO_ACCOUNT);
  });

  it('forgets what was created on reset', async () => {
    const iam = new IAMClient(config);
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'one',
        AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
      }),
    );
    expect((await iam.send(new ListRolesCommand({}))).Roles).toHaveLength(1);
    await moto!.reset();
    expect((await iam.send(new ListRolesCommand({}))).Roles).toHaveLength(0);
  });
});
