/**
 * A local S3 of one bucket that misbehaves on demand: the real SDK and our own GET run against it. It checks every
 * request's signature itself, so that a request S3 would refuse fails here, too.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureOf } from './sigv4.ts';

export const BUCKET = 'logs';
export const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret' };
const DAY_MS = 86_400_000;

export interface Asked {
  readonly kind: 'list' | 'get';
  /** Key, or prefix of a listing. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** How often this kind and key were asked before. */
  readonly before: number;
}

/** What to do instead of answering well. Undefined: answer well. */
export type Fault =
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly headers?: Record<string, string>;
    }
  /** Sends that many bytes of the body and then nothing more. */
  | { readonly kind: 'stall'; readonly after: number }
  | { readonly kind: 'reset'; readonly after: number }
  /** One byte each so many milliseconds. */
  | { readonly kind: 'drip'; readonly every: number }
  | { readonly kind: 'html'; readonly status: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: Buffer;
    };

export interface FaultServer {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Every request, in order. */
  readonly log: Asked[];
  /** Decides on each request; may change `objects` as well. */
  fault: (asked: Asked) => Fault | undefined;
  /** Key -> user metadata, names without `x-amz-meta-`. */
  readonly metadata: Map<string, Readonly<Record<string, string>>>;
  pageSize: number;
  secret: string;
  stop(): Promise<void>;
}

export const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

export async function startS3(objects: Iterable<readonly [string, Buffer]>): Promise<FaultServer> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const path = decodeURIComponent(url.pathname.slice(1));
    const key = path.slice(BUCKET.length + 1);
    const kind = url.searchParams.has('list-type') ? 'list' : 'get';
    const name = kind === 'list' ? (url.searchParams.get('prefix') ?? '') : key;
    const count = counts.get(`${kind} ${name}`) ?? 0;
    counts.set(`${kind} ${name}`, count + 1);
    const asked: Asked = {
      kind,
      key: name,
      query: url.searchParams,
      headers: request.headers,
      before: count,
    };
    self.log.push(asked);
    request.resume();
    const wrong = signatureFault(request, self.secret);
    if (wrong) return sendError(response, 403, 'SignatureDoesNotMatch', wrong);
    const fault = self.fault(asked);
    if (fault && (fault.kind === 'error' || fault.kind === 'html' || fault.kind === 'answer'))
      return misbehave(response, fault);
    if (kind === 'list') return sendList(response, self, url.searchParams);
    return sendObject(response, request, self.objects.get(key), fault, self.metadata.get(key));
  });
  server.keepAliveTimeout = 5_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: FaultServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(objects),
    log: [],
    fault: () => undefined,
    metadata: new Map(),
    pageSize: 1000,
    secret: CREDENTIALS.secretAccessKey,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;
}

function signatureFault(request: IncomingMessage, secret: string): string | undefined {
  const time = String(request.headers['x-amz-date'] ?? '');
  const sent = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - sent) < DAY_MS)) return `time ${time}`;
  const given = /Signature=([0-9a-f]{64})/.exec(request.headers.authorization ?? '')?.[1];
  return given === signatureOf(request, secret) ? undefined : 'the signature does not fit';
}

type Instead = Extract<Fault, { readonly kind: 'error' | 'html' | 'answer' }>;

function misbehave(response: ServerResponse, fault: Instead): void {
  if (fault.kind === 'html') {
    response.writeHead(fault.status, { 'content-type': 'text/html' });
    response.end('<!DOCTYPE html>\n<html><body>Please log in to the network</body></html>\n');
  } else if (fault.kind === 'answer') {
    response.writeHead(fault.status, fault.headers);
    response.end(fault.body);
  } else sendError(response, fault.status, fault.code, fault.message, fault.headers);
}

function sendError(
  response: ServerResponse,
  status: number,
  code?: string,
  message = 'because the test says so',
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(
    code === undefined
      ? ''
      : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}

function sendObject(
  response: ServerResponse,
  request: IncomingMessage,
  body: Buffer | undefined,
  fault: Fault | undefined,
  metadata: Readonly<Record<string, string>> = {},
): void {
  if (!body) {
    sendError(response, 404, 'NoSuchKey');
    return;
  }
  const etag = etagOf(body);
  const match = request.headers['if-match'];
  if (match !== undefined && match !== etag) {
    sendError(response, 412, 'PreconditionFailed');
    return;
  }
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const from = range ? Number(range[1]) : 0;
  const part = body.subarray(from);
  response.writeHead(range ? 206 : 200, {
    etag,
    'content-type': 'application/x-gzip',
    'content-encoding': 'gzip',
    'content-length': part.length,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    ...(range && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
  });
  if (!fault) response.end(part);
  else if (fault.kind === 'stall') response.write(part.subarray(0, fault.after));
  else if (fault.kind === 'reset')
    response.write(part.subarray(0, fault.after), () =>
      // A reset throws away what the reader has not taken from its socket yet: a busy machine needs its time.
      setTimeout(() => response.socket?.resetAndDestroy(), 150),
    );
  else if (fault.kind === 'drip') {
    let at = 0;
    const timer = setInterval(() => {
      response.write(part.subarray(at, at + 1));
      at += 1;
      if (at >= part.length) response.end();
    }, fault.every);
    response.on('close', () => clearInterval(timer));
  }
}

/** ListObjectsV2: prefix, delimiter `/`, start-after, continuation token (the last key or folder given). */
function sendList(response: ServerResponse, server: FaultServer, query: URLSearchParams): void {
  const prefix = query.get('prefix') ?? '';
  const folders = query.get('delimiter') === '/';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const entries = new Map<string, string>();
  for (const key of [...server.objects.keys()].sort()) {
    if (!key.startsWith(prefix)) continue;
    const slash = folders ? key.indexOf('/', prefix.length) : -1;
    const name = slash < 0 ? key : key.slice(0, slash + 1);
    if (name <= after || entries.has(name)) continue;
    const body = server.objects.get(key)!;
    entries.set(
      name,
      slash < 0
        ? `<Contents><Key>${xml(key)}</Key><LastModified>2026-03-01T00:00:00.000Z</LastModified><ETag>${xml(etagOf(body))}</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`
        : `<CommonPrefixes><Prefix>${xml(name)}</Prefix></CommonPrefixes>`,
    );
  }
  const page = [...entries].slice(0, server.pageSize);
  const more = entries.size > page.length;
  const token = more ? `<NextContinuationToken>${xml(page.at(-1)![0])}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><Name>${BUCKET}</Name><Prefix>${xml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>` +
      `<MaxKeys>1000</MaxKeys><IsTruncated>${more}</IsTruncated>${token}${page.map(([, entry]) => entry).join('')}</ListBucketResult>`,
  );
}

const xml = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
