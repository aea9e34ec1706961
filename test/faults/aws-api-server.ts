/**
 * A local stand-in for AWS's control APIs, answering in their documented wire shapes: IAM and STS in the query
 * protocol (form in, XML out), Organizations and CloudTrail in JSON 1.1. Handlers give plain values; faults are values,
 * too. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Params = ReadonlyMap<string, unknown>;
export interface Call {
  /** `iam:GetRole`, `organizations:ListParents`. */
  readonly name: string;
  readonly params: Params;
  /** How many calls of this name came before. */
  readonly earlier: number;
}
export class Fault {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  constructor(code: string, status: number, message: string) {
    this.code = code;
    this.status = status;
    this.message = message;
  }
}
/** Bytes sent as they are with status 200: a broken answer. */
export class Garbage {
  readonly body: string;
  constructor(body: string) {
    this.body = body;
  }
}
export type Handler = (call: Call) => unknown;
export type Handlers = Readonly<Record<string, Handler>>;

export const denied = (action: string): Fault =>
  new Fault(
    'AccessDenied',
    403,
    `User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ${action}`,
  );
export const throttled = new Fault('Throttling', 400, 'Rate exceeded');
export const expired = new Fault(
  'ExpiredToken',
  403,
  'The security token included in the request is expired',
);
export const noSuchEntity = (what: string): Fault =>
  new Fault('NoSuchEntity', 404, `${what} cannot be found.`);

export interface ApiServer {
  readonly url: string;
  /** Names of the calls in the order they came. */
  readonly calls: readonly Call[];
  /** Answers from now on; what has no handler is access denied. */
  use(handlers: Handlers): void;
  stop(): Promise<void>;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`).replace(/[\x00-\x08\x0b-\x1f]/g, '');

/** Values as the query protocol writes them: lists as `<member>`, policy documents percent-encoded. */
function xml(value: unknown, key = ''): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join('');
  if (typeof value === 'object') {
    if (/^(PolicyDocument|Document|AssumeRolePolicyDocument)$/.test(key))
      return escaped(encodeURIComponent(JSON.stringify(value)));
    return Object.entries(value)
      .filter(([, one]) => one !== undefined && one !== null)
      .map(([name, one]) => `<${name}>${xml(one, name)}</${name}>`)
      .join('');
  }
  return escaped(String(value));
}

const QUERY = new Map([
  ['2010-05-08', ['iam', 'https://iam.amazonaws.com/doc/2010-05-08/']],
  ['2011-06-15', ['sts', 'https://sts.amazonaws.com/doc/2011-06-15/']],
]);
const TARGETS = new Map([
  ['AWSOrganizationsV20161128', 'organizations'],
  ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', 'cloudtrail'],
  ['CloudTrail_20131101', 'cloudtrail'],
  ['AmazonAthena', 'athena'],
]);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Starts the server on a free port of this machine. */
export async function startApiServer(first: Handlers = {}): Promise<ApiServer> {
  let handlers = first;
  const calls: Call[] = [];
  const answer = (service: string, action: string, params: Params): { readonly value: unknown } => {
    const name = `${service}:${action}`;
    const call = { name, params, earlier: calls.filter((one) => one.name === name).length };
    calls.push(call);
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    return { value: handler ? handler(call) : denied(name) };
  };

  const query = (form: URLSearchParams, response: ServerResponse): void => {
    const [service, namespace] = QUERY.get(form.get('Version') ?? '') ?? ['unknown', ''];
    const action = form.get('Action') ?? '';
    const { value } = answer(service!, action, new Map(form));
    const id = '<RequestId>00000000-0000-4000-8000-000000000000</RequestId>';
    response.setHeader('Content-Type', 'text/xml');
    if (value instanceof Fault) {
      response.statusCode = value.status;
      response.end(
        `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${value.code}</Code><Message>${escaped(value.message)}</Message></Error>${id}</ErrorResponse>`,
      );
    } else if (value instanceof Garbage) response.end(value.body);
    else
      response.end(
        `<${action}Response xmlns="${namespace}"><${action}Result>${xml(value)}</${action}Result><ResponseMetadata>${id}</ResponseMetadata></${action}Response>`,
      );
  };
  const json = (target: string, body: string, response: ServerResponse): void => {
    const dot = target.lastIndexOf('.');
    const service = TARGETS.get(target.slice(0, dot)) ?? 'unknown';
    const { value } = answer(
      service,
      target.slice(dot + 1),
      new Map(Object.entries(JSON.parse(body || '{}') as object)),
    );
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    if (value instanceof Fault) {
      response.statusCode = value.status;
      response.end(JSON.stringify({ __type: value.code, Message: value.message }));
    } else response.end(value instanceof Garbage ? value.body : JSON.stringify(value));
  };

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const target = request.headers['x-amz-target'];
      if (typeof target === 'string') json(target, body, response);
      else query(new URLSearchParams(body), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    use: (next) => {
      handlers = next;
      calls.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
