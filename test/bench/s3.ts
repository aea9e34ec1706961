/**
 * CPU of reading S3 objects: the SDK's GetObject against our signed GET, same client configuration, same server, in
 * interleaved rounds. Prints objects per second and core; the ratio is what counts. `npm run bench:s3`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { createFetcher } from '../../src/trail/s3/get.ts';
import { openGetClient } from '../../src/trail/s3/signed-get.ts';
import { isolateAws } from '../faults/s3-run.ts';

/** Each row reads objects of these sizes in turn. The first is what CloudTrail writes in a quiet region. */
const ROWS = [
  [2_000],
  [10_000],
  [25_000],
  [50_000],
  [2_000, 5_000, 10_000, 20_000, 35_000, 50_000],
  [100_000],
  [300_000],
  [3_000_000],
];
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const CONCURRENCY = 64;
const countFor = (size: number): number => (size > 1_000_000 ? 100 : size > 100_000 ? 500 : 2_000);

isolateAws();
const server = spawn(process.execPath, ['test/bench/s3-objects.mjs'], { stdio: ['pipe', 'pipe', 'inherit'] });
const [line] = (await once(server.stdout, 'data')) as [Buffer];
const aws = { region: 'us-east-1', endpointUrl: `http://127.0.0.1:${line.toString().trim()}` };

interface Reader {
  readonly name: string;
  read(key: string, etag: string, size: number): Promise<number>;
}

async function all(
  reader: Reader,
  sizes: readonly number[],
  etags: ReadonlyMap<number, string>,
): Promise<{ cpu: number; wall: number }> {
  const count = countFor(Math.max(...sizes));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const size = sizes[next % sizes.length]!;
      const key = `AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/${size}-${next++}`;
      const bytes = await reader.read(key, etags.get(size)!, size);
      if (bytes !== size) throw new Error(`${reader.name}: ${bytes} of ${size} bytes`);
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const used = process.cpuUsage(cpu);
  return { cpu: (used.user + used.system) / 1000 / count, wall: (performance.now() - start) / count };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

// The server answers every request with an empty object, so the listing that opens a bucket is done without.
const { S3Client } = await import('@aws-sdk/client-s3');
const { awsClientConfig } = await import('../../src/trail/aws-config.ts');
const client = new S3Client({ ...(await awsClientConfig(aws)), forcePathStyle: true });
const bucket = { client, request: { Bucket: 'logs' } };
const sdk: Reader = {
  name: 'sdk',
  async read(key) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: key }));
    return (await Body!.transformToByteArray()).length;
  },
};
const get = await openGetClient(bucket, { sockets: CONCURRENCY });
const fetcher = createFetcher(get, { bucket: 'logs', idleTimeout: 60_000 });
const ours: Reader = {
  name: 'ours',
  async read(key, etag, bytes) {
    const fetched = await fetcher.fetch({ key, etag, bytes });
    return fetched.kind === 'bytes' ? fetched.bytes.length : -1;
  },
};

process.stdout.write(
  `${cpus()[0]?.model}, node ${process.version}, concurrency ${CONCURRENCY}, ${ROUNDS} rounds\n`,
);
process.stdout.write(
  '| size | sdk: ms CPU | objects/s/core | ours: ms CPU | objects/s/core | ratio |\n|---|---|---|---|---|---|\n',
);
for (const sizes of ROWS) {
  const etags = new Map<number, string>();
  for (const size of sizes) {
    const command = new GetObjectCommand({ Bucket: 'logs', Key: `probe/${size}-0` });
    etags.set(size, (await client.send(command)).ETag ?? '');
  }
  const times = new Map<Reader, number[]>([
    [sdk, []],
    [ours, []],
  ]);
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [reader, list] of times) {
      globalThis.gc?.();
      const { cpu } = await all(reader, sizes, etags);
      if (round > 0) list.push(cpu);
    }
  const [a, b] = [median(times.get(sdk)!), median(times.get(ours)!)];
  process.stdout.write(
    `| ${sizes.length === 1 ? '' : 'mix, '}${[...new Set([sizes[0]!, sizes.at(-1)!])].map((one) => one / 1000).join(' to ')} KB | ${a.toFixed(2)} | ${Math.round(1000 / a)} | ${b.toFixed(2)} | ${Math.round(1000 / b)} | ${(a / b).toFixed(1)} |\n`,
  );
}
get.close();
client.destroy();
server.stdin.end();
