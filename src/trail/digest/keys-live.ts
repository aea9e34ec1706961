/** Public keys from `cloudtrail:ListPublicKeys`, asked in each region that digests come from: every region has its own. */
import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { type AwsOptions, awsClientConfig } from '../aws-config.ts';
import { awsError, awsErrorCode, credentialsFault, oneLine } from '../aws-error.ts';
import type { Window } from '../source.ts';
import { type FoundKey, keyring, type PublicKeys } from './keys.ts';

export interface LiveKeys extends PublicKeys {
  close(): void;
}

/** Throws an AccessError where the credentials are no good; a region that refuses makes its keys unavailable. */
export function liveKeys(aws: AwsOptions): LiveKeys {
  const clients = new Map<string, Promise<CloudTrailClient>>();
  const asked = new Map<string, Promise<ReadonlyMap<string, FoundKey> | string>>();
  const clientOf = (region: string): Promise<CloudTrailClient> => {
    const known = clients.get(region) ?? openClient(aws, region);
    clients.set(region, known);
    return known;
  };
  const ask = async (region: string, window: Window) => {
    try {
      return await listKeys(await clientOf(region), window);
    } catch (error) {
      const doing = `list cloudtrail's public keys in \`${region}\``;
      if (credentialsFault(awsErrorCode(error)) !== undefined)
        throw awsError(error, doing, 'cloudtrail:ListPublicKeys');
      return `\`cloudtrail:ListPublicKeys\` in \`${region}\` failed (${awsErrorCode(error)}: ${oneLine(error)})`;
    }
  };
  return {
    async find(region, fingerprint, around) {
      const id = `${region} ${around.from} ${around.to}`;
      const answer = asked.get(id) ?? ask(region, around);
      asked.set(id, answer);
      const ring = await answer;
      if (typeof ring === 'string') return { kind: 'unavailable', detail: ring };
      return ring.get(fingerprint) ?? { kind: 'unknown' };
    },
    close: () => {
      for (const client of clients.values()) client.then((one) => one.destroy()).catch(() => undefined);
    },
  };
}

async function openClient(aws: AwsOptions, region: string): Promise<CloudTrailClient> {
  const { CloudTrailClient } = await import('@aws-sdk/client-cloudtrail');
  return new CloudTrailClient({ ...(await awsClientConfig(aws)), region });
}

async function listKeys(client: CloudTrailClient, { from, to }: Window) {
  const { ListPublicKeysCommand } = await import('@aws-sdk/client-cloudtrail');
  const rows: { fingerprint: string; der: Uint8Array }[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListPublicKeysCommand({
        StartTime: new Date(from),
        EndTime: new Date(to),
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    for (const { Fingerprint: fingerprint, Value: der } of page.PublicKeyList ?? [])
      if (fingerprint !== undefined && der !== undefined) rows.push({ fingerprint, der });
    token = page.NextToken === '' ? undefined : page.NextToken;
  } while (token !== undefined);
  return keyring(rows);
}
