/**
 * GET of an object without the SDK's 1.1 ms of CPU each: the SDK builds and signs one request, from which endpoint, host and
 * signer are taken; each further request differs by its key and is signed by the same signer. Nothing about endpoints,
 * access points, partitions, credentials or clock skew is decided here.
 */
import type { IncomingMessage } from 'node:http';
import { IDLE_TIMEOUT } from '../aws-config.ts';
import type { Bucket } from './bucket.ts';

export interface GetInput {
  readonly key: string;
  /** Sent as If-Match: what is read is what was listed. */
  readonly etag: string;
  /** First byte wanted; above 0 a Range request. */
  readonly offset: number;
}

/** One try. `done` is false where the connection ended, stalled or dripped before the body did; `failure` says how. */
export interface Attempt {
  /** Undefined where no answer came. */
  readonly status?: number;
  readonly headers: IncomingMessage['headers'];
  readonly done: boolean;
  readonly failure?: string;
  /** True where a kept-alive connection was dropped before it answered: no sign of trouble. */
  readonly staleSocket: boolean;
}

export interface GetClient {
  /** Sends one request; `onData` gets the body. Rejects only where signing fails (credentials) or `signal` is aborted. */
  get(input: GetInput, onData: (status: number, chunk: Buffer) => void, deadline: number): Promise<Attempt>;
  /** Fetches credentials anew; true where they changed. */
  renew(): Promise<boolean>;
  close(): void;
}

export interface GetClientOptions {
  readonly sockets: number;
  readonly idleTimeout?: number;
  readonly signal?: AbortSignal;
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const PROBE = 'gen-policy-probe';
/** Headers of the SDK's request that belong to the one call it was made for, or that only lengthen what is signed. */
const NOT_COPIED =
  /^(?:authorization|x-amz-date|x-amz-security-token|amz-sdk-|x-amz-checksum-mode|x-amz-user-agent)/;

interface Template {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
  readonly pathPrefix: string;
  readonly headers: Record<string, string>;
  readonly signingRegion: string | undefined;
}

export async function openGetClient(bucket: Bucket, options: GetClientOptions): Promise<GetClient> {
  const template = await requestTemplate(bucket);
  const { config } = bucket.client;
  const signer = await config.signer();
  const secure = template.protocol === 'https:';
  const { Agent, request: send } = secure ? await import('node:https') : await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: options.sockets, scheduling: 'lifo' });
  const idle = options.idleTimeout ?? IDLE_TIMEOUT;
  const { protocol, hostname, port } = template;

  const sign = async (input: GetInput): Promise<{ path: string; headers: Record<string, string> }> => {
    const path = template.pathPrefix + encodeKey(input.key);
    const headers: Record<string, string> = {
      ...template.headers,
      'if-match': input.etag,
      ...(input.offset > 0 && { range: `bytes=${input.offset}-` }),
    };
    const place = { protocol, hostname, ...(port !== undefined && { port }) };
    const signed = await signer.sign(
      { method: 'GET', ...place, path, query: {}, headers },
      {
        signingDate: new Date(Date.now() + config.systemClockOffset),
        signingService: 's3',
        ...(template.signingRegion !== undefined && { signingRegion: template.signingRegion }),
      },
    );
    return { path, headers: signed.headers };
  };

  return {
    async get(input, onData, deadline) {
      const { path, headers } = await sign(input);
      options.signal?.throwIfAborted();
      return await new Promise((resolve, reject) => {
        let response: IncomingMessage | undefined;
        let failure: string | undefined;
        const place = { host: hostname.replace(/^\[|\]$/g, ''), ...(port !== undefined && { port }) };
        const request = send({ agent, ...place, path, headers, timeout: idle });
        const stop = (why: string): void => {
          failure ??= why;
          request.destroy();
        };
        const timer = setTimeout(() => stop(`too slow: given up after ${deadline} ms`), deadline);
        const abort = (): void => stop('aborted');
        options.signal?.addEventListener('abort', abort, { once: true });
        const end = (done: boolean): void => {
          clearTimeout(timer);
          options.signal?.removeEventListener('abort', abort);
          if (options.signal?.aborted) reject(options.signal.reason);
          else
            resolve({
              ...(response?.statusCode !== undefined && { status: response.statusCode }),
              headers: response?.headers ?? {},
              done,
              ...(failure !== undefined && { failure }),
              staleSocket:
                response === undefined && request.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(failure ?? ''),
            });
        };
        request.on('timeout', () => stop(`no byte for ${idle} ms`));
        request.on('error', (error: NodeJS.ErrnoException) => {
          failure ??= error.code ?? error.message;
          if (!response) end(false);
        });
        request.on('response', (message) => {
          response = message;
          message.on('data', (chunk: Buffer) => onData(message.statusCode ?? 0, chunk));
          message.on('error', () => undefined);
          message.on('close', () => {
            if (!message.complete) failure ??= 'connection cut';
            end(message.complete && failure === undefined);
          });
        });
        request.end();
      });
    },
    async renew() {
      const before = await config.credentials();
      const after = await config.credentials({ forceRefresh: true });
      return before.accessKeyId !== after.accessKeyId || before.sessionToken !== after.sessionToken;
    },
    close: () => agent.destroy(),
  };
}

/** Lets the SDK build and sign a GetObject of a probe key, and stops it before anything is sent. */
async function requestTemplate(bucket: Bucket): Promise<Template> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new GetObjectCommand({ ...bucket.request, Key: PROBE });
  let built: unknown;
  let signingRegion: string | undefined;
  command.middlewareStack.add(
    (_next, context) => async (args) => {
      built = args.request;
      const schemes = context.authSchemes as readonly { readonly signingRegion?: string }[] | undefined;
      signingRegion = schemes?.[0]?.signingRegion;
      return { response: {}, output: { $metadata: {} } };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'genPolicyTemplate' },
  );
  await bucket.client.send(command);
  const { protocol, hostname, port, path, headers } = built as {
    readonly protocol: string;
    readonly hostname: string;
    readonly port?: number;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  if (!path.endsWith(PROBE)) throw new Error(`the sdk built an unexpected path: ${path}`);
  const kept = Object.entries(headers).filter(([name]) => !NOT_COPIED.test(name));
  return {
    protocol,
    hostname,
    port,
    pathPrefix: path.slice(0, -PROBE.length),
    headers: { ...Object.fromEntries(kept), 'x-amz-content-sha256': EMPTY_SHA256 },
    signingRegion,
  };
}

/** Percent-encodes a key the way S3 signs it: everything but unreserved characters and `/`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/');
}
