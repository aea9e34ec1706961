/** Access Analyzer through the real SDK against a local server: pages, verdicts, refusals. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { AccessError } from '../../src/errors.ts';
import { askAccessAnalyzer } from '../../src/plan/access-analyzer.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { liveOptions } from '../faults/live-options.ts';
import { entryOf, inputOf, principalWith } from '../support/synthesis-input.ts';

type Body = Record<string, unknown>;
let answer: (path: string, body: Body) => { status?: number; body: unknown };
const calls: { path: string; body: Body }[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        path: request.url ?? '',
        body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as Body,
      };
      calls.push(call);
      const { status = 200, body } = answer(call.path, call.body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
beforeEach(() => calls.splice(0));

const catalogue = await loadCatalogue();
const statement = (Sid: string, Effect: string, Action: unknown) => ({ Sid, Effect, Action, Resource: '*' });
const plan = buildPlan(
  inputOf(
    catalogue,
    [entryOf({ action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:111122223333:jobs' }, catalogue)],
    principalWith([
      {
        name: 'queue',
        source: 'customer-managed',
        document: {
          Version: '2012-10-17',
          Statement: [statement('A', 'Allow', ['sqs:SendMessage', 'sqs:DeleteQueue'])],
        },
      },
      {
        name: 'guard',
        source: 'inline',
        document: { Version: '2012-10-17', Statement: [statement('A', 'Deny', 'sqs:Remove*')] },
      },
    ]),
  ),
);
const finding = (issueCode: string) => ({
  findingType: 'SUGGESTION',
  issueCode,
  findingDetails: 'details',
  learnMoreLink: 'https://docs.aws.amazon.com/',
  locations: [],
});

describe('askAccessAnalyzer', () => {
  it('validates each policy page by page and compares the sets as wholes', async () => {
    answer = (path, body) => {
      if (path.startsWith('/policy/check-no-new-access'))
        return { body: { result: 'PASS', message: 'no new access' } };
      return {
        body:
          body.nextToken || path.includes('nextToken')
            ? { findings: [finding('B')] }
            : { findings: [finding('A')], nextToken: 'more' },
      };
    };
    const result = await askAccessAnalyzer(plan, { config: liveOptions(url).config });
    expect(result.newAccess).toEqual({ result: 'pass', detail: 'no new access' });
    expect(result.findings.map((one) => `${one.policy} ${one.issue}`)).toEqual([
      'queue A',
      'queue B',
      'guard A',
      'guard B',
    ]);
    const check = calls.find((call) => call.path.startsWith('/policy/check-no-new-access'))!.body;
    expect(check.policyType).toBe('IDENTITY_POLICY');
    const fresh = JSON.parse(String(check.newPolicyDocument)) as {
      Statement: { Effect: string; Sid?: string }[];
    };
    expect(fresh.Statement.map((one) => one.Effect)).toEqual(['Allow', 'Deny']);
    expect(fresh.Statement.every((one) => one.Sid === undefined)).toBe(true);
  });

  it('reports new access with the reasons', async () => {
    answer = (path) =>
      path.startsWith('/policy/check-no-new-access')
        ? {
            body: {
              result: 'FAIL',
              message: 'new access',
              reasons: [{ description: 'statement 0', statementIndex: 0 }],
            },
          }
        : { body: { findings: [] } };
    const result = await askAccessAnalyzer(plan, { config: liveOptions(url).config });
    expect(result.newAccess).toEqual({ result: 'fail', detail: 'new access; statement 0' });
  });

  it('names the permission that is missing', async () => {
    answer = () => ({ status: 403, body: { __type: 'AccessDeniedException', message: 'not authorized' } });
    const asked = askAccessAnalyzer(plan, { config: liveOptions(url).config });
    await expect(asked).rejects.toThrow(AccessError);
    await expect(asked).rejects.toThrow('access-analyzer:ValidatePolicy');
  });
});
