/**
 * One address for all of AWS, as `--endpoint-url` takes it: control APIs go to one stand-in, S3 to the other, and
 * Access Analyzer, which speaks REST, is answered here. Every command that arrives is written down.
 */
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from './aws-api-server.ts';
import type { FaultServer } from './s3-server.ts';

export interface Front {
  readonly url: string;
  /** `service:Operation`, in the order they came. */
  readonly commands: string[];
  stop(): Promise<void>;
}

const ANALYZER: readonly (readonly [path: RegExp, operation: string, answer: object])[] = [
  [/^\/policy\/validation/, 'ValidatePolicy', { findings: [] }],
  [/^\/policy\/check-no-new-access/, 'CheckNoNewAccess', { result: 'PASS', message: 'no new access' }],
];

export async function startFront(api: ApiServer, s3: FaultServer): Promise<Front> {
  const commands: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const rest = ANALYZER.find(([pattern]) => pattern.test(path));
    if (rest) {
      commands.push(`access-analyzer:${rest[1]}`);
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(rest[2]));
      return;
    }
    const control = request.headers['x-amz-target'] !== undefined || request.method === 'POST';
    if (!control) commands.push(path.includes('list-type=2') ? 's3:ListObjectsV2' : 's3:GetObject');
    const { method, headers } = request;
    const onward = send(
      (control ? api : s3).url + path,
      { ...(method !== undefined && { method }), headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
