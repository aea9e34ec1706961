/** The tables behind judging: each row names things that exist, once, with a source. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { createObservability } from '../../src/permissions/observability.ts';
import types from '../../src/plan/data/data-types.json' with { type: 'json' };
import texts from '../../src/plan/data/findings.json' with { type: 'json' };
import globals from '../../src/plan/data/global-services.json' with { type: 'json' };
import risks from '../../src/plan/data/risk.json' with { type: 'json' };
import { FINDING_KINDS, SEVERITIES } from '../../src/report/view.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

const sortedUnique = (keys: readonly string[]): void =>
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => (a < b ? -1 : 1)));

describe('finding texts', () => {
  it('has one row a kind, sorted', () => {
    sortedUnique(texts.map((row) => row.kind));
    expect(texts.map((row) => row.kind)).toEqual([...FINDING_KINDS].sort());
  });
  it.each(texts.map((row) => [row.kind, row] as const))('%s is whole', (_, row) => {
    expect(SEVERITIES).toContain(row.severity);
    expect(row.page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    expect(row.text.endsWith('.')).toBe(true);
    expect(row.title).not.toBe('');
  });
  it.each(readCaseKinds().map((kind) => [kind] as const))('%s has a case', (kind) => {
    expect(FINDING_KINDS).toContain(kind);
  });
  it('has cases for every kind', () => {
    // Not judging's: fit.test.ts has it.
    expect(FINDING_KINDS.filter((kind) => !readCaseKinds().includes(kind))).toEqual(['does-not-fit']);
  });
});

/** Kinds that some case expects. */
function readCaseKinds(): readonly string[] {
  const files = ['access-advisor', 'data-events', 'gaps', 'keeps', 'pass-role', 'removals', 'trust', 'use'];
  const kinds = files.flatMap((file) => {
    const path = new URL(`../cases/plan/findings/${file}.json`, import.meta.url);
    const cases = JSON.parse(readFileSync(path, 'utf8')) as {
      expect: { findings?: { kind: string }[] };
    }[];
    return cases.flatMap((one) => (one.expect.findings ?? []).map((finding) => finding.kind));
  });
  return [...new Set(kinds)].sort();
}

describe('risk', () => {
  it('names actions in AWS’s own spelling, sorted, each weight once', () => {
    sortedUnique(risks.map((row) => `${row.action} ${row.risk}`));
    const unknown = risks.filter((row) => catalogue.action(row.action)?.action !== row.action);
    expect(unknown.map((row) => row.action)).toEqual([]);
  });
  it('knows four weights and tells where each is from', () => {
    const weights = [
      'credentials-exposure',
      'data-exfiltration',
      'privilege-escalation',
      'resource-exposure',
    ];
    expect([...new Set(risks.map((row) => row.risk))].sort()).toEqual(weights);
    expect(risks.filter((row) => !row.source.includes('https://'))).toEqual([]);
  });
});

describe('regions and data types', () => {
  it('knows every global service', () => {
    sortedUnique(globals.map((row) => row.service));
    expect(globals.filter((row) => catalogue.serviceName(row.service) === undefined)).toEqual([]);
  });
  it('speaks of data types that some action is logged under', () => {
    sortedUnique(types.map((row) => row.type));
    const observe = createObservability(catalogue);
    const known = new Set(
      catalogue.expand('*').flatMap(({ action }) => {
        const seen = observe(action);
        return seen.kind === 'data' ? seen.resourceTypes : [];
      }),
    );
    expect(types.filter((row) => !known.has(row.type))).toEqual([]);
  });
});
