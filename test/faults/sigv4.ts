/**
 * Signature Version 4 of a request as it arrived, computed from the specification and not with the SDK.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Hex signature for the header's own credential scope and signed headers; empty where there is none. */
export function signatureOf(request: IncomingMessage, secret: string): string {
  const header = request.headers.authorization ?? '';
  const scope = /Credential=[^/]+\/([^,]+),/.exec(header)?.[1];
  const names = /SignedHeaders=([^,]+),/.exec(header)?.[1];
  if (scope === undefined || names === undefined) return '';
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const sorted = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  const canonical = [
    request.method,
    path,
    sorted,
    headers.join(''),
    names,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hashed].join('\n');
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of scope.split('/')) key = hmac(key, part);
  return hmac(key, toSign).toString('hex');
}
