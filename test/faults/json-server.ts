/** A local AWS JSON service (CloudTrail speaks this protocol) that answers as the test says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  /** Operation name, e.g. `LookupEvents`. */
  readonly operation: string;
  readonly input: Record<string, unknown>;
  /** Region that the request was signed for. */
  readonly region: string;
  /** Epoch ms of arrival. */
  readonly at: number;
}

export interface Reply {
  readonly status?: number;
  readonly body: unknown;
}

export interface JsonServer {
  readonly url: string;
  readonly calls: Call[];
  answer: (call: Call) => Reply;
  stop(): Promise<void>;
}

export const fail = (code: string, message = code): Reply => ({
  status: 400,
  body: { __type: code, message },
});

export async function startJson(answer: (call: Call) => Reply): Promise<JsonServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call: Call = {
        operation: String(request.headers['x-amz-target']).split('.').at(-1) ?? '',
        input: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>,
        region: request.headers.authorization?.split('/')[2] ?? '',
        at: Date.now(),
      };
      self.calls.push(call);
      const { status = 200, body } = self.answer(call);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: JsonServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;
}
