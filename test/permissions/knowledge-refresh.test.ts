/** knowledge:refresh against a server that speaks the format of AWS's service reference. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../scripts/knowledge-refresh/main.ts';

const DATA = new URL('../../src/permissions/data', import.meta.url).pathname;
const authorised = (...names: string[]) =>
  names.map((name) => ({ Service: name.split(':')[0], Name: name.split(':')[1] }));

let folder: string;
let server: Server;
let base: string;
let documents: Map<string, { status?: number; body: string }>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'refresh-'));
  cpSync(DATA, folder, { recursive: true });
  documents = new Map();
  server = createServer((request, response) => {
    const found = documents.get(request.url ?? '');
    response.writeHead(found ? (found.status ?? 200) : 404, { 'content-type': 'application/json' });
    response.end(found?.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function serve(...services: { Name?: string; Actions?: unknown; Operations?: unknown }[]): void {
  const list = services.map((one, index) => ({ service: one.Name, url: `${base}v1/${index}.json` }));
  documents.set('/', { body: JSON.stringify(list) });
  services.forEach((one, index) => {
    documents.set(`/v1/${index}.json`, { body: JSON.stringify({ Version: 'v1.4', ...one }) });
  });
}
async function refresh(...args: string[]) {
  const lines: string[] = [];
  const code = await main(['--url', base, '--data', folder, ...args], (line) => lines.push(line));
  return { code, lines };
}
const rows = (file: string): Record<string, unknown>[] =>
  JSON.parse(readFileSync(join(folder, file), 'utf8'));
const SQS = {
  Name: 'sqs',
  Actions: [{ Name: 'SendMessage' }, { Name: 'PurgeQueue' }, { Name: 'TagQueue' }],
  Operations: [
    { Name: 'SendMessage', AuthorizedActions: authorised('sqs:SendMessage'), SDK: [{ Name: 'sqs' }] },
    { Name: 'SendMessageBatch', AuthorizedActions: authorised('sqs:SendMessage') },
    { Name: 'TagQueue', AuthorizedActions: authorised('sqs:TagQueue', 'sqs:NotYetPublished') },
  ],
};

describe('knowledge:refresh', () => {
  it('writes the derived tables, one sorted row a line, and says what changed', async () => {
    serve(SQS);
    const { code, lines } = await refresh();
    expect(code).toBe(0);
    // The operation whose only action is its own needs no row.
    expect(rows('authorized-actions.json')).toEqual([
      { service: 'sqs', operation: 'SendMessageBatch', actions: ['sqs:SendMessage'], source: 'SR' },
    ]);
    const text = readFileSync(join(folder, 'authorized-actions.json'), 'utf8');
    expect(text).toBe(
      '[\n{"service": "sqs", "operation": "SendMessageBatch", "actions": ["sqs:SendMessage"], "source": "SR"}\n]\n',
    );
    expect(lines[0]).toMatch(/^authorized-actions\.json: 1 rows, \d+ lines changed$/);
    expect(lines.join('\n')).toContain('- {"service": "s3", "operation": "ListObjects"');
    expect(lines.at(-1)).toContain('sqs:NotYetPublished');
  });

  it('calls an action permission-only where no operation is authorised by it, and keeps unmapped services', async () => {
    serve(SQS, { Name: 'ec2messages', Actions: [{ Name: 'GetMessages' }] });
    const before = rows('permission-only.json').find((row) => row.service === 'ec2messages');
    await refresh();
    const after = rows('permission-only.json');
    expect(after.find((row) => row.service === 'sqs')?.actions).toEqual(['PurgeQueue']);
    expect(after.find((row) => row.service === 'ec2messages')).toEqual(before);
  });

  it('merges documents of one prefix', async () => {
    const again = {
      ...SQS,
      Operations: [{ Name: 'SendMessageBatch', AuthorizedActions: authorised('sqs:TagQueue') }],
    };
    serve(SQS, again);
    await refresh();
    expect(rows('authorized-actions.json')[0]!.actions).toEqual(['sqs:SendMessage', 'sqs:TagQueue']);
  });

  it('changes nothing the second time', async () => {
    serve(SQS);
    await refresh();
    const { code, lines } = await refresh('--check');
    expect(code).toBe(0);
    expect(lines[0]).toBe('authorized-actions.json: 1 rows, unchanged');
  });

  it('only reports with --check', async () => {
    serve(SQS);
    const before = readFileSync(join(folder, 'authorized-actions.json'), 'utf8');
    expect((await refresh('--check')).code).toBe(1);
    expect(readFileSync(join(folder, 'authorized-actions.json'), 'utf8')).toBe(before);
  });

  it.each([
    ['a list that is missing', () => undefined],
    ['a list that is none', () => documents.set('/', { body: '{}' })],
    ['a document that fails', () => documents.set('/v1/0.json', { status: 500, body: '' })],
    ['a document that is cut', () => documents.set('/v1/0.json', { body: '{"Name":"sq' })],
    ['another format', () => documents.set('/v1/0.json', { body: '{"name":"sqs"}' })],
  ])('writes nothing after %s', async (name, break_) => {
    serve(SQS);
    if (name === 'a list that is missing') documents.clear();
    break_();
    const before = readFileSync(join(folder, 'authorized-actions.json'), 'utf8');
    const { code, lines } = await refresh();
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^knowledge:refresh: `http/);
    expect(readFileSync(join(folder, 'authorized-actions.json'), 'utf8')).toBe(before);
  });
});
