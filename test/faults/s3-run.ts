/** Reads the fault server's bucket through the S3 source, with time-outs short enough for a test. */

import { parseObjectKey } from '../../src/trail/layout.ts';
import { openS3Source, type S3Source, type S3SourceOptions } from '../../src/trail/s3/source.ts';
import { scanObject } from '../../src/trail/scan/scan.ts';
import type { Batch, PrincipalFilter } from '../../src/trail/source.ts';
import { BUCKET, CREDENTIALS, type FaultServer } from './s3-server.ts';

/** Credentials by environment, and nothing of the machine's own configuration. */
export function isolateAws(): void {
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;
  process.env.AWS_CONFIG_FILE = '/nonexistent/config';
  process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent/credentials';
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}

export const WINDOW = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-03-04T00:00:00Z') };

/** `idleTimeout` (ms) is short only where a test waits for it: a busy machine is no stalled server. */
export function source(
  server: FaultServer,
  more: Partial<S3SourceOptions> = {},
  idleTimeout = 10_000,
): S3Source {
  return openS3Source({
    aws: { region: 'us-east-1', endpointUrl: server.url, idleTimeout, maxAttempts: 3 },
    bucket: BUCKET,
    tries: 4,
    pause: 5,
    ...more,
  });
}

export async function batchesOf(
  from: S3Source,
  principals?: readonly PrincipalFilter[],
  window = WINDOW,
): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of from.read({ window, ...(principals && { principals }) })) batches.push(batch);
  return sorted(batches);
}

/** What scanning the same objects from a folder gives. */
export function expected(
  objects: Iterable<readonly [string, Buffer]>,
  principals?: readonly PrincipalFilter[],
): Batch[] {
  const batches: Batch[] = [];
  for (const [key, body] of objects) {
    const parsed = parseObjectKey(key);
    if (parsed.kind === 'ignored') continue;
    const { kind: _kind, ...place } = parsed;
    const object = { name: `s3://${BUCKET}/${key}`, bytes: body.length, ...place };
    batches.push(scanObject(body, object, principals ? { principals } : {}));
  }
  return sorted(batches);
}

export const sorted = (batches: Batch[]): Batch[] =>
  batches.sort((a, b) => ((a.object?.name ?? '') < (b.object?.name ?? '') ? -1 : 1));

export const gapsOf = (batches: readonly Batch[]): string[] =>
  batches.flatMap((batch) => (batch.gap ? [batch.gap.reason] : []));
