// A bare S3 for the benchmark, in its own process so that its CPU is not the client's: any key, one body a size.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const bodies = new Map();
const bodyOf = (size) => {
  if (!bodies.has(size)) {
    const body = randomBytes(size);
    bodies.set(size, { body, etag: `"${createHash('md5').update(body).digest('hex')}"` });
  }
  return bodies.get(size);
};
const server = createServer((request, response) => {
  request.resume();
  const { body, etag } = bodyOf(Number(/\/(\d+)-\d+$/.exec(request.url.split('?')[0])?.[1] ?? 0));
  response.writeHead(200, { etag, 'content-length': body.length, 'content-type': 'application/x-gzip' });
  response.end(body);
});
server.keepAliveTimeout = 30_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().on('end', () => process.exit());
