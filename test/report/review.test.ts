/** The index of a review as text: hostile names stay text, the page runs nothing but its own script, and many rows fit. */
import { createHash } from 'node:crypto';
import officialSarif from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { parse } from 'parse5';
import { expect, it } from 'vitest';
import { found } from '../../src/plan/checks/check.ts';
import type { Review, ReviewRow } from '../../src/plan/review/review.ts';
import { ranked } from '../../src/plan/review/row.ts';
import { INDEX_FORMATS, INDEX_NAMES } from '../../src/report/review/formats.ts';

const style = { colour: false, width: 100 };
const PAYLOAD = '</script><img src=x onerror=alert(1)>\u202e=cmd|1\u001b[31m';
const row = (name: string, more: Partial<ReviewRow> = {}): ReviewRow => ({
  arn: `arn:aws:iam::111122223333:role/${name}`,
  kind: 'role',
  accountId: '111122223333',
  name,
  state: 'planned',
  folder: '111122223333/role-x',
  score: 10,
  actions: { before: 100, after: 20, used: 5 },
  levels: [],
  calls: 7,
  risks: [],
  removals: 1,
  notices: 0,
  complete: true,
  ...more,
});
const reviewOf = (principals: readonly ReviewRow[]): Review => ({
  schemaVersion: '1.0',
  tool: { name: 'gen-policy', version: '0.0.0', catalogue: '1' },
  window: { from: '2026-01-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', days: 90 },
  source: { kind: 'dir', location: 'trail', records: 10 },
  accounts: [{ accountId: '111122223333', state: 'read' }],
  match: '*',
  history: [],
  principals,
  checks: [
    found('stale-role', `arn:aws:iam::111122223333:role/${PAYLOAD}`, PAYLOAD),
    found('full-admin', 'b', 'c'),
  ],
  missing: [],
  foreign: [],
});

it.each(INDEX_NAMES)('%s keeps a hostile name text', (name) => {
  const text = INDEX_FORMATS[name].text(reviewOf([row(PAYLOAD, { note: PAYLOAD })]), style);
  if (name === 'html') expect(text).not.toContain('<img');
  expect(text).not.toContain('\u202e');
  expect(text).not.toContain('\u001b');
});

it('the page allows only its own style and script', () => {
  const text = INDEX_FORMATS.html.text(reviewOf([row('a')]), style);
  const hash = (tag: string): string => {
    const content = [...text.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].at(-1)![1]!;
    return `${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  };
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(text)![1]!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(hash('script'));
  expect(policy).toContain(hash('style'));
  const errors: string[] = [];
  parse(text, { onParseError: (error) => errors.push(error.code) });
  expect(errors).toEqual([]);
});

it('10,000 principals give a page of a few megabytes with a hundred rows drawn', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => row(`service-${index}`));
  const text = INDEX_FORMATS.html.text(reviewOf(rows), style);
  expect(text.length).toBeLessThan(4_000_000);
  expect(text.split('<tr>').length - 2).toBe(100);
  expect(INDEX_FORMATS.csv.text(reviewOf(rows), style).split('\r\n')).toHaveLength(10_002);
});

it('ranks by score, then by how much can go, then by findings and name', () => {
  const rows = [
    row('d', { score: 1 }),
    row('c', { actions: { before: 50, after: 20, used: 5 } }),
    row('b'),
    row('a'),
    row('e', { removals: 2 }),
  ];
  expect(ranked(rows).map((one) => one.name)).toEqual(['e', 'a', 'b', 'c', 'd']);
  expect(ranked([...rows].reverse())).toEqual(ranked(rows));
});

it('SARIF of the checks is valid by the schema of SARIF 2.1.0', () => {
  const { $schema: _draft, id: _id, ...schema } = officialSarif;
  const valid = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  const log = JSON.parse(INDEX_FORMATS.sarif.text(reviewOf([row('a')]), style)) as {
    runs: { results: { ruleId: string }[] }[];
  };
  valid(log);
  expect(valid.errors ?? []).toEqual([]);
  expect(log.runs[0]!.results.map((one) => one.ruleId)).toEqual(['stale-role', 'full-admin']);
});
